"""Tasks of input and label, and the labels among which an answer is sought."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playground.core.prompts import Example

FEW_LABELS = 10  # up to so many different outputs are a set of labels


@dataclass(frozen=True)
class Task:
    """labels: all outputs, where they are few; else empty."""

    name: str
    rows: tuple[Example, ...]
    labels: tuple[str, ...]


def task(name: str, rows: Sequence[Example]) -> Task:
    outputs = sorted({row.label for row in rows})
    return Task(name, tuple(rows), tuple(outputs) if 1 < len(outputs) <= FEW_LABELS else ())


def candidates(of: Task, asked: Example, rng: np.random.Generator) -> tuple[str, ...]:
    """The labels to rank for one query: the task's own where they are few, the listed items where the answer is one of
    them ("apple, pear, saw"), else the right one and three other outputs of the task, drawn by lot."""
    outputs = sorted({row.label for row in of.rows})
    others = [outputs[i] for i in rng.permutation(len(outputs))[:4] if outputs[i] != asked.label][:3]
    items = tuple(asked.input.split(", "))
    inside = asked.label in items and len(items) > 1
    return of.labels or (items if inside else (asked.label, *others))
