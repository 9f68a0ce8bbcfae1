"""How sure a measured number is: 95% intervals."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """95% interval of a share (Wilson 1927). Returns (low, high); raises ValueError for no trials."""
    if of <= 0 or not 0 <= right <= of:
        raise ValueError(f"{right} of {of} is no share.")
    share, spread = right / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return middle - half, middle + half


def grouped(right: ArrayLike, group: ArrayLike) -> tuple[float, float]:
    """95% interval of the share of (N,) answers that are right, where those of one group, such as two words of one
    sentence, are right or wrong together.

    group: (N,) the number of each answer's group. It is `wilson`'s where each has one answer, else `grouped_mean`'s.
    """
    hits, numbers = np.asarray(right), np.asarray(group)
    if len(np.unique(numbers)) == len(hits):
        return wilson(int(hits.sum()), len(hits))
    return grouped_mean(hits, numbers)


def grouped_mean(values: ArrayLike, group: ArrayLike) -> tuple[float, float]:
    """95% bootstrap interval of the mean of (N,) values, whole groups drawn with repetition. Raises ValueError for
    fewer than two groups."""
    of = np.unique(np.asarray(group), return_inverse=True)[1]
    counts, sums = np.bincount(of), np.bincount(of, np.asarray(values, np.float64))
    return bootstrap(lambda drawn: float(sums[drawn].sum() / counts[drawn].sum()), len(counts))


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], of: int, draws: int = 1000, seed: int = 1
) -> tuple[float, float]:
    """95% percentile interval of any statistic (Efron 1979).

    statistic: takes the drawn cases as indices (of,), with repetition. of: how many independent cases there are;
    cases that belong together (the tokens of one text) are one case. Draws for which it is not defined (NaN)
    are left out. Raises ValueError for fewer than two cases.
    """
    if of < 2:
        raise ValueError(f"{of} cases have no spread: at least 2 are needed.")
    rng = np.random.default_rng(seed)
    values = np.array([statistic(rng.integers(of, size=of)) for _ in range(draws)])
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def crossed(values: ArrayLike, draws: int = 1000, seed: int = 1) -> tuple[float, float]:
    """95% percentile interval of the mean of (R, Q) values that share rows and columns: R runs on the same Q queries.

    Rows and columns are drawn with repetition, each for itself (Owen 2007, arXiv:0712.1111, the pigeonhole bootstrap):
    the interval is as wide as another choice of runs and of queries makes it. Raises ValueError for no values.
    """
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or not table.size:
        raise ValueError(f"A table of runs and queries is needed, not one of shape {table.shape}.")
    rng = np.random.default_rng(seed)
    rows, columns = (rng.multinomial(size, np.full(size, 1 / size), size=draws) for size in table.shape)
    means = np.einsum("dr,rq,dq->d", rows, table, columns, optimize=True) / table.size
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
