"""Sentences with labels: the project's own, and those that a person brings as CSV, TSV or TXT.

assets/sentences/sentiment_train.tsv and sentiment_test.tsv were written for this project; no sentence is in both.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from playground.inputs import MAX_CHARACTERS, without_controls
from playground.messages import Complaint
from playground.paths import ASSETS

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
MAX_CLASSES = 20
_TEXT_HEADS = ("sentence", "text")


@dataclass(frozen=True)
class Labelled:
    """sentences[i] has the label names[labels[i]]; names are in alphabetical order."""

    sentences: tuple[str, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sentences)


@cache
def sentiment(part: Literal["train", "test"]) -> Labelled:
    """The project's own sentences, half of them positive."""
    return parse((ASSETS / "sentences" / f"sentiment_{part}.tsv").read_text(encoding="utf-8"))


def read(path: Path) -> str:
    """The text of a file that a person brings. Raises Complaint for one that is too large, and for no text at all."""
    if (size := path.stat().st_size) > MAX_BYTES:
        raise Complaint("pg_err_lab_large", size=round(size / 1e6, 1), limit=MAX_BYTES // 1_000_000)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Complaint("pg_err_lab_encoding") from error
    if not text.strip():
        raise Complaint("pg_err_lab_nothing")
    return text


def parse(text: str) -> Labelled:
    """A CSV or TSV of two columns. Its first row may name them, `label` and `sentence` or `text`, in either order;
    without names the label comes first. Lines with nothing at all are passed over.

    Raises Complaint for another number of columns, an empty cell, fewer than two labels or more than MAX_CLASSES,
    and more than MAX_ROWS rows.
    """
    _sized(text)
    # Quotes only mean something in a CSV: in a TSV they are part of the sentence, as in GLUE's files.
    tabs = "\t" in text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text), delimiter="\t" if tabs else ",", quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL
    )
    try:
        rows = [
            (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise Complaint("pg_err_lab_broken", line=reader.line_num) from error
    if not rows:
        raise Complaint("pg_err_lab_nothing")
    for line, row in rows:
        if len(row) != 2:
            raise Complaint("pg_err_lab_columns", line=line, columns=len(row))
    heads = [cell.lower() for cell in rows[0][1]]
    swapped = heads[1] == "label" and heads[0] in _TEXT_HEADS
    if swapped or (heads[0] == "label" and heads[1] in _TEXT_HEADS):
        del rows[0]
    pairs = []
    for line, row in rows:
        label, sentence = reversed(row) if swapped else row
        if not label or not sentence:
            raise Complaint("pg_err_lab_empty", line=line)
        pairs.append((label, _checked(sentence, line)))
    if not pairs:
        raise Complaint("pg_err_lab_nothing")
    if len(pairs) > MAX_ROWS:
        raise Complaint("pg_err_lab_rows", rows=f"{len(pairs):,}", limit=f"{MAX_ROWS:,}")
    names = sorted({label for label, _ in pairs})
    if len(names) == 1:
        raise Complaint("pg_err_lab_one_class", label=names[0][:40], rows=f"{len(pairs):,}")
    if len(names) > MAX_CLASSES:
        raise Complaint("pg_err_lab_classes", classes=f"{len(names):,}", limit=MAX_CLASSES)
    places = {name: place for place, name in enumerate(names)}
    return Labelled(tuple(text for _, text in pairs), tuple(places[label] for label, _ in pairs), tuple(names))


def lines(text: str) -> tuple[str, ...]:
    """Unlabelled sentences, one a line; empty lines are passed over. Raises Complaint as `parse` does."""
    _sized(text)
    found = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not found:
        raise Complaint("pg_err_lab_nothing")
    if len(found) > MAX_ROWS:
        raise Complaint("pg_err_lab_rows", rows=f"{len(found):,}", limit=f"{MAX_ROWS:,}")
    return tuple(_checked(line, number) for number, line in found)


def balance(data: Labelled) -> Sequence[int]:
    """How many sentences each of `names` has."""
    return [data.labels.count(place) for place in range(len(data.names))]


def _sized(text: str) -> None:
    if len(text) > MAX_BYTES:
        raise Complaint("pg_err_lab_large", size=round(len(text) / 1e6, 1), limit=MAX_BYTES // 1_000_000)


def _checked(sentence: str, line: int) -> str:
    if len(sentence) > MAX_CHARACTERS:
        raise Complaint("pg_err_lab_long", line=line, size=len(sentence), limit=MAX_CHARACTERS)
    return without_controls(sentence)
