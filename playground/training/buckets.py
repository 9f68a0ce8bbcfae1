"""Which examples make up a batch: random, yet of nearly equal lengths, so that little is padded."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

POOL = 16  # batches that are sorted by length together


class Buckets:
    """buckets(step): indices of one batch, a pure function of the seed and the step.

    Each epoch is a new permutation; within it, POOL batches at a time are sorted by length, cut, and shuffled.
    The few examples that do not fill a batch at the end of an epoch wait for another one.
    """

    def __init__(self, lengths: Sequence[int], size: int, seed: int) -> None:
        self.lengths, self.seed = np.asarray(lengths), seed
        self.size = min(size, len(self.lengths))
        if self.size < 1:
            raise ValueError("There are no examples to make batches of.")
        self.steps = len(self.lengths) // self.size  # an epoch
        self._epoch: tuple[int, list[NDArray[np.int64]]] = (-1, [])

    def epoch(self, step: int) -> int:
        return step // self.steps

    def __call__(self, step: int) -> NDArray[np.int64]:
        number = self.epoch(step)
        if self._epoch[0] != number:
            self._epoch = (number, self._cut(number))
        return self._epoch[1][step % self.steps]

    def _cut(self, number: int) -> list[NDArray[np.int64]]:
        rng = np.random.default_rng([self.seed, number])
        order = rng.permutation(len(self.lengths))[: self.steps * self.size]
        batches: list[NDArray[np.int64]] = []
        for start in range(0, len(order), self.size * POOL):
            pool = order[start : start + self.size * POOL]
            pool = pool[np.argsort(self.lengths[pool], kind="stable")]
            groups = np.split(pool, range(self.size, len(pool), self.size))
            batches += [groups[place] for place in rng.permutation(len(groups))]
        return batches
