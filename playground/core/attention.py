"""What attention weights say: measures of a head, rollout across layers, and small pictures of large maps.

A map is (T, T): row i holds where token i looks, and adds up to 1. A layer has A heads: (A, T, T).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d, max_pool2d


@dataclass(frozen=True)
class Measures:
    """One number a head, all (A,), each the mean over the rows that it concerns.

    entropy: bits, 0 (one token) to log2 T (all alike). distance: tokens between the one that looks and what it looks
    at. The others are shares of the attention, 0 to 1: on special tokens, on separators alone, on the first token of
    all, on the token before and after (rows that have one), and on the other of two texts (rows of ordinary tokens).
    """

    entropy: Tensor
    distance: Tensor
    to_special: Tensor
    to_sep: Tensor
    to_first: Tensor
    to_previous: Tensor
    to_next: Tensor
    to_other: Tensor


def measures(weights: Tensor, special: Tensor, separators: Tensor, segments: Tensor) -> Measures:
    """weights: (A, T, T); special, separators: (T,) bool; segments: (T,) 0 or 1, of which text a token is."""
    length = weights.shape[-1]
    places = torch.arange(length)
    apart = (places[:, None] - places[None]).abs().float()
    terms = torch.where(weights > 0, weights * weights.clamp_min(1e-38).log2(), torch.zeros_like(weights))
    first, second = (~special & (segments == number) for number in (0, 1))
    across = torch.cat(
        [
            (weights[:, first] * second).sum(-1),
            (weights[:, second] * first).sum(-1),
        ],
        dim=1,
    )
    nothing = weights.new_zeros(len(weights))
    both = bool(first.any()) and bool(second.any())
    return Measures(
        entropy=0.0 - terms.sum(-1).mean(-1),
        distance=(weights * apart).sum(-1).mean(-1),
        to_special=(weights * special).sum(-1).mean(-1),
        to_sep=(weights * separators).sum(-1).mean(-1),
        to_first=weights[:, :, 0].mean(-1),
        to_previous=weights.diagonal(-1, 1, 2).mean(-1) if length > 1 else nothing,
        to_next=weights.diagonal(1, 1, 2).mean(-1) if length > 1 else nothing,
        to_other=across.mean(-1) if both else nothing,
    )


def rolled(before: Tensor | None, weights: Tensor) -> Tensor:
    """(T, T) attention rollout up to a layer with heads (A, T, T), from that of the layer below (None for the lowest).

    A token keeps half of itself by the residual connection, and heads count alike: A' = (mean A + I) / 2, multiplied
    from the lowest layer up (Abnar and Zuidema 2020, arXiv:2005.00928, section 3).
    """
    mean = weights.mean(0)
    mixed = (mean + torch.eye(len(mean))) / 2
    mixed = mixed / mixed.sum(-1, keepdim=True)
    return mixed if before is None else mixed @ before


def blocks(weights: Tensor, special: Tensor, segments: Tensor) -> list[list[float]]:
    """Of a map (T, T): the mean share that rows of the first and of the second text give to the first text, to the
    second one, and to special tokens; a row of zeros for a text without tokens."""
    texts = [~special & (segments == number) for number in (0, 1)]
    shares = []
    for rows in texts:
        given = [weights[rows][:, columns].sum(-1).mean() for columns in (*texts, special)]
        shares.append([0.0 if math.isnan(float(share)) else float(share) for share in given])
    return shares


def thumbnails(weights: Tensor, side: int) -> Tensor:
    """(A, s, s) of (A, T, T), s = min(T, side): the largest weight of each field, so that no thin line is lost."""
    side = min(side, weights.shape[-1])
    return adaptive_max_pool2d(weights[None], side)[0]


def pooled(weights: Tensor, step: int) -> Tensor:
    """(ceil T/k, ceil T/k) of a map (T, T), k = step: the largest weight of each k by k fields."""
    return max_pool2d(weights[None, None], step, ceil_mode=True)[0, 0]


def as_bytes(weights: Tensor) -> Tensor:
    """Weights 0 to 1 as uint8: 0 to 255, rounded."""
    return (weights * 255).round().clamp(0, 255).to(torch.uint8)
