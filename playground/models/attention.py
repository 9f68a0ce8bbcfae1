"""Attention weights: SDPA computes them without ever having them, so a second view of the model does."""

import copy
from itertools import chain
from weakref import WeakKeyDictionary

from transformers import PreTrainedModel

_VIEWS: "WeakKeyDictionary[PreTrainedModel, PreTrainedModel]" = WeakKeyDictionary()


def with_attention(model: PreTrainedModel) -> PreTrainedModel:
    """The same model, sharing every weight, that returns attentions when asked (output_attentions=True).

    The model itself stays as it is: other threads may be using it.
    """
    if model not in _VIEWS:
        shared = {id(tensor): tensor for tensor in chain(model.parameters(), model.buffers())}
        view = copy.deepcopy(model, memo=shared)
        view.set_attn_implementation("eager")
        _VIEWS[model] = view
    return _VIEWS[model]
