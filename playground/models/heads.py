"""Word logits at a few places only: scoring the whole vocabulary everywhere is half of a small model's work."""

from functools import reduce
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

# By model type: the modules that turn hidden states into word logits, one after the other.
MLM_HEADS = {
    "bert": ("cls",),
    "albert": ("predictions",),
    "electra": ("generator_predictions", "generator_lm_head"),
    "roberta": ("lm_head",),
    "xlm-roberta": ("lm_head",),
    "distilbert": ("vocab_transform", "activation", "vocab_layer_norm", "vocab_projector"),
}


def word_logits(model: PreTrainedModel, places: Tensor, **inputs: Any) -> Tensor:
    """(P, V) logits of a masked language model at the places that are true in `places` (B, T), row by row.

    inputs: what the model takes, input_ids among them. Families not listed here compute all places.
    """
    modules = MLM_HEADS.get(model.config.model_type)
    if modules is None or not all(hasattr(model, name) for name in modules):
        return model(**inputs).logits[places]
    hidden = model.base_model(**inputs).last_hidden_state[places]  # (P, H)
    logits: Tensor = reduce(lambda states, name: getattr(model, name)(states), modules, hidden)
    return logits


def chunks(places: Tensor, tokens: int) -> list[slice]:
    """Cut the rows of `places` (B, T) into runs of at most `tokens` tokens, a row at least."""
    rows = max(1, tokens // max(1, places.shape[1]))
    return [slice(start, start + rows) for start in range(0, len(places), rows)]


@torch.inference_mode()
def true_word(logits: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
    """(P,) log-probability (natural logarithm) of the true `words` (P,), and (P,) the likeliest word."""
    logits = logits.float()
    chosen = logits.gather(1, words[:, None]).squeeze(1)
    return chosen - logits.logsumexp(1), logits.argmax(1)
