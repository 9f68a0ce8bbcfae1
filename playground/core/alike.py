"""How alike two representations of the same tokens are, whatever their widths."""

from torch import Tensor


def cka(one: Tensor, other: Tensor) -> float:
    """Linear centred kernel alignment of states (T, H) and (T, K) of the same T tokens, from 0 to 1.

    |Y'X|^2 / (|X'X| |Y'Y|) of the centred states, in Frobenius norms (Kornblith et al. 2019, arXiv 1905.00414, equation
    3 with linear kernels); through the T x T products where these are smaller. 0 where one does not vary at all.
    """
    x, y = (states.double() - states.double().mean(0) for states in (one, other))
    left, right = x @ x.T, y @ y.T  # (T, T)
    norm = float(left.norm() * right.norm())
    return float((left * right).sum()) / norm if norm else 0.0
