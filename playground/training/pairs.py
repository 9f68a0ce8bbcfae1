"""Sentence pairs for BERT's pre-training: [CLS] A [SEP] B [SEP], B the next text or one of another document.

Devlin et al. 2019, appendix A.2: in half of the pairs the second segment is replaced by text of a
random document (label 1, "not next").
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from playground.training.corpora import CorpusError
from playground.training.store import TokenStore

IS_NEXT, NOT_NEXT = 0, 1
_ATTEMPTS = 10_000


def _run(store: TokenStore, start: int, end: int, room: int) -> list[list[int]]:
    """Consecutive sentences from `start`, before `end`, until `room` tokens are filled."""
    out: list[list[int]] = []
    used = 0
    for index in range(start, end):
        ids = store.sentence(index).tolist()
        out.append(ids)
        used += len(ids)
        if used >= room:
            break
    return out


def draw_pair(store: TokenStore, rng: np.random.Generator, room: int) -> tuple[list[int], list[int], int]:
    """Two segments of together at most `room` tokens, and IS_NEXT or NOT_NEXT. Raises CorpusError if there are none."""
    sentences = len(store.sentences) - 1
    for _ in range(_ATTEMPTS):
        start = int(rng.integers(sentences))
        document = store.document_of(start)
        run = _run(store, start, int(store.documents[document + 1]), room)
        if len(run) >= 2 and len(store.documents) > 2:
            break
    else:
        raise CorpusError(f"The corpus makes no pairs of {room} tokens: it needs two documents of several sentences.")
    cut = int(rng.integers(1, len(run)))
    first = [token for ids in run[:cut] for token in ids]
    label = int(rng.integers(2))
    if label == NOT_NEXT:
        while True:
            other = int(rng.integers(sentences))
            if (elsewhere := store.document_of(other)) != document:
                break
        run = _run(store, other, int(store.documents[elsewhere + 1]), room)
        second = [token for ids in run for token in ids]
    else:
        second = [token for ids in run[cut:] for token in ids]
    # Trim the longer of the two; A loses its beginning, so that A's end still meets B's start.
    while len(first) + len(second) > room:
        if len(first) >= len(second):
            excess = min(len(first) + len(second) - room, max(1, len(first) - len(second)))
            first = first[excess:]
        else:
            excess = min(len(first) + len(second) - room, max(1, len(second) - len(first)))
            second = second[:-excess]
    return first, second, label


def pack(pairs: Sequence[tuple[list[int], list[int], int]], cls_id: int, sep_id: int, pad_id: int) -> dict[str, Tensor]:
    """Pad pairs to one batch: input_ids, token_type_ids, attention_mask (B, T) and next_label (B,)."""
    length = max(len(a) + len(b) + 3 for a, b, _ in pairs)
    ids = torch.full((len(pairs), length), pad_id)
    types = torch.zeros_like(ids)
    mask = torch.zeros_like(ids)
    for row, (a, b, _) in enumerate(pairs):
        packed = [cls_id, *a, sep_id, *b, sep_id]
        ids[row, : len(packed)] = torch.tensor(packed)
        types[row, len(a) + 2 : len(packed)] = 1
        mask[row, : len(packed)] = 1
    labels = torch.tensor([label for _, _, label in pairs])
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask, "next_label": labels}
