"""A short training, step by step: which sentences a step reads, how fast it learns, and the update itself."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_POOL = 8  # steps that are sorted by length together
_WARM_UP = 0.1  # of the steps
_CLIP = 1.0


class Stream:
    """stream(step): the sentences of a step, a pure function of the seed and the step.

    lengths: of the sentences of each group; sizes: how many of each group a step has. A pool of steps is drawn, sorted
    by length within each group and cut, so that a step holds sentences of nearly one length; then its steps are
    shuffled. Every sentence of a group comes once before any comes again.
    """

    def __init__(self, lengths: Sequence[Sequence[int]], sizes: Sequence[int], seed: int) -> None:
        self.lengths = [np.asarray(group) for group in lengths]
        self.sizes, self.seed = tuple(sizes), seed
        for group, size in zip(self.lengths, self.sizes, strict=True):
            if size and not len(group):
                raise ValueError("There are no sentences to draw from.")
        self._pool: tuple[int, list[list[NDArray[np.int64]]]] = (-1, [])

    def __call__(self, step: int) -> list[list[int]]:
        """Numbers of the step's sentences within their group, group by group."""
        number, place = divmod(step, _POOL)
        if self._pool[0] != number:
            self._pool = (number, self._cut(number))
        return [group[place].tolist() for group in self._pool[1]]

    def _cut(self, number: int) -> list[list[NDArray[np.int64]]]:
        shuffled = np.random.default_rng([self.seed, number]).permutation(_POOL)
        steps = []
        for which, (lengths, size) in enumerate(zip(self.lengths, self.sizes, strict=True)):
            drawn = self._drawn(which, number * size * _POOL, size * _POOL)
            drawn = drawn[np.argsort(lengths[drawn], kind="stable")]
            steps.append([drawn[place * size : (place + 1) * size] for place in shuffled])
        return steps

    def _drawn(self, which: int, start: int, count: int) -> NDArray[np.int64]:
        """`count` sentences of a group from the `start`-th draw on; each pass over the group has another order."""
        every, found = len(self.lengths[which]), [np.empty(0, np.int64)]
        while count:
            turn, place = divmod(start, every)
            order = np.random.default_rng([self.seed, which, turn]).permutation(every)
            found.append(order[place : place + count])
            start, count = start + len(found[-1]), count - len(found[-1])
        return np.concatenate(found)


def learning_rate(step: int, steps: int, highest: float) -> float:
    """Linear warm-up over a tenth of the steps, then linear decay towards 0; at the middle of step `step`."""
    done = (step + 0.5) / steps
    return highest * (done / _WARM_UP if done < _WARM_UP else (1 - done) / (1 - _WARM_UP))


def optimizer_of(modules: Iterable[nn.Module], decay: float = 0.01) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only, and none on embeddings: a word that does not occur stays as it is."""
    decayed: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    seen: set[int] = set()  # a matrix may be the embeddings and the head: it is an embedding
    for module in modules:
        for part in module.modules():
            for parameter in part.parameters(recurse=False):
                if parameter.requires_grad and id(parameter) not in seen:
                    seen.add(id(parameter))
                    matrix = parameter.ndim > 1 and not isinstance(part, nn.Embedding)
                    (decayed if matrix else free).append(parameter)
    groups = [{"params": decayed, "weight_decay": decay}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=0.0, betas=(0.9, 0.98), eps=1e-6)


def update(optimizer: torch.optim.Optimizer, loss: Tensor, rate: float) -> None:
    """One step of gradient descent on `loss`, its gradient clipped to a norm of 1."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], _CLIP)
    optimizer.step()
