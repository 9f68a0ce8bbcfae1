"""Sentences from a small grammar: text without labels, for what only a teacher's answers are needed for.

A grammar is a text file of rules `name: this | that`, where `<name>` stands for one of its alternatives, drawn evenly.
`python -m playground.core.grammar` writes assets/sentences/transfer.txt again, to the byte.
"""

import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from playground.paths import ASSETS

SENTENCES = ASSETS / "sentences"
COUNT, SEED = 4_800, 20_260_301  # of transfer.txt

_PLACE = re.compile(r"<([.\w]+)>")
Grammar = Mapping[str, tuple[str, ...]]


def parse(text: str) -> Grammar:
    """The rules of a grammar. Raises ValueError for a line that is no rule, and for a <name> that has none."""
    rules: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, alternatives = line.partition(": ")
        if not colon:
            raise ValueError(f"No rule: {line[:60]!r}")
        rules[name] = tuple(part.strip() for part in alternatives.split(" | "))
    for name, parts in rules.items():
        for place in _PLACE.findall(" ".join(parts)):
            for wanted in [topic + place for topic in rules["topic"]] if place.startswith(".") else [place]:
                if wanted not in rules:
                    raise ValueError(f"<{wanted}> in the rule of {name!r} has no rule of its own.")
    return rules


def expand(rules: Grammar, draws: random.Random) -> str:
    """One sentence about one topic, with a capital and a closing mark; no word group stands in it twice."""
    topic = _pick(rules["topic"], draws)
    used: set[str] = set()

    def filled(place: re.Match[str]) -> str:
        name = topic + place[1] if place[1].startswith(".") else place[1]
        left = [part for part in rules[name] if part not in used]
        chosen = _pick(left, draws)
        used.add(chosen)
        return _PLACE.sub(filled, chosen)

    sentence = _PLACE.sub(filled, _pick(rules["sentence"], draws))
    return sentence[0].upper() + sentence[1:]


def _pick(choices: tuple[str, ...] | list[str], draws: random.Random) -> str:
    """By `random()` alone, the one method whose draws Python promises to keep from version to version."""
    return choices[int(draws.random() * len(choices))]


def distinct(rules: Grammar, count: int, seed: int) -> Iterator[str]:
    """`count` different sentences, always the same for a seed. Raises ValueError where the grammar has too few."""
    draws = random.Random(seed)
    seen: set[str] = set()
    tries = 0
    while len(seen) < count:
        tries += 1
        if tries > 20 * count:
            raise ValueError(f"{count:,} different sentences were asked for; the grammar gave {len(seen):,}.")
        sentence = expand(rules, draws)
        if sentence not in seen:
            seen.add(sentence)
            yield sentence


def transfer_text() -> str:
    """What assets/sentences/transfer.txt holds."""
    rules = parse((SENTENCES / "transfer.grammar").read_text(encoding="utf-8"))
    return "".join(f"{sentence}\n" for sentence in distinct(rules, COUNT, SEED))


@cache
def transfer() -> tuple[str, ...]:
    """The unlabelled sentences, as they are stored."""
    return tuple((SENTENCES / "transfer.txt").read_text(encoding="utf-8").splitlines())


def write(path: Path = SENTENCES / "transfer.txt") -> None:
    path.write_text(transfer_text(), encoding="utf-8")


if __name__ == "__main__":
    write()
