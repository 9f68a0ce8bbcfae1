"""A classifier to be fine-tuned: a copy of an encoder with a new head, and no more embeddings than its texts need.

Of 30,522 word vectors a few hundred sentences use two thousand. The others get no gradient but would be copied for each
run and touched by the optimiser at each step, so they are left out while it trains and are back in what is saved.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, PreTrainedModel

from playground.core import tuning
from playground.locks import TRANSFORMERS
from playground.models.device import TURNS, device
from playground.models.encoders import head_of
from playground.models.loading import Loaded, load

MAX_LENGTH = 128  # tokens of a sentence; what is longer is cut


def encoder(model: str) -> Loaded:
    """The model, loaded for the sake of its encoder. Raises Complaint as `load` does."""
    return load(model, head_of(model))


@dataclass(frozen=True)
class Texts:
    """rows: (T,) ids of each sentence as the small model counts its words; used: (U,) their ids in the tokenizer."""

    rows: list[Tensor]
    used: Tensor
    pad_id: int


def encoded(loaded: Loaded, sentences: Sequence[str]) -> Texts:
    """Cut to MAX_LENGTH tokens. Ids up to the padding's stay what they are, since some models count positions by it."""
    limit = min(MAX_LENGTH, loaded.max_length)
    found = loaded.tokenizer(list(sentences), truncation=True, max_length=limit, verbose=False)["input_ids"]
    pad_id = int(loaded.tokenizer.pad_token_id)
    kept = torch.arange(pad_id + 1)
    used = torch.unique(torch.cat([kept, *(torch.tensor(ids) for ids in found)]))
    return Texts([torch.searchsorted(used, torch.tensor(ids)) for ids in found], used, pad_id)


class Tunable:
    """A classifier over one encoder that can be begun anew for each run.

    model: what is trained. new: names of the parameters that no checkpoint brought.
    """

    def __init__(self, loaded: Loaded, names: Sequence[str], texts: Texts) -> None:
        """names: of the classes."""
        self.loaded, self.texts = loaded, texts
        base, vectors = loaded.model.base_model, loaded.model.get_input_embeddings().weight
        config = copy.deepcopy(loaded.model.config)
        config.vocab_size = len(texts.used)
        config.num_labels = len(names)
        config.id2label = dict(enumerate(names))
        config.label2id = {name: number for number, name in enumerate(names)}
        config.problem_type = "single_label_classification"
        with TRANSFORMERS:
            model: PreTrainedModel = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)
        own = model.base_model.state_dict()
        # (U, E) instead of (V, E) word vectors
        found = {
            name: weight[texts.used.to(weight.device)] if weight.data_ptr() == vectors.data_ptr() else weight
            for name, weight in base.state_dict().items()
            if name in own
        }
        model.base_model.load_state_dict(found, strict=False)
        prefix = f"{model.base_model_prefix}."
        brought = {prefix + name for name in found}
        self.new = [name for name, _ in model.named_parameters() if name not in brought]
        self.model = model.to(device()).eval().requires_grad_(True)
        self._random: tuple[int, dict[str, Tensor]] | None = None
        self._start = {name: weight.detach().clone() for name, weight in self.model.named_parameters()}
        self._spread = float(getattr(config, "initializer_range", 0.02))

    def with_twins(self, count: int) -> "list[Tunable]":
        """This classifier and others that begin as it does, `count` in all, each with weights of its own to train."""
        found = [self]
        for _ in range(count - 1):
            made = copy.copy(self)
            made.model, made._random = copy.deepcopy(self.model), None
            found.append(made)
        return found

    def begin(self, seed: int, random: bool = False) -> None:
        """The pre-trained weights again and a new head by the seed; random: everything by the seed."""
        weights = dict(self.model.named_parameters())
        if random:
            if self._random is None or self._random[0] != seed:  # drawing ten million numbers takes a while
                tuning.begin(list(weights.items()), seed, self._spread)
                self._random = seed, {name: weight.detach().clone() for name, weight in weights.items()}
            self._fill(self._random[1])
        else:
            self._fill(self._start)
            tuning.begin([(name, weights[name]) for name in self.new], seed, self._spread)

    @torch.no_grad()
    def _fill(self, values: dict[str, Tensor]) -> None:
        for name, weight in self.model.named_parameters():
            weight.copy_(values[name])

    def logits(self, chosen: Sequence[int]) -> Iterator[tuple[list[int], Tensor]]:
        """(rows, (B, C) logits) batch by batch, each at its turn behind quick requests."""
        rows = self.texts.rows
        for part in tuning.in_order([rows[row] for row in chosen]):
            batch = [chosen[place] for place in part]
            with TURNS.step():
                found = tuning.predict(self.model, rows, self.texts.pad_id, batch)
            yield batch, found

    def states(self, chosen: Sequence[int]) -> Iterator[tuple[list[int], list[Tensor]]]:
        """(rows, for each the (L + 1, T, H) hidden states: embeddings, then layer by layer), batch by batch."""
        rows = self.texts.rows
        for part in tuning.in_order([rows[row] for row in chosen]):
            batch = [chosen[place] for place in part]
            inputs = tuning.padded([rows[row] for row in batch], self.texts.pad_id, self.model.device)
            with TURNS.step(), torch.inference_mode():
                out = self.model.base_model(**inputs, output_hidden_states=True).hidden_states
                layers = torch.stack([states.float() for states in out], 1).cpu()  # (B, L + 1, T, H)
            yield batch, [layers[place, :, : len(rows[row])] for place, row in enumerate(batch)]

    def whole(self) -> PreTrainedModel:
        """A copy with all word vectors, in half precision as the bundled models are; it is to be saved, not to be used.

        Words that were not trained keep the vectors that they were pre-trained with.
        """
        model = copy.deepcopy(self.model).cpu()
        vectors = self.loaded.model.get_input_embeddings().weight.detach().cpu().float().clone()
        vectors[self.texts.used] = model.get_input_embeddings().weight.detach()
        full = nn.Embedding(len(vectors), vectors.shape[1], padding_idx=self.texts.pad_id)
        full.weight.data.copy_(vectors)
        model.set_input_embeddings(full)
        model.config.vocab_size = len(vectors)
        half: PreTrainedModel = model.half()
        return half
