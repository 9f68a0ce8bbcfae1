"""The project's own tasks: a pool of examples, and queries that are never among them."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from playground.core.prompts import Example
from playground.core.tasks import Task, candidates, task
from playground.messages import Complaint
from playground.paths import ASSETS

FOLDER = ASSETS / "tasks" / "few_shot"
QUERIES = 64
_SEED = 1  # of labels drawn by lot: a query has the same ones, whatever its examples are


@dataclass(frozen=True)
class Bundled:
    """trained: whether gpt-mini's training had episodes of this kind; korean: whether it needs a model that reads
    Korean."""

    task: Task
    instruction: str
    trained: bool
    korean: bool

    @property
    def pool(self) -> tuple[Example, ...]:
        return self.task.rows[:-QUERIES]

    @property
    def queries(self) -> tuple[Example, ...]:
        return self.task.rows[-QUERIES:]


@cache
def tasks() -> dict[str, Bundled]:
    """By name, in the order in which they are offered."""
    found = {}
    for name, about in tomllib.loads((FOLDER / "tasks.toml").read_text("utf-8")).items():
        lines = (FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()
        rows = [Example(*line.split("\t")) for line in lines]
        found[name] = Bundled(task(name, rows), about["instruction"], about["trained"], about.get("korean", False))
    return found


def find(name: str) -> Bundled:
    """Raises Complaint for a task that is not there."""
    if name not in tasks():
        raise Complaint("pg_err_fsh_task", task=name[:40])
    return tasks()[name]


def draw(of: Bundled, shots: int, seed: int, query: str = "") -> list[Example]:
    """`shots` examples of the pool; with more shots and the same seed, the same ones and others after them. `query` is
    none of them: it would stand solved in its own prompt."""
    order = np.random.default_rng([seed, len(of.pool)]).permutation(len(of.pool))
    return [of.pool[place] for place in order if of.pool[place].input != query.strip()][:shots]


class Ranked(NamedTuple):
    """labels: in an order that does not tell the right one; right: where the task knows the query. by_lot: all of them
    are drawn from the task's, so that the right one may be missing."""

    labels: tuple[str, ...]
    right: str | None
    by_lot: bool = False


def labels_for(of: Bundled, query: str) -> Ranked:
    """The labels to rank for a query."""
    query = query.strip()
    rng = np.random.default_rng([_SEED, *query.encode("utf-8", "replace")[:200]])
    row = next((row for row in of.task.rows if row.input == query), None)
    if row is not None:
        found = candidates(of.task, row, rng)
        return Ranked(found if of.task.labels else tuple(sorted(found)), row.label)
    if of.task.labels:
        return Ranked(of.task.labels, None)
    items = tuple(dict.fromkeys(item for item in query.split(", ") if item.strip()))
    if len(items) > 1 and all(example.label in example.input.split(", ") for example in of.task.rows):
        return Ranked(items, None)
    outputs = sorted({row.label for row in of.task.rows})
    return Ranked(tuple(sorted(outputs[place] for place in rng.choice(len(outputs), 4, replace=False))), None, True)


def chance(candidate_sets: Sequence[Sequence[str]]) -> float:
    """The share of right answers that drawing lots would give."""
    return float(np.mean([1 / len(labels) for labels in candidate_sets]))
