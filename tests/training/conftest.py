"""A small corpus, written to the files that the recipes read."""

import lzma
import random
from pathlib import Path

import pytest

from tests.unit.conftest import one_thread as one_thread

_SUBJECTS = ("the dog", "the cat", "a man", "the old man", "a woman", "the people")
_VERBS = ("went to", "came from", "has seen", "made", "took", "used")
_PLACES = ("the river", "the bank", "paris", "france", "the capital", "the world")


def sentence(rng: random.Random) -> str:
    subject, verb, place = rng.choice(_SUBJECTS), rng.choice(_VERBS), rng.choice(_PLACES)
    return f"{subject} {verb} {place} and it was good for the people.".capitalize()


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def articles(count: int, seed: int) -> list[str]:
    """`count` articles of a title, two paragraphs of three sentences, and a blank line."""
    rng = random.Random(seed)
    lines = []
    for number in range(count):
        paragraphs = [" ".join(sentence(rng) for _ in range(3)) for _ in range(2)]
        lines += [f"= Article {number} =", *paragraphs, ""]
    return lines


@pytest.fixture(scope="session")
def small_corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 lines of text in the layout that bert_mini.sources expects."""
    folder = tmp_path_factory.mktemp("corpora")
    write(folder / "wikipedia_en" / "en_AA.txt.xz", articles(15, 1))
    write(folder / "wikipedia_en" / "en_AB.txt.xz", articles(15, 2))
    write(folder / "wikipedia_en" / "dev.txt.xz", articles(10, 3))
    write(folder / "books" / "books.txt.xz", articles(5, 4))
    rng = random.Random(5)
    write(folder / "imdb" / "unsup.txt.xz", [f"{sentence(rng)}<br /><br />{sentence(rng)}" for _ in range(20)])
    return folder
