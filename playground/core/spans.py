"""Span decoding: from start and end logits to the best answer spans.

A span (s, e) scores start[s] + end[e] (Devlin et al. 2019, section 4.2); the null score is that of the span
([CLS], [CLS]) (section 4.3). Only spans with s <= e < s + length inside the passage are legal: a band above
the diagonal, which is all that is computed here.

    start   s0 s1 s2 s3          span (s, s + d), length 3:      d=0    d=1    d=2
    end     e0 e1 e2 e3                                     s0  s0+e0  s0+e1  s0+e2
                                                            s1  s1+e1  s1+e2  s1+e3
                                                            s2  s2+e2  s2+e3    -
"""

from typing import NamedTuple

import torch
from torch import Tensor

ILLEGAL = float("-inf")


class Spans(NamedTuple):
    """The best spans of each row, best first. All (B, K); where fewer are legal, the score is -inf."""

    scores: Tensor
    starts: Tensor
    ends: Tensor


def band(start: Tensor, end: Tensor, legal: Tensor, length: int) -> Tensor:
    """(B, T, length) scores of the spans (s, s + d); -inf where a span leaves the legal positions.

    start, end: (B, T) logits; legal: (B, T) bool, the positions of the passage, one unbroken run a row.
    length: most tokens that an answer may have. Raises ValueError below 1.
    """
    if length < 1:
        raise ValueError(f"An answer of {length} tokens is none: the length must be at least 1.")
    start = start.float().masked_fill(~legal, ILLEGAL)
    end = end.float().masked_fill(~legal, ILLEGAL)
    ends = torch.nn.functional.pad(end, (0, length - 1), value=ILLEGAL).unfold(1, length, 1)  # (B, T, length)
    return start[:, :, None] + ends


def best_spans(start: Tensor, end: Tensor, legal: Tensor, length: int = 30, k: int = 1) -> Spans:
    """The k best legal spans of each row. Arguments as for `band`; k is cut to the number of spans in the band."""
    scores = band(start, end, legal, length).flatten(1)  # (B, T * length)
    top = scores.topk(min(k, scores.shape[1]), dim=1)
    starts = top.indices // length
    return Spans(top.values, starts, starts + top.indices % length)


def null_score(start: Tensor, end: Tensor) -> Tensor:
    """(B,) score of no answer: the span that starts and ends at [CLS], the first token."""
    return start[:, 0].float() + end[:, 0].float()
