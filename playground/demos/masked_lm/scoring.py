"""What the model says at the chosen places of many corrupted copies of one text."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.models.device import TURNS
from playground.models.heads import chunks, true_word, word_logits
from playground.models.loading import Loaded

BATCH_TOKENS = 2048  # a batch takes well under a second on two CPU cores


@dataclass(frozen=True)
class Scores:
    """All (P,), in the order of the chosen places, row by row: the row and the place in it, the log-probability
    of the word that stood there, and the model's first choice."""

    rows: Tensor
    places: Tensor
    log_probability: Tensor
    first: Tensor

    def right(self, ids: Tensor) -> Tensor:
        """(P,) bool: the first choice is the word that stood there; ids: (T,) of the text."""
        return self.first == ids[self.places]


def score(loaded: Loaded, ids: Tensor, copies: Tensor, chosen: Tensor, quick: bool = True) -> Iterator[Scores]:
    """Score the copies batch by batch.

    ids: (T,) the text; copies: (N, T) as the model reads it; chosen: (N, T) bool, where it is asked. quick: the
    whole is a matter of a second; else each batch waits for its turn behind quick requests.
    """
    for part in chunks(chosen, BATCH_TOKENS):
        with torch.inference_mode(), TURNS.quick() if quick else TURNS.step():
            where = chosen[part].to(loaded.model.device)
            logits = word_logits(loaded.model, where, input_ids=copies[part].to(loaded.model.device))
            words = ids.to(loaded.model.device).expand_as(where)[where]
            lost, first = true_word(logits[:, : len(loaded.tokenizer)], words)
            rows, places = chosen[part].nonzero(as_tuple=True)
            found = Scores(rows + part.start, places, lost.cpu(), first.cpu())
        yield found


def together(parts: list[Scores]) -> Scores:
    """All batches as one."""
    columns = zip(*((s.rows, s.places, s.log_probability, s.first) for s in parts), strict=True)
    return Scores(*(torch.cat(column) for column in columns))
