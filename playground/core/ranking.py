"""From the probabilities of whole labels to an answer (Brown et al. 2020, arXiv:2005.14165, section 2.4)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def among(scores: ArrayLike) -> Floats:
    """(L,) log p of whole labels to (L,) probabilities that add up to 1: the share of each among those asked about."""
    logs = np.asarray(scores, np.float64)
    shares = np.exp(logs - logs.max())
    return shares / shares.sum()


def calibrated(probabilities: ArrayLike, content_free: ArrayLike) -> Floats:
    """Contextual calibration (Zhao et al. 2021, arXiv:2102.09690, section 5): q = W p with W = diag(p_cf)^-1, divided
    by its sum.

    probabilities: (L,) of the labels after the query; content_free: (L,) after a query that says nothing, "N/A". So
    that query itself gets the same probability for each label, and even content-free answers change nothing. Raises
    ValueError for a label that never follows the content-free query.
    """
    found, free = np.asarray(probabilities, np.float64), np.asarray(content_free, np.float64)
    if not (free > 0).all():
        raise ValueError("A label has no probability at all after the content-free query.")
    weighted = found / free
    return weighted / weighted.sum()


def majority(labels: Sequence[str]) -> tuple[str, float]:
    """The label that stands most often, and its share: what answering without reading would score."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    return str(names[counts.argmax()]), float(counts.max() / counts.sum())
