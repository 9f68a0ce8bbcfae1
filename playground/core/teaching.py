"""A teacher's answers: computed once for each sentence, kept within a bound, and handed out in padded batches."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from playground.core.states import Reader, States

_AT_ONCE = 64  # sentences in a forward pass of the teacher


class Sentences:
    """Token ids, one row a sentence, with its label, -100 for none."""

    def __init__(self, rows: Sequence[Sequence[int]], labels: Sequence[int], padding: int) -> None:
        self.rows = [torch.tensor(row) for row in rows]
        self.labels = torch.tensor(labels)
        self.lengths = [len(row) for row in rows]
        self.padding = padding

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, numbers: Sequence[int]) -> tuple[Tensor, Tensor]:
        """(B, T) ids and (B, T) bool mask of these sentences."""
        ids = pad_sequence([self.rows[number] for number in numbers], batch_first=True, padding_value=self.padding)
        lengths = torch.tensor([self.lengths[number] for number in numbers])
        return ids, torch.arange(ids.shape[1]) < lengths[:, None]


class Teacher:
    """teacher(numbers): States of these sentences, without gradients.

    layers: hidden states that are wanted, as in States; scores: layers whose attention scores are. What was computed is
    kept, in half precision, as long as there is room (limit, in bytes); beyond it, it is computed again.
    """

    def __init__(
        self,
        reader: Reader,
        sentences: Sentences,
        layers: Sequence[int],
        scores: Sequence[int],
        limit: int = 256 * 2**20,
    ) -> None:
        self.reader, self.sentences = reader, sentences
        self.layers, self.scores, self.limit = tuple(layers), tuple(dict.fromkeys(scores)), limit
        self.used = self.computed = 0  # bytes kept; sentences that went through the model
        self._kept: dict[int, list[Tensor]] = {}

    @property
    def most(self) -> int:
        """Bytes that all answers take."""
        lengths, of = self.sentences.lengths, self.reader.config
        hidden = 2 * of.hidden_size * len(self.layers) * sum(lengths)
        return hidden + 2 * of.num_attention_heads * len(self.scores) * sum(n * n for n in lengths)

    @property
    def device(self) -> torch.device:
        return next(self.reader.parameters()).device

    def __call__(self, numbers: Sequence[int]) -> States:
        """On the teacher's device."""
        fresh = self._compute([number for number in dict.fromkeys(numbers) if number not in self._kept])
        parts = [self._kept.get(number) or fresh[number] for number in numbers]
        longest = max(self.sentences.lengths[number] for number in numbers)
        to, after = self.device, 1 + len(self.layers)
        return States(
            torch.stack([part[0] for part in parts]).to(to),
            {layer: _padded([part[1 + n] for part in parts], longest).to(to) for n, layer in enumerate(self.layers)},
            {
                layer: _squares([part[after + n] for part in parts], longest).to(to)
                for n, layer in enumerate(self.scores)
            },
        )

    @torch.no_grad()
    def _compute(self, numbers: list[int]) -> dict[int, list[Tensor]]:
        found: dict[int, list[Tensor]] = {}
        numbers = sorted(numbers, key=lambda number: self.sentences.lengths[number])
        for start in range(0, len(numbers), _AT_ONCE):
            rows = numbers[start : start + _AT_ONCE]
            ids, mask = (part.to(self.device) for part in self.sentences.batch(rows))
            states = self.reader(ids, mask, hidden=bool(self.layers), scores=bool(self.scores))
            hidden = [states.hidden[layer].half().cpu() for layer in self.layers]
            scores = [states.scores[layer].half().cpu() for layer in self.scores]
            logits = states.logits.float().cpu()
            for place, number in enumerate(rows):
                length = self.sentences.lengths[number]
                parts = [logits[place].clone()]
                parts += [layer[place, :length].clone() for layer in hidden]
                parts += [layer[place, :, :length, :length].clone() for layer in scores]
                self._keep(number, parts)
                found[number] = parts
        self.computed += len(numbers)
        return found

    def _keep(self, number: int, parts: list[Tensor]) -> None:
        size = sum(part.numel() * part.element_size() for part in parts)
        if self.used + size <= self.limit:
            self._kept[number] = parts
            self.used += size


def _padded(parts: list[Tensor], length: int) -> Tensor:
    """(T_i, H) each -> (B, T, H) float."""
    padded = parts[0].new_zeros(len(parts), length, parts[0].shape[-1])
    for row, part in zip(padded, parts, strict=True):
        row[: len(part)] = part
    return padded.float()


def _squares(parts: list[Tensor], length: int) -> Tensor:
    """(A, T_i, T_i) each -> (B, A, T, T) float; padding has a score of 0."""
    padded = parts[0].new_zeros(len(parts), len(parts[0]), length, length)
    for square, part in zip(padded, parts, strict=True):
        square[:, : part.shape[1], : part.shape[1]] = part
    return padded.float()
