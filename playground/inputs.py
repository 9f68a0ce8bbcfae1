"""Kinds of input that several demos take, each with its sentence for what cannot be read."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from playground.messages import Complaint

MAX_CHARACTERS = 5_000


def readable(text: str) -> str:
    """The text as it is. Raises Complaint for an empty or too long one, and for characters that nobody can see."""
    if len(text) > MAX_CHARACTERS:
        raise Complaint("pg_err_characters", size=len(text), limit=MAX_CHARACTERS)
    if not text.strip():
        raise Complaint("pg_err_empty")
    return without_controls(text)


def without_controls(text: str) -> str:
    """The text as it is. Raises Complaint for a character that nobody can see, lone surrogates among them."""
    for place, character in enumerate(text):
        kind = unicodedata.category(character)
        if kind == "Cs" or (kind == "Cc" and character not in "\t\n\r"):
            raise Complaint("pg_err_control", code=f"U+{ord(character):04X}", place=place + 1)
    return text


ReadableText = Annotated[str, AfterValidator(readable)]
