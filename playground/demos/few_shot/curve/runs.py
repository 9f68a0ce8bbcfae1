"""Draws and orders of examples, with the right labels or others, and the answers to the same queries after each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import factorial

import numpy as np
from numpy.typing import NDArray

from playground.core.prefix import Prefix, ranked
from playground.core.prompts import PATTERNS, Example, Pattern, prompt
from playground.demos.few_shot.curve.schema import Labels
from playground.demos.few_shot.reader import encode, endings, fit
from playground.demos.few_shot.schema import MAX_SHOTS
from playground.demos.few_shot.tasks import Bundled, draw, labels_for
from playground.models.device import TURNS
from playground.models.loading import Loaded


@dataclass(frozen=True)
class Queries:
    """What is asked each time: queries, the labels to rank for each, and which of them is right."""

    asked: tuple[Example, ...]
    labels: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, bundled: Bundled, count: int) -> "Queries":
        asked = bundled.queries[:count]
        return cls(asked, tuple(labels_for(bundled, row.input).labels for row in asked))

    @property
    def chance(self) -> float:
        return float(np.mean([1 / len(labels) for labels in self.labels]))


def shown(
    bundled: Bundled, shots: int, seed: int, draw_number: int, order: int, labels: Labels = "right"
) -> list[Example]:
    """`shots` examples of one draw in one order. Order 0 only adds examples as the shots grow, so that what was read
    of it is read no more; others sort the same examples anew, no two of them alike. Raises ValueError for more orders
    than there are."""
    if order >= orders_of(shots, order + 1):
        raise ValueError(f"{shots} examples have no order {order}.")
    rng = np.random.default_rng([seed, draw_number, 7])
    drawn = relabelled(bundled, draw(bundled, MAX_SHOTS, seed * 1000 + draw_number), labels, rng)[:shots]
    found, tried = [list(range(shots))], 0
    while len(found) <= order:
        tried += 1
        places = np.random.default_rng([seed, draw_number, tried, 11]).permutation(MAX_SHOTS)
        if (sorting := sorted(range(shots), key=lambda place: int(places[place]))) not in found:
            found.append(sorting)
    return [drawn[place] for place in found[order]]


def orders_of(shots: int, most: int) -> int:
    """In how many different orders so many examples can be shown, up to `most`: 1 example in one, 2 in two."""
    return min(most, factorial(shots))


def relabelled(
    bundled: Bundled, examples: Sequence[Example], labels: Labels, rng: np.random.Generator
) -> list[Example]:
    """flipped: each example gets another label than its own, the next of the task's; shuffled: one by lot, which may
    be its own (Min et al. 2022, arXiv:2202.12837). Where a task has too many labels for that, it is that of the next
    example with another one, or those of the examples go round by lot; where the label is one of the listed items,
    another item is taken."""
    if labels == "right":
        return list(examples)
    found = []
    turn = rng.permutation(len(examples))
    for place, (text, label) in enumerate(examples):
        items = text.split(", ")
        choices = bundled.task.labels or (tuple(items) if label in items and len(items) > 1 else ())
        if not choices and labels == "flipped":
            others = (row.label for row in chain(examples[place:], examples[:place]) if row.label != label)
            found.append(Example(text, next(others, label)))
        elif not choices:
            found.append(Example(text, examples[turn[place]].label))
        elif labels == "flipped":
            found.append(Example(text, choices[(choices.index(label) + 1) % len(choices)]))
        else:
            found.append(Example(text, choices[int(rng.integers(len(choices)))]))
    return found


class Examiner:
    """One model with one pattern: asks the same queries after any examples; what was read before is not read again."""

    def __init__(self, loaded: Loaded, pattern: str, queries: Queries) -> None:
        self.loaded, self.queries = loaded, queries
        self.pattern: Pattern = PATTERNS[pattern]
        self.prefix = Prefix(loaded.model)
        self.endings = [endings(loaded, labels, self.pattern) for labels in queries.labels]
        self.room = max(len(ending) for each in self.endings for ending in each)
        self.longest = max((row.input for row in queries.asked), key=lambda text: len(encode(loaded, text)))
        self.dropped = 0

    def answers(self, examples: Sequence[Example]) -> Iterator[NDArray[np.bool_] | None]:
        """Whether each query's right label ranks first: (Q,) bool as the last item; None after each forward before it.

        dropped: how many of the examples did not fit. Raises Complaint as `fit` does.
        """
        # One token to spare: texts that end differently are not cut into the same tokens.
        fitted = fit(self.loaded, examples, self.longest, self.pattern, room=self.room + 1)
        self.dropped = fitted.dropped
        prompts = [encode(self.loaded, prompt(fitted.used, row.input, self.pattern)) for row in self.queries.asked]
        parts = []
        for part in TURNS.steps(ranked(self.prefix, prompts, self.endings)):
            parts.append(part)
            yield None
        scores = chain.from_iterable(parts)
        pairs = zip(scores, self.queries.asked, self.queries.labels, strict=True)
        yield np.array([labels[int(np.argmax(score))] == row.label for score, row, labels in pairs])
