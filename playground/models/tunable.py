"""A classifier to be fine-tuned: a copy of an encoder with a new head, and no more embeddings than its texts need.

Of 30,522 word vectors a few hundred sentences use two thousand. The others get no gradient but would be copied for each
run and touched by the optimiser at each step, so they are left out while it trains and are back in what is saved.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, PreTrainedModel

from playground.core import tuning
from playground.locks import TRANSFORMERS
from playground.models import catalogue
from playground.models.device import TURNS, device
from playground.models.loading import Loaded, load

# Heads with which an encoder may come, those that bring its pooler first.
HEADS = ("sentence_order", "next_sentence", "encoder", "replaced_token", "masked_lm")
MAX_LENGTH = 128  # tokens of a sentence; what is longer is cut


def encoders() -> list[tuple[str, str]]:
    """(label, id) of the models that can be fine-tuned, bundled ones first."""
    found = [option for head in HEADS for option in catalogue.options(head)]
    return sorted(dict.fromkeys(found), key=lambda option: not catalogue.find(option[1]).bundled)


def encoder(model: str) -> Loaded:
    """The model, loaded for the sake of its encoder. Raises Complaint as `load` does."""
    heads = catalogue.find(model).heads
    return load(model, next((head for head in HEADS if head in heads), "encoder"))


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
        config = copy.deepcopy(loaded.model.config)
        config.num_labels = len(names)
        config.id2label = dict(enumerate(names))
        config.label2id = {name: number for number, name in enumerate(names)}
        config.problem_type = "single_label_classification"
        with TRANSFORMERS:
            model: PreTrainedModel = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)
        base = loaded.model.base_model.state_dict()
        own = model.base_model.state_dict()
        found = {name: weight for name, weight in base.items() if name in own}
        model.base_model.load_state_dict(found, strict=False)
        prefix = f"{model.base_model_prefix}."
        brought = {prefix + name for name in found}
        self.new = [name for name, _ in model.named_parameters() if name not in brought]
        vectors = model.get_input_embeddings().weight.detach()
        small = nn.Embedding(len(texts.used), vectors.shape[1], padding_idx=texts.pad_id)
        small.weight.data.copy_(vectors[texts.used])
        model.set_input_embeddings(small)
        self.model = model.to(device()).eval().requires_grad_(True)
        self._start = {name: weight.detach().clone() for name, weight in self.model.named_parameters()}
        self._spread = float(getattr(config, "initializer_range", 0.02))

    def begin(self, seed: int, random: bool = False) -> None:
        """The pre-trained weights again and a new head by the seed; random: everything by the seed."""
        weights = dict(self.model.named_parameters())
        with torch.no_grad():
            for name, weight in weights.items():
                weight.copy_(self._start[name])
        fresh = weights.items() if random else [(name, weights[name]) for name in self.new]
        tuning.begin(list(fresh), seed, self._spread)

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

    def save(self, folder: Path) -> None:
        """A Transformers folder, as the bundled models are: safetensors in half precision, with the tokenizer.

        Words that were not trained keep the vectors that they were pre-trained with.
        """
        whole = copy.deepcopy(self.model).cpu()
        vectors = self.loaded.model.get_input_embeddings().weight.detach().cpu().float().clone()
        vectors[self.texts.used] = whole.get_input_embeddings().weight.detach()
        full = nn.Embedding(*vectors.shape, padding_idx=self.texts.pad_id)
        full.weight.data.copy_(vectors)
        whole.set_input_embeddings(full)
        whole.half().save_pretrained(folder)
        self.loaded.tokenizer.save_pretrained(folder)
