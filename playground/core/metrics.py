"""Numbers that judge a detector."""

import numpy as np
from numpy.typing import ArrayLike


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
