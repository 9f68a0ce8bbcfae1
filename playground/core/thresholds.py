"""When to say "no answer": thresholds on null score minus best span's score (Devlin et al. 2019, section 4.3)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def decided(
    thresholds: ArrayLike, differences: ArrayLike, answered: ArrayLike, silent: ArrayLike
) -> NDArray[np.float64]:
    """(P,) the mean score with each of P thresholds: a question with a larger difference is not answered.

    differences: (N,) null score - best score; answered, silent: (N,) the score of answering and of not answering.
    NaN for no questions.
    """
    order = np.argsort(differences, kind="stable")
    ordered = np.asarray(differences, np.float64)[order]
    spoken, quiet = np.asarray(answered, np.float64)[order], np.asarray(silent, np.float64)[order]
    sums = np.concatenate([[quiet.sum()], quiet.sum() + np.cumsum(spoken - quiet)])
    places = np.searchsorted(ordered, np.asarray(thresholds, np.float64), side="right")
    if not len(ordered):
        return np.full(len(places), np.nan)
    means: NDArray[np.float64] = sums[places] / len(ordered)
    return means


def best_threshold(differences: ArrayLike, answered: ArrayLike, silent: ArrayLike) -> float:
    """The threshold with the highest mean score, halfway between two differences; arguments as for `decided`.

    Raises ValueError for no questions.
    """
    found = np.unique(np.asarray(differences, np.float64))
    found = found[np.isfinite(found)]
    if not len(found):
        raise ValueError("There is no question to choose a threshold on.")
    places = np.concatenate([[found[0] - 1], (found[1:] + found[:-1]) / 2, [found[-1] + 1]])
    return float(places[decided(places, differences, answered, silent).argmax()])
