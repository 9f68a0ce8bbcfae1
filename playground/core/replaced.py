"""ELECTRA's corruption: a generator fills the masked places, and the discriminator must find what it changed.

Clark et al. 2020 (arXiv:2003.10555), section 2: the generator's words are sampled from its distribution; a
sampled word that happens to be the right one counts as original.
"""

from typing import NamedTuple

import torch
from torch import Tensor

# Google's code hides 85% of the chosen places behind [MASK] and leaves 15% as they are; none becomes random.
MASK_SHARE, RANDOM_SHARE = 0.85, 0.0

ORIGINAL, REPLACED, GUESSED = 0, 1, 2  # GUESSED: masked, and the generator drew the right word


class Replacement(NamedTuple):
    """ids: (B, T) what the discriminator reads. replaced: (B, T) bool, where it differs from the original."""

    ids: Tensor
    replaced: Tensor


def sample(logits: Tensor, temperature: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """(P,) words drawn from softmax(logits / temperature); logits: (P, V). Temperature 0 takes the likeliest.

    One number u a place, then the first word whose cumulative probability exceeds u. The numbers are drawn on the
    CPU, so a seed means the same words on every device. Raises ValueError below 0.
    """
    if temperature < 0:
        raise ValueError(f"The temperature is {temperature}; it must not be below 0.")
    if temperature == 0:
        return logits.argmax(-1)
    exact = logits.cpu() if logits.device.type == "mps" else logits  # Apple's GPUs have no float64
    cumulative = (exact.double() / temperature).softmax(-1).cumsum(-1)  # (P, V)
    draws = torch.rand(len(logits), 1, dtype=torch.float64, generator=generator).to(exact.device)
    words = torch.searchsorted(cumulative, draws * cumulative[:, -1:], right=True).squeeze(1)
    return words.clamp_max(logits.shape[1] - 1).to(logits.device)


def replace(ids: Tensor, places: Tensor, words: Tensor) -> Replacement:
    """Put `words` (P,) at the flat `places` (P,) of `ids` (B, T)."""
    filled = ids.flatten().index_put((places,), words).view_as(ids)
    return Replacement(filled, filled != ids)


def states(original: Tensor, filled: Tensor, chosen: Tensor) -> Tensor:
    """uint8 ORIGINAL, REPLACED or GUESSED for every place; original, filled: ids, chosen: bool, all of one shape.

    The discriminator's label is `== REPLACED`: what was guessed right counts as original.
    """
    found = torch.full_like(original, ORIGINAL, dtype=torch.uint8)
    found[chosen] = GUESSED
    found[filled != original] = REPLACED
    return found
