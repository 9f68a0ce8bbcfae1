"""How the next token is chosen: temperature, top-k and top-p."""

from typing import NamedTuple

import torch
from torch import Tensor


class Sampler(NamedTuple):
    """temperature: 0 always takes the likeliest; top_k: 0 for all tokens; top_p: 1 for all of them."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0


def kept(logits: Tensor, sampler: Sampler) -> Tensor:
    """(V,) probabilities, in float64, from which a token is drawn.

    First p = softmax(logits / T); then only the k likeliest stay (Fan et al. 2018, arXiv:1805.04833); then only the
    nucleus, the fewest likeliest tokens whose sum reaches top_p (Holtzman et al. 2020, arXiv:1904.09751, section 3.1).
    What stays is divided by its sum. Equal logits: the lower token id stays. Raises ValueError for a setting that
    means nothing.
    """
    if sampler.temperature < 0 or sampler.top_k < 0 or not 0 < sampler.top_p <= 1:
        raise ValueError(f"{sampler} draws nothing: T and top_k are at least 0, top_p is above 0 and at most 1.")
    wide = logits.double()
    if sampler.temperature == 0:
        return torch.zeros_like(wide).index_fill_(0, wide.argmax(), 1.0)
    probabilities = (wide / sampler.temperature).softmax(0)
    if sampler.top_k == 0 and sampler.top_p == 1:
        return probabilities
    ordered, order = probabilities.sort(descending=True, stable=True)
    stays = torch.ones_like(ordered, dtype=torch.bool)
    if sampler.top_k:
        stays[sampler.top_k :] = False
    if sampler.top_p < 1:
        within = ordered * stays / (ordered * stays).sum()
        stays &= within.cumsum(0) - within < sampler.top_p  # what stands before it is not enough yet
    found = torch.zeros_like(probabilities)
    found[order[stays]] = ordered[stays]
    return found / found.sum()


def drawn(probabilities: Tensor, generator: torch.Generator) -> int:
    """A token by its probability, on the CPU, so that a seed means the same everywhere."""
    return int(torch.multinomial(probabilities.cpu(), 1, generator=generator))
