"""A number that a recipe measured, with its 95% interval."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playground.core.intervals import bootstrap, wilson


@dataclass(frozen=True)
class Measure:
    """value, low, high: a share or score between 0 and 1 when `percent`, else a plain number (a perplexity).

    of: how many cases it was measured on; right: how many of them were right, where it is such a count.
    """

    value: float
    low: float
    high: float
    of: int
    right: int | None = None
    percent: bool = True

    def number(self, value: float) -> str:
        return f"{value:.1%}" if self.percent else f"{value:.3f}"

    @property
    def count(self) -> str:
        return f"{self.of:,}" if self.right is None else f"{self.right:,} of {self.of:,}"

    def __str__(self) -> str:
        interval = f"95% interval {self.number(self.low)} to {self.number(self.high)}"
        return f"{self.number(self.value)} ({self.count}, {interval})"

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def share(right: int, of: int) -> Measure:
    """Right answers, with Wilson's interval."""
    low, high = wilson(right, of)
    return Measure(right / of, low, high, of, right)


def statistic(
    compute: Callable[[NDArray[np.int64]], float], of: int, draws: int = 1000, percent: bool = True
) -> Measure:
    """Any statistic of `of` independent cases, with a bootstrap interval. compute: takes indices of cases."""
    low, high = bootstrap(compute, of, draws)
    return Measure(float(compute(np.arange(of))), low, high, of, percent=percent)


def mean(values: ArrayLike, percent: bool = True) -> Measure:
    """The mean of one score a case (F1, say)."""
    scores = np.asarray(values, np.float64)
    return statistic(lambda cases: float(scores[cases].mean()), len(scores), percent=percent)
