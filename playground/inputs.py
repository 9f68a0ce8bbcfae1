"""Kinds of input that several demos take, each with its sentence for what cannot be read."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from playground.messages import Complaint

MAX_CHARACTERS = 5_000


def readable(text: str) -> str:
    """The text as it is. Raises Complaint for an empty or too long one, and for characters that nobody can see."""
    if found := readable_or_none(text, MAX_CHARACTERS):
        return found
    raise Complaint("pg_err_empty")


def readable_or_none(text: str, limit: int) -> str:
    """The text as it is, "" for one of white space alone. Raises Complaint as `readable` does, but for an empty one."""
    if len(text) > limit:
        raise Complaint("pg_err_characters", size=len(text), limit=limit)
    return without_controls(text) if text.strip() else ""


def without_controls(text: str) -> str:
    """The text as it is. Raises Complaint for a character that nobody can see, lone surrogates among them."""
    for place, character in enumerate(text):
        kind = unicodedata.category(character)
        if kind == "Cs" or (kind == "Cc" and character not in "\t\n\r"):
            raise Complaint("pg_err_control", code=f"U+{ord(character):04X}", place=place + 1)
    return text


ReadableText = Annotated[str, AfterValidator(readable)]
OptionalText = Annotated[str, AfterValidator(lambda text: readable_or_none(text, MAX_CHARACTERS))]
