"""Batches of masked text for BERT's, ALBERT's and ELECTRA's objectives."""

from collections.abc import Callable

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from playground.core.masking import choose_exact, corrupt, ordinary_words
from playground.training import loop, pairs, store

RATE = 0.15
MAX_LENGTH = 128
POOL = 8  # batches drawn at once and sorted by length, so that little is padded
EVALUATION_SEED = 20_260_101  # the same places each time a model is measured

_SPECIAL = {"mask_token_id": 0.12, "cls_token_id": 0.01, "sep_token_id": 0.02}  # their share of what is read
Draw = Callable[[store.TokenStore, np.random.Generator, int], pairs.Drawn]


def word_counts(text: store.TokenStore, tokenizer: PreTrainedTokenizerBase) -> torch.Tensor:
    """(V,) how often each word of the vocabulary is read in batches of this text."""
    counts = torch.from_numpy(np.bincount(text.tokens, minlength=len(tokenizer))).double()
    total = float(counts.sum())
    for name, share in _SPECIAL.items():
        counts[getattr(tokenizer, name)] = share * total
    return counts


class Batches:
    """batch(step): a pure function of the seed and the step.

    input_ids, token_type_ids, attention_mask (B, T) after masking; label (B,) of the pair; places (P,) flat
    indices of the chosen tokens, words (P,) what stood there.
    """

    def __init__(
        self,
        text: store.TokenStore,
        tokenizer: PreTrainedTokenizerBase,
        size: int,
        seed: int,
        draw: Draw,
        mask_share: float = 0.8,
        random_share: float = 0.1,
    ) -> None:
        self.text, self.tokenizer, self.size, self.seed, self.draw = text, tokenizer, size, seed, draw
        self.mask_share, self.random_share = mask_share, random_share
        self.vocabulary = ordinary_words(tokenizer)
        self.special = torch.tensor(sorted(set(tokenizer.all_special_ids)))
        self._pool: tuple[int, list[list[pairs.Drawn]]] = (-1, [])

    def _drawn(self, number: int) -> list[list[pairs.Drawn]]:
        """POOL batches, each of nearly equal lengths, in random order."""
        if self._pool[0] != number:
            rng = np.random.default_rng([self.seed, number])
            drawn = [self.draw(self.text, rng, MAX_LENGTH - 3) for _ in range(self.size * POOL)]
            drawn.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
            groups = [drawn[start : start + self.size] for start in range(0, len(drawn), self.size)]
            self._pool = (number, [groups[index] for index in rng.permutation(POOL)])
        return self._pool[1]

    def __call__(self, step: int) -> loop.Batch:
        tokenizer = self.tokenizer
        group = self._drawn(step // POOL)[step % POOL]
        batch = pairs.pack(group, tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id)
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        ids = batch["input_ids"]
        chosen = choose_exact(~torch.isin(ids, self.special), RATE, generator)
        corruption = corrupt(
            ids,
            chosen,
            mask_id=tokenizer.mask_token_id,
            vocabulary=self.vocabulary,
            generator=generator,
            mask_share=self.mask_share,
            random_share=self.random_share,
        )
        places = chosen.flatten().nonzero().squeeze(1)
        return {**batch, "input_ids": corruption.ids, "places": places, "words": ids.flatten()[places]}
