"""What a teacher adds to a loss: its distributions at the predicted places, and its hidden states."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import kl_div, layer_norm
from transformers import BertForPreTraining

from playground.training import loop

INPUTS = ("input_ids", "token_type_ids", "attention_mask")


class Teacher:
    """Frozen BERT; called, it gives (P, V) word logits at the chosen places and (B, T, H) states, embeddings first."""

    def __init__(self, model: BertForPreTraining) -> None:
        self.model = model.eval().requires_grad_(False)

    @torch.no_grad()
    def __call__(self, batch: loop.Batch) -> tuple[Tensor, tuple[Tensor, ...]]:
        out = self.model.bert(**{key: batch[key] for key in INPUTS}, output_hidden_states=True)
        hidden = out.last_hidden_state.flatten(0, 1)[batch["places"]]
        return self.model.cls.predictions(hidden), out.hidden_states


def soft(logits: Tensor, wanted: Tensor) -> Tensor:
    """KL(teacher || student) of (P, V) logits, mean over the places (Hinton et al. 2015, at T = 1)."""
    return kl_div(
        logits.float().log_softmax(-1), wanted.float().log_softmax(-1), reduction="batchmean", log_target=True
    )


def apart(states: Sequence[Tensor], wanted: Sequence[Tensor], real: Tensor) -> Tensor:
    """Mean squared distance of normalised hidden states (B, T, H) at the `real` (B, T) tokens, mean over the layers
    (as TinyBERT, Jiao et al. 2020, section 3, which does not normalise)."""
    pairs = zip(states, wanted, strict=True)
    return torch.stack([(_normal(mine[real]) - _normal(theirs[real])).square().mean() for mine, theirs in pairs]).mean()


def _normal(states: Tensor) -> Tensor:
    return layer_norm(states.float(), states.shape[-1:])
