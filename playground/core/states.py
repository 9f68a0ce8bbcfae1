"""What a model computes on its way to an answer: hidden states of every layer, and attention scores before softmax.

SDPA never has the scores. But query and key pass two linear layers, and the scores are their product, so they are
taken from there, whatever the attention's implementation:  scores = Q K^T / sqrt(d)
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from torch import Tensor, nn

_MASKED = -1e4  # what BERT's code adds to the scores of padding


@dataclass(frozen=True)
class States:
    """logits: (B, C). hidden[n]: (B, T, H) behind layer n, 0 for the embeddings and -1 for the last; scores[n]: (B, A,
    T, T) of layer n, 1 for the lowest, -10,000 at the columns of padding."""

    logits: Tensor
    hidden: Mapping[int, Tensor] = field(default_factory=dict)
    scores: Mapping[int, Tensor] = field(default_factory=dict)

    def float(self) -> "States":
        """In float32, whatever they were computed in."""
        hidden, scores = (
            {layer: part.float() for layer, part in parts.items()} for parts in (self.hidden, self.scores)
        )
        return States(self.logits.float(), hidden, scores)


class Reader(nn.Module):
    """Calls a model of one of BERT's kin and returns its States. With `shared` it works on a view of its own that
    shares every weight, so that whoever else uses the model meets no hooks."""

    def __init__(self, model: nn.Module, *, shared: bool = False) -> None:
        super().__init__()
        if shared:
            memo = {id(tensor): tensor for tensor in chain(model.parameters(), model.buffers())}
            model = copy.deepcopy(model, memo=memo)
        self.model = model
        self.config: Any = model.config
        self._seen: list[tuple[Tensor, Tensor]] = []
        self._query: Tensor | None = None
        self._wanted = False
        for query, key in projections(model):
            query.register_forward_hook(self._keep_query)
            key.register_forward_hook(self._keep_key)

    @property
    def heads(self) -> int:
        return int(self.config.num_attention_heads)

    @property
    def layers(self) -> int:
        return int(self.config.num_hidden_layers)

    @property
    def width(self) -> int:
        return int(self.config.hidden_size)

    def _keep_query(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        self._query = output if self._wanted else None

    def _keep_key(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        if self._wanted:
            assert self._query is not None
            self._seen.append((self._query, output))
            self._query = None

    def forward(self, ids: Tensor, mask: Tensor, *, hidden: bool = True, scores: bool = False) -> States:
        """ids: (B, T); mask: (B, T) bool, true for tokens."""
        self._wanted, self._seen = scores, []
        try:
            out = self.model(input_ids=ids, attention_mask=mask.long(), output_hidden_states=hidden)
            found = {layer: self._scores(*pair, mask) for layer, pair in enumerate(self._seen, start=1)}
        finally:
            self._wanted, self._seen = False, []
        states = {} if out.hidden_states is None else dict(enumerate(out.hidden_states))
        if states:
            states[-1] = out.hidden_states[-1]
        # An encoder on its own has no logits: its [CLS] stands in their place.
        logits = out.logits if "logits" in out else out.last_hidden_state[:, 0]
        return States(logits, states, found)

    def _scores(self, query: Tensor, key: Tensor, mask: Tensor) -> Tensor:
        """(B, T, H) each -> (B, A, T, T)."""
        query, key = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (query, key))
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        return scores.masked_fill(~mask[:, None, None, :], _MASKED)


def projections(model: nn.Module) -> list[tuple[nn.Linear, nn.Linear]]:
    """Query and key of each layer, lowest first: BERT's, RoBERTa's, ELECTRA's or DistilBERT's."""
    found = []
    for module in model.modules():
        for names in (("query", "key"), ("q_lin", "k_lin")):
            pair = tuple(getattr(module, name, None) for name in names)
            if all(isinstance(part, nn.Linear) for part in pair):
                found.append(pair)
    return found  # type: ignore[return-value]
