"""A text that goes on token by token, each with what the model thought of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import torch

from playground.core.distributions import distribution
from playground.core.prefix import Prefix
from playground.core.sampling import Sampler, drawn, kept


@dataclass(frozen=True)
class Step:
    """One token under the model's own distribution, before temperature, top-k and top-p.

    rank: 1 for the likeliest; entropy in bits; top: (token, probability), best first.
    """

    token: int
    probability: float
    rank: int
    entropy: float
    top: tuple[tuple[int, float], ...]


def generate(
    prefix: Prefix,
    ids: Sequence[int],
    sampler: Sampler,
    count: int,
    seed: int,
    alternatives: int = 8,
    ends: Collection[int] = (),
) -> Iterator[Step]:
    """Up to `count` tokens after `ids`; ends after a token of `ends`. One forward a token: the cache keeps the rest."""
    generator = torch.Generator().manual_seed(seed)
    read = list(ids)
    for _ in range(count):
        logits = prefix.next_logits(read)
        greedy = sampler.temperature == 0
        token = int(logits.argmax()) if greedy else drawn(kept(logits, sampler), generator)
        yield step(logits, token, alternatives)
        if token in ends:
            return
        read.append(token)


def step(logits: torch.Tensor, token: int, alternatives: int) -> Step:
    """What (V,) logits say of a token."""
    found = distribution(logits[None], min(alternatives, logits.shape[-1]))
    top = zip(found.top_ids[0].tolist(), found.top_probabilities[0].tolist(), strict=True)
    return Step(token, found.probability(0, token), found.rank(0, token), float(found.entropy[0]), tuple(top))
