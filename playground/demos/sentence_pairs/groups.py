"""Three sentences that belong together in this order, written for this project."""

import random
from functools import cache

from playground.paths import ASSETS


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
