"""One tiny encoder and one objective: MLM, replaced-token detection at the masked places, or at all tokens.

                     reads                       loss at
    mlm              the [MASK] cooked dog       the masked places (80/10/10, as BERT)
    rtd_masked       the chef cooked dog         the masked places
    rtd              the chef cooked dog         every token

The encoder is the same in all three, and so are its first weights, the blocks, and the places that are masked. Both RTD
objectives train a generator of half the width beside it, which shares its token embeddings, as in Clark et al. 2020,
section 3.2: loss = MLM of the generator + 50 x binary cross-entropy of the discriminator. What the generator costs is
counted.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torch.utils.flop_counter import FlopCounterMode
from transformers import ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining, ElectraModel

from playground.core.masking import choose_exact, corrupt, ordinary_words
from playground.core.replaced import replace, sample
from playground.demos.electra.efficiency.corpus import LENGTH, Corpus
from playground.demos.electra.efficiency.schema import RATE, Objective
from playground.locks import TRANSFORMERS

BATCH = 16
WIDTH, LAYERS, HEADS = 64, 2, 4
_RTD_WEIGHT = 50.0
_LEARNING_RATE, _WARM_UP, _BETAS = 2e-3, 100, (0.9, 0.98)
_SEEDS = 1_000_003
_SPREAD = WIDTH**-0.5  # of the first weights: BERT's 0.02 is made for much wider layers


class Learner:
    """step(): one batch. encoder: what is judged. flops: of a step, counted by PyTorch in the first one. with_loss: the
    positions of a step that carry a loss, of `read`."""

    read = BATCH * LENGTH

    def __init__(self, objective: Objective, corpus: Corpus, seed: int, device: torch.device) -> None:
        self.objective, self.corpus, self.seed, self.device = objective, corpus, seed, device
        self.steps = self.flops = self.with_loss = 0
        kind = ElectraForMaskedLM if objective == "mlm" else ElectraForPreTraining
        with TRANSFORMERS:
            self.model = kind(_config(corpus, WIDTH))
            self.generator = None if objective == "mlm" else ElectraForMaskedLM(_config(corpus, WIDTH // 2))
        heads = [child for name, child in self.model.named_children() if name != "electra"]
        for number, head in enumerate(heads, start=1):
            _begin(head, seed + number * _SEEDS)
        _begin(self.model.electra, seed)  # last: the head over the words has the embeddings' weights
        if self.generator is not None:
            _begin(self.generator, seed + 9 * _SEEDS)
            shared = self.model.electra.embeddings.word_embeddings
            self.generator.electra.embeddings.word_embeddings = shared
            self.generator.generator_lm_head.weight = shared.weight
        else:
            self.model.generator_lm_head.weight = self.model.electra.embeddings.word_embeddings.weight
        models = nn.ModuleList([self.model] if self.generator is None else [self.model, self.generator])
        self.models = models.to(device).train()
        self.optimizer = torch.optim.AdamW(self.models.parameters(), _LEARNING_RATE, _BETAS, weight_decay=0.01)
        self.order = torch.Generator().manual_seed(seed)
        self.waiting = torch.empty(0, dtype=torch.long)
        self.words = ordinary_words(corpus.tokenizer)
        self.special = torch.tensor(corpus.tokenizer.all_special_ids)

    @property
    def encoder(self) -> ElectraModel:
        return self.model.electra

    def step(self) -> None:
        """Learn from the next blocks, in an order of the seed; each pass has another one."""
        if len(self.waiting) < BATCH:
            self.waiting = torch.randperm(len(self.corpus.train), generator=self.order)
        numbers, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
        rows = self.corpus.train[numbers]
        draws = torch.Generator().manual_seed(self.seed * _SEEDS + self.steps)
        chosen = choose_exact(~torch.isin(rows, self.special), RATE, draws)
        if self.steps == 0:
            with FlopCounterMode(display=False) as counter:
                self._learn(rows, chosen, draws)
            self.flops = counter.get_total_flops()
        else:
            self._learn(rows, chosen, draws)
        self.steps += 1

    def _learn(self, rows: Tensor, chosen: Tensor, draws: torch.Generator) -> None:
        for group in self.optimizer.param_groups:  # constant after a warm-up, so that every point of a curve is an end
            group["lr"] = _LEARNING_RATE * min(1.0, (self.steps + 1) / _WARM_UP)
        loss = self._mlm(rows, chosen, draws) if self.generator is None else self._rtd(rows, chosen, draws)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def _mlm(self, rows: Tensor, chosen: Tensor, draws: torch.Generator) -> Tensor:
        mask = self.corpus.tokenizer.mask_token_id
        read = corrupt(rows, chosen, mask_id=mask, vocabulary=self.words, generator=draws).ids
        logits = _word_logits(self.model, read.to(self.device), chosen.to(self.device))
        self.with_loss = int(chosen.sum())
        return cross_entropy(logits, rows[chosen].to(self.device))

    def _rtd(self, rows: Tensor, chosen: Tensor, draws: torch.Generator) -> Tensor:
        read, where = rows.masked_fill(chosen, self.corpus.tokenizer.mask_token_id), chosen.to(self.device)
        logits = _word_logits(self.generator, read.to(self.device), where)  # (P, V)
        mlm = cross_entropy(logits, rows[chosen].to(self.device))
        # No gradient passes through the words that are drawn: the generator learns by maximum likelihood alone.
        words = sample(logits.detach(), 1.0, draws)
        filled = replace(rows.to(self.device), where.flatten().nonzero().squeeze(1), words)
        scores = self.model(input_ids=filled.ids).logits  # (B, T)
        counted = where if self.objective == "rtd_masked" else torch.ones_like(where)
        self.with_loss = int(counted.sum())
        rtd = binary_cross_entropy_with_logits(scores[counted], filled.replaced[counted].float())
        return mlm + _RTD_WEIGHT * rtd


def _config(corpus: Corpus, width: int) -> ElectraConfig:
    """Embeddings are WIDTH wide in both, so that they can be shared. No dropout: far too few steps to overfit."""
    return ElectraConfig(
        vocab_size=len(corpus.tokenizer),
        embedding_size=WIDTH,
        hidden_size=width,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * width,
        max_position_embeddings=2 * LENGTH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=corpus.tokenizer.pad_token_id,
        attn_implementation="eager",  # whose products PyTorch's counter sees
    )


@torch.no_grad()
def _begin(module: nn.Module, seed: int) -> None:
    """First weights by the seed alone, whatever else draws from PyTorch's own generator at the moment."""
    draws = torch.Generator().manual_seed(seed)
    for place, part in module.named_modules():
        for name, weight in part.named_parameters(recurse=False):
            if place.endswith("position_embeddings"):
                weight.copy_(_waves(*weight.shape))
            elif name == "bias":
                weight.zero_()
            elif isinstance(part, nn.LayerNorm):
                weight.fill_(1.0)
            else:
                weight.copy_(torch.randn(weight.shape, generator=draws) * _SPREAD)


def _waves(positions: int, width: int) -> Tensor:
    """(positions, width) sinusoids to begin with (Vaswani et al. 2017, section 3.5): so short a training would be spent
    on learning which places are neighbours."""
    angles = torch.arange(positions)[:, None] / 1000.0 ** (torch.arange(width // 2) * 2 / width)
    return torch.cat([angles.sin(), angles.cos()], 1) * _SPREAD * 2**0.5


def _word_logits(model: ElectraForMaskedLM | None, ids: Tensor, where: Tensor) -> Tensor:
    """(P, V) at the places that carry the loss only."""
    assert model is not None
    hidden = model.electra(input_ids=ids).last_hidden_state[where]
    return model.generator_lm_head(model.generator_predictions(hidden))
