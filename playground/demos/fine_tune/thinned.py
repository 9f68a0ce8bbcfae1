"""A long series of numbers as a screen shows it: means over as many neighbours as make it short enough."""

from collections.abc import Sequence
from math import ceil
from statistics import fmean


def thinned(values: Sequence[float], most: int) -> tuple[list[float], int]:
    """(means, how many values each is the mean of); the last may be of fewer. At most `most` of them."""
    every = max(1, ceil(len(values) / most))
    return [round(fmean(values[at : at + every]), 4) for at in range(0, len(values), every)], every
