"""Numbers that judge a detector."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a positive case scores above a negative one, ties counting half.

    scores: (N,); labels: (N,), true or 1 for positive. It is Mann and Whitney's U over all pairs (Hanley and
    McNeil 1982). NaN when one of the two classes is empty. Raises ValueError for a score that is no number.
    """
    values, positive = np.asarray(scores, np.float64), np.asarray(labels, bool)
    if np.isnan(values).any():
        raise ValueError(f"{int(np.isnan(values).sum())} of {values.size} scores are no numbers.")
    ups = int(positive.sum())
    downs = positive.size - ups
    if ups == 0 or downs == 0:
        return float("nan")
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[place]  # equal scores share the mean of their ranks
    return float((ranks[positive].sum() - ups * (ups + 1) / 2) / (ups * downs))


class Roc(NamedTuple):
    """Points of an ROC curve, from calling nothing positive to calling everything so.

    false_alarms, hits: (K,) shares of the negative and of the positive cases that score at least `thresholds` (K,);
    the first threshold is infinite.
    """

    false_alarms: Floats
    hits: Floats
    thresholds: Floats


def roc(scores: ArrayLike, labels: ArrayLike) -> Roc:
    """The ROC curve, a point for each distinct score (Fawcett 2006, algorithm 1); arguments as for `auc`.

    Shares of an empty class are NaN. Raises ValueError for a score that is no number.
    """
    values, positive = np.asarray(scores, np.float64), np.asarray(labels, bool)
    if np.isnan(values).any():
        raise ValueError(f"{int(np.isnan(values).sum())} of {values.size} scores are no numbers.")
    order = np.argsort(-values, kind="stable")
    ordered, truth = values[order], positive[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1) if len(ordered) else np.array([], np.int64)
    ups, both = np.cumsum(truth)[last], last + 1
    with np.errstate(invalid="ignore"):
        hits = np.concatenate([[0], ups]) / np.float64(positive.sum())
        false_alarms = np.concatenate([[0], both - ups]) / np.float64((~positive).sum())
    return Roc(false_alarms, hits, np.concatenate([[np.inf], ordered[last]]))


class Calibration(NamedTuple):
    """One bin a place, all (B,): how many cases, how many of them positive, and their mean probability (NaN in an
    empty bin). error: the expected calibration error, a mean of |share - probability| over all cases."""

    of: NDArray[np.int64]
    positive: NDArray[np.int64]
    mean: Floats
    error: float


def calibration(probabilities: ArrayLike, labels: ArrayLike, bins: int = 10) -> Calibration:
    """Do a tenth of the cases that get 10% turn out positive? Bins of equal width (Guo et al. 2017, equation 3).

    probabilities: (N,) in 0 to 1; labels: (N,). Raises ValueError for a probability outside that range.
    """
    values, positive = np.asarray(probabilities, np.float64), np.asarray(labels, bool)
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError(f"Probabilities run from {values.min():g} to {values.max():g}; they must lie in 0 to 1.")
    place = np.minimum((values * bins).astype(np.int64), bins - 1)
    of, ups = np.bincount(place, minlength=bins), np.bincount(place[positive], minlength=bins)
    sums = np.bincount(place, weights=values, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean = sums / of
    error = float(np.abs(ups - sums).sum() / max(1, values.size))
    return Calibration(of, ups, mean, error)
