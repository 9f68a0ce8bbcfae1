"""What several seeds say together: a mean with its 95% interval, and where a curve crosses a bar."""

import math
from collections.abc import Sequence
from statistics import fmean, stdev

# Student's t, 97.5%, by degrees of freedom from 1 on.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
_NORMAL = 1.959964


def band(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """(mean, low, high): Student's 95% interval of the mean (1908); no interval for a single value.

    For differences take them seed by seed: what a seed has in common with itself falls out. Raises ValueError for none.
    """
    if not values:
        raise ValueError("There is no value to take the mean of.")
    mean = fmean(values)
    if len(values) == 1:
        return mean, None, None
    free = len(values) - 1
    half = _student(free) * stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


def _student(free: int) -> float:
    """Beyond the table two terms of the series about the normal distribution's (Cornish and Fisher 1938) give three
    decimals."""
    if free <= len(_T):
        return _T[free - 1]
    first = (_NORMAL**3 + _NORMAL) / 4
    second = (5 * _NORMAL**5 + 16 * _NORMAL**3 + 3 * _NORMAL) / 96
    return _NORMAL + first / free + second / free**2


def crossing(sizes: Sequence[int], values: Sequence[float], bar: float) -> float | None:
    """The size at which a curve first reaches `bar`, on a straight line over log2 of the sizes; None if it never does.

    A curve that is at the bar from its first size on gives this size: what is needed may be less.
    """
    for place, (size, value) in enumerate(zip(sizes, values, strict=True)):
        if value < bar:
            continue
        if place == 0:
            return float(size)
        before, low = sizes[place - 1], values[place - 1]
        share = (bar - low) / (value - low)
        return float(2 ** (math.log2(before) + share * (math.log2(size) - math.log2(before))))
    return None
