"""Few-shot episodes: tasks that only their examples tell apart."""

import io
import json
import string
import tarfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from playground.core.prompts import PATTERNS, Example, shot
from playground.core.tasks import Task, task
from playground.paths import ASSETS
from playground.training import corpora
from playground.training.bert_mini_sentiment import sst2
from playground.training.corpora import CorpusError

# Never trained on, nor any task that asks the same: what is learned there must come from the examples.
HELD_OUT = (
    "ag_news",
    "animal_v_object_3",
    "choose_last_of_3",
    "country-capital",
    "next_capital_letter",
    "person-instrument",
    "present-past",
)
_LIKE_HELD_OUT = ("animal_v_object_5", "object_v_", "concept_v_", "fruit_v_animal", "choose_last_of_5", "conll2003")
MAX_SHOTS = 32


def tasks(path: Path) -> dict[str, Task]:
    """The tasks in icl_tasks.tar.xz, by name. Raises CorpusError."""
    try:
        # Read whole first: tarfile itself overlooks an archive whose end is missing.
        with tarfile.open(fileobj=io.BytesIO(corpora.content(path))) as archive:
            found = {}
            for member in archive.getmembers():
                file = archive.extractfile(member)
                if file is None or not member.name.endswith(".json"):
                    continue
                rows = [
                    Example(str(row["input"]).strip(), str(row["output"]).strip())
                    for row in json.load(io.TextIOWrapper(file, encoding="utf-8"))
                ]
                name = Path(member.name).stem
                found[name] = task(name, [row for row in rows if len(row.input) <= 300])
            return found
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{path} is damaged ({error}): fetch this file again.") from error


@cache
def _shown() -> frozenset[str]:
    """What the tab asks in the project's own tasks, in small letters, and each pair turned round."""
    rows = [
        line.lower().split("\t")
        for path in sorted((ASSETS / "tasks" / "few_shot").glob("*.tsv"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return frozenset([*(asked for asked, _ in rows), *(f"{answer}\t{asked}" for asked, answer in rows)])


def is_shown(row: Example) -> bool:
    """Whether the tab asks this, or the pair the other way round: then it is not trained on."""
    return row.input.lower() in _shown() or f"{row.input}\t{row.label}".lower() in _shown()


def trained_on(found: Mapping[str, Task]) -> list[Task]:
    """Tasks that are not held out, without the rows that the project's own tasks ask."""
    kept = [one for name, one in found.items() if name not in HELD_OUT and not name.startswith(_LIKE_HELD_OUT)]
    without = [task(one.name, [row for row in one.rows if not is_shown(row)]) for one in kept]
    return [one for one in without if one.rows]


Draw = Callable[[np.random.Generator], list[Example]]


class Episodes:
    """episode(rng): a run of solved examples as text, and which of its characters are labels.

    Three kinds: real tasks (labels, where few, replaced by made-up words half of the time); sentences of SST-2
    with two words as labels; and arithmetic and mappings that are made up on the spot.
    """

    def __init__(self, folder: Path) -> None:
        self.tasks = trained_on(tasks(folder / "icl_tasks" / "icl_tasks.tar.xz"))
        sentences = sst2(folder / "glue" / "SST-2" / "train.tsv.xz")
        names = ("negative", "positive")
        rows = [Example(text, names[label]) for text, label in sentences if len(text) > 20]
        self.sentiment = task("sst2", [row for row in rows if not is_shown(row)])
        self.made: tuple[Draw, ...] = (_sums, _mapping, _mapping, _position)

    def __call__(self, rng: np.random.Generator) -> tuple[str, list[tuple[int, int]]]:
        kind = rng.random()
        if kind < 0.45:
            rows = _of(self.tasks[int(rng.integers(len(self.tasks)))], rng)
        elif kind < 0.6:
            rows = _of(self.sentiment, rng)
        else:
            rows = self.made[int(rng.integers(len(self.made)))](rng)
        pattern = list(PATTERNS.values())[int(rng.integers(len(PATTERNS)))]
        text, labels = "", []
        for row in rows:
            piece = shot(row, pattern)
            end = len(text) + len(piece) - len(pattern.after)
            labels.append((end - len(row.label) - 1, end))
            text += piece
        return text, labels


def _of(which: Task, rng: np.random.Generator) -> list[Example]:
    rows = [which.rows[i] for i in rng.integers(len(which.rows), size=int(rng.integers(2, MAX_SHOTS + 2)))]
    if which.labels and rng.random() < 0.5:
        new = dict(zip(which.labels, _words(rng, len(which.labels)), strict=True))
        rows = [Example(row.input, new[row.label]) for row in rows]
    return rows


def _word(rng: np.random.Generator) -> str:
    """A made-up word that can be spoken."""
    size = int(rng.integers(2, 4))
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    letters = [consonants[int(rng.integers(14))] + vowels[int(rng.integers(5))] for _ in range(size)]
    return "".join(letters)


def _words(rng: np.random.Generator, count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[_word(rng)] = None
    return list(found)


def _sums(rng: np.random.Generator) -> list[Example]:
    """Addition or subtraction of numbers up to 99."""
    sign, top = "+-"[int(rng.integers(2))], (10, 100)[int(rng.integers(2))]
    count = int(rng.integers(2, MAX_SHOTS + 2))
    rows: list[Example] = []
    while len(rows) < count:
        a, b = rng.integers(top, size=2).tolist()
        row = Example(f"{a} {sign} {b}", str(a + b if sign == "+" else a - b))
        if not is_shown(row):
            rows.append(row)
    return rows


def _mapping(rng: np.random.Generator) -> list[Example]:
    """A few made-up words, each with its label, asked again and again."""
    count = int(rng.integers(2, 9))
    words, labels = _words(rng, count), _words(rng, int(rng.integers(2, 5)))
    answer = {word: labels[int(rng.integers(len(labels)))] for word in words}
    asked = [words[i] for i in rng.integers(count, size=int(rng.integers(4, MAX_SHOTS + 2)))]
    return [Example(word, answer[word]) for word in asked]


def _position(rng: np.random.Generator) -> list[Example]:
    """The first or the second of some letters or words, or all of them joined."""
    rule = int(rng.integers(3))
    rows = []
    for _ in range(int(rng.integers(3, MAX_SHOTS + 2))):
        items = _words(rng, 3) if rng.random() < 0.5 else [string.ascii_lowercase[i] for i in rng.integers(26, size=3)]
        rows.append(Example(", ".join(items), "".join(items) if rule == 2 else items[rule]))
    return rows
