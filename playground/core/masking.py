"""The corruption of a text before a model repairs it: which tokens are hidden, and what stands in their place.

Devlin et al. 2019, section 3.1 (arXiv:1810.04805): 15% of the tokens are chosen; of those 80%
become [MASK], 10% a random word and 10% stay as they are, and the model predicts all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

UNTOUCHED, MASKED, RANDOM, KEPT = 0, 1, 2, 3


@dataclass(frozen=True)
class Corruption:
    """One corrupted batch.

    ids: (B, T) what the model reads.
    action: (B, T) uint8, UNTOUCHED, MASKED, RANDOM or KEPT. Everything but UNTOUCHED is predicted.
    """

    ids: Tensor
    action: Tensor

    @property
    def chosen(self) -> Tensor:
        """(B, T) bool: the positions that carry the loss."""
        return self.action != UNTOUCHED


def choose_exact(maskable: Tensor, rate: float, generator: torch.Generator) -> Tensor:
    """Choose exactly max(1, round(rate * n)) of each row's n maskable tokens, as Google's code does.

    maskable: (B, T) bool. Returns (B, T) bool; a row without a maskable token chooses nothing.
    """
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"The masking rate is {rate}; it must lie between 0 and 1.")
    available = maskable.sum(dim=1)  # (B,)
    # In double precision, as Python's: in single, 0.15 * 190 is 28.500002 and not 28.5.
    wanted = torch.clamp((available.double() * rate).round().long(), min=1).minimum(available)
    # Random keys: the `wanted` smallest of a row are a uniform draw without replacement.
    keys = torch.rand(maskable.shape, generator=generator).masked_fill(~maskable, 2.0)
    rank = keys.argsort(dim=1).argsort(dim=1)  # (B, T)
    return (rank < wanted[:, None]) & maskable


def choose_each(maskable: Tensor, rate: float, generator: torch.Generator) -> Tensor:
    """Choose every maskable token with probability `rate`, on its own, as Transformers' data collator does.

    maskable: (B, T) bool. Returns (B, T) bool; how many of a row are chosen is left to chance, and may be none.
    """
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"The masking rate is {rate}; it must lie between 0 and 1.")
    return (torch.rand(maskable.shape, generator=generator) < rate) & maskable


@dataclass(frozen=True)
class Recipe:
    """Which tokens are chosen, and the shares of them that become [MASK] or a random word; the rest is kept."""

    choose: Callable[[Tensor, float, torch.Generator], Tensor]
    mask_share: float
    random_share: float


RECIPES = {
    "google": Recipe(choose_exact, 0.8, 0.1),  # create_pretraining_data.py of Devlin et al.
    "huggingface": Recipe(choose_each, 0.8, 0.1),  # DataCollatorForLanguageModeling
    "electra": Recipe(choose_exact, 0.85, 0.0),  # pretrain_helpers.py of Clark et al. 2020 (arXiv:2003.10555)
}


def ordinary_words(tokenizer: PreTrainedTokenizerBase) -> Tensor:
    """(V,) ids that a random word is drawn from: no special tokens, no [unused] places of the vocabulary."""
    left_out = set(tokenizer.all_special_ids)
    left_out |= {number for word, number in tokenizer.get_vocab().items() if word.startswith("[unused")}
    return torch.tensor([number for number in range(len(tokenizer)) if number not in left_out])


def corrupt(
    ids: Tensor,
    chosen: Tensor,
    *,
    mask_id: int,
    vocabulary: Tensor,
    generator: torch.Generator,
    mask_share: float = 0.8,
    random_share: float = 0.1,
) -> Corruption:
    """Replace the chosen tokens by the 80/10/10 rule.

    ids: (B, T) token ids; chosen: (B, T) bool; vocabulary: (V,) ids that a random word is drawn from.
    Raises ValueError when the two shares add up to more than 1.
    """
    if mask_share < 0 or random_share < 0 or mask_share + random_share > 1 + 1e-9:
        raise ValueError(
            f"Shares of {mask_share:g} for [MASK] and {random_share:g} for random words are not parts of 1."
        )
    draw = torch.rand(ids.shape, generator=generator)
    masked = chosen & (draw < mask_share)
    random = chosen & (draw >= mask_share) & (draw < mask_share + random_share)
    words = vocabulary[torch.randint(len(vocabulary), ids.shape, generator=generator)]
    action = torch.zeros_like(ids, dtype=torch.uint8)
    action[chosen] = KEPT
    action[masked] = MASKED
    action[random] = RANDOM
    out = torch.where(masked, torch.full_like(ids, mask_id), ids)
    return Corruption(ids=torch.where(random, words, out), action=action)
