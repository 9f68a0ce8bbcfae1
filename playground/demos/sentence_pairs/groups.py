"""Three sentences that belong together in this order, written for this project; and sentences of a visitor's text."""

import random
import re
from functools import cache

from playground.paths import ASSETS

# A full stop, question or exclamation mark, perhaps a closing quote, and a gap.
_END = re.compile(r"([.!?。？！][\"'”’)]*)\s+")


@cache
def groups() -> tuple[tuple[str, str, str], ...]:
    """All groups of assets/tasks/three_sentences.txt."""
    text = (ASSETS / "tasks" / "three_sentences.txt").read_text(encoding="utf-8")
    found = []
    for group in text.strip().split("\n\n"):
        first, second, third = group.split("\n")
        found.append((first, second, third))
    return tuple(found)


def elsewhere(first: str, second: str) -> str:
    """A sentence of another group: for the same two texts always the same."""
    choice = random.Random(f"{first}\n{second}")
    while True:
        sentence = choice.choice(choice.choice(groups()))
        if sentence not in (first.strip(), second.strip()):
            return sentence


def sentences(text: str) -> list[str]:
    """The sentences of a text, roughly: cut behind their closing marks and at line breaks."""
    return [part.strip() for part in _END.sub(r"\1\n", text).splitlines() if part.strip()]
