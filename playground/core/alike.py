"""How alike two representations of the same tokens are, whatever their widths."""

import torch
from torch import Tensor

LEAST = 4  # tokens


def cka(one: Tensor, other: Tensor) -> float:
    """Debiased linear centred kernel alignment of states (T, H) and (T, K) of the same T tokens: 1 for the same up to
    rotation and scale, around 0 for what has nothing in common.

    HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)) of K = XX' and L = YY' with the unbiased estimator of HSIC (Song et al.
    2012, equation 5; Nguyen et al. 2021, arXiv 2010.15327, equation 3). The plain one of Kornblith et al. 2019 is close
    to 1 for any two representations of a sentence, which has far fewer tokens than a state has numbers. 0 where one
    does not vary. Raises ValueError for fewer than LEAST tokens.
    """
    if len(one) < LEAST:
        raise ValueError(f"{len(one)} tokens are too few: at least {LEAST}.")
    left, right = (_gram(states) for states in (one, other))
    norm = _hsic(left, left) * _hsic(right, right)
    return _hsic(left, right) / norm**0.5 if norm > 0 else 0.0


def _gram(states: Tensor) -> Tensor:
    """(T, T) products of the centred states, without the diagonal."""
    centred = states.double() - states.double().mean(0)
    return (centred @ centred.T).fill_diagonal_(0)


def _hsic(left: Tensor, right: Tensor) -> float:
    count = len(left)
    trace = (left * right).sum()
    sums = left.sum() * right.sum() / ((count - 1) * (count - 2))
    cross = 2 / (count - 2) * torch.dot(left.sum(0), right.sum(0))
    return float((trace + sums - cross) / (count * (count - 3)))
