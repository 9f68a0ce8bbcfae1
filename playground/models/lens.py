"""The logit lens: what a model would say if it stopped after a layer.

Each layer's hidden states go through the head that reads the last ones (nostalgebraist 2020, "interpreting GPT: the
logit lens"). Models that normalise before each layer (GPT-2 and after) have one more norm before the head, which is
applied as well; BERT's layers end with a norm of their own.
"""

from functools import reduce

from torch import Tensor
from transformers import PreTrainedModel

from playground.messages import Complaint
from playground.models.heads import MLM_HEADS

# By model type: the last norm, as a path from the model, and the head.
_CAUSAL = {
    "gpt2": ("transformer.ln_f", "lm_head"),
    "llama": ("model.norm", "lm_head"),
    "qwen2": ("model.norm", "lm_head"),
}


def lens(model: PreTrainedModel, states: tuple[Tensor, ...], place: int) -> list[Tensor]:
    """(V,) logits at `place` from each of the L + 1 hidden states (1, T, H), embeddings first.

    states: `hidden_states` as Transformers returns them, of which the last is normalised already. Raises Complaint
    for a family whose head is not known here.
    """
    kind = model.config.model_type
    rows = [state[:, place : place + 1] for state in states]
    if kind in _CAUSAL:
        norm, head = (model.get_submodule(path) for path in _CAUSAL[kind])
        return [head(row if row is rows[-1] else norm(row))[0, 0] for row in rows]
    if kind in MLM_HEADS:
        modules = [model.get_submodule(path) for path in MLM_HEADS[kind]]
        return [reduce(lambda found, module: module(found), modules, row)[0, 0] for row in rows]
    raise Complaint("pg_err_len_family", family=kind)
