"""Debiased CKA against its definition as a mean over all quadruples."""

from itertools import permutations

import pytest
import torch
from torch import Tensor

from playground.core.alike import LEAST, cka


def _gram(states: Tensor) -> Tensor:
    centred = states - states.mean(0)
    return centred @ centred.T


def _hsic(left: Tensor, right: Tensor) -> float:
    """The U-statistic: a mean over all quadruples of different tokens (Song et al. 2012, equation 4)."""
    values = [
        left[i, j] * right[i, j] + left[i, j] * right[q, r] - 2 * left[i, j] * right[i, q]
        for i, j, q, r in permutations(range(len(left)), 4)
    ]
    return float(sum(values)) / len(values)


def test_it_is_the_mean_over_all_quadruples() -> None:
    draws = torch.Generator().manual_seed(1)
    one, other = (torch.randn(6, width, generator=draws, dtype=torch.float64) for width in (5, 9))
    other[:, :5] += one
    left, right = _gram(one), _gram(other)
    wanted = _hsic(left, right) / (_hsic(left, left) * _hsic(right, right)) ** 0.5
    assert cka(one, other) == pytest.approx(wanted, abs=1e-9)


def test_rotation_scale_and_place_change_nothing_and_independence_is_zero() -> None:
    draws = torch.Generator().manual_seed(2)
    one = torch.randn(12, 384, generator=draws)
    rotation = torch.linalg.qr(torch.randn(384, 384, generator=draws)).Q
    assert cka(one, 3 * one @ rotation + 5) == pytest.approx(1, abs=1e-4)
    found = [cka(torch.randn(12, 384, generator=draws), torch.randn(12, 384, generator=draws)) for _ in range(60)]
    # The biased one gives 0.97 here.
    assert abs(sum(found) / len(found)) < 0.1 and all(abs(value) < 0.6 for value in found)


def test_too_few_tokens_and_no_change_at_all() -> None:
    with pytest.raises(ValueError, match="3 tokens are too few"):
        cka(torch.randn(LEAST - 1, 4), torch.randn(LEAST - 1, 4))
    assert cka(torch.ones(5, 4), torch.randn(5, 4)) == 0.0
