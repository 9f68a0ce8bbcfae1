"""Texts and sentence pairs for pre-training: [CLS] A [SEP] or [CLS] A [SEP] B [SEP].

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
IN_ORDER, SWAPPED = 0, 1
Drawn = tuple[list[int], list[int], int]  # first segment, second segment, label
_ATTEMPTS = 10_000
_SHORTEST = 8
_BRIEF = 24  # tokens: two short sentences


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


def _neighbours(store: TokenStore, rng: np.random.Generator, room: int) -> tuple[list[int], list[int], int]:
    """Two segments that follow each other, and their document. Raises CorpusError if there are none."""
    sentences = len(store.sentences) - 1
    for _ in range(_ATTEMPTS):
        start = int(rng.integers(sentences))
        document = store.document_of(start)
        run = _run(store, start, int(store.documents[document + 1]), room)
        if len(run) >= 2 and len(store.documents) > 2:
            cut = int(rng.integers(1, len(run)))
            return _flat(run[:cut]), _flat(run[cut:]), document
    raise CorpusError(f"The corpus makes no pairs of {room} tokens: it needs two documents of several sentences.")


def _flat(run: list[list[int]]) -> list[int]:
    return [token for ids in run for token in ids]


def _trim(first: list[int], second: list[int], room: int) -> tuple[list[int], list[int]]:
    """Shorten the longer of the two until they fit; A loses its beginning, so that A's end still meets B's start."""
    while len(first) + len(second) > room:
        excess = min(len(first) + len(second) - room, max(1, abs(len(first) - len(second))))
        if len(first) >= len(second):
            first = first[excess:]
        else:
            second = second[:-excess]
    return first, second


def draw_pair(store: TokenStore, rng: np.random.Generator, room: int) -> Drawn:
    """Two segments of together at most `room` tokens, and IS_NEXT or NOT_NEXT. Raises CorpusError if there are none."""
    first, second, document = _neighbours(store, rng, room)
    label = int(rng.integers(2))
    while label == NOT_NEXT:
        other = int(rng.integers(len(store.sentences) - 1))
        if (elsewhere := store.document_of(other)) != document:
            second = _flat(_run(store, other, int(store.documents[elsewhere + 1]), room))
            break
    return *_trim(first, second, room), label


def draw_order(store: TokenStore, rng: np.random.Generator, room: int) -> Drawn:
    """The beginning of a document in two segments, and IN_ORDER or SWAPPED (Lan et al. 2020, arXiv:1909.11942, 3.1).

    Whole sentences, of together 24 to `room` tokens: a segment that stops in the middle of a sentence would give away
    that it was the last one. Raises CorpusError if there are none.
    """
    documents = len(store.documents) - 1
    for _ in range(_ATTEMPTS):
        document = int(rng.integers(documents))
        first, end = int(store.documents[document]), int(store.documents[document + 1])
        limit = int(rng.integers(min(_BRIEF, room), room + 1))
        run = _run(store, first, end, limit)
        if sum(map(len, run)) > limit:
            run.pop()
        if len(run) >= 2:
            cut = int(rng.integers(1, len(run)))
            a, b = _flat(run[:cut]), _flat(run[cut:])
            return (b, a, SWAPPED) if rng.integers(2) == SWAPPED else (a, b, IN_ORDER)
    raise CorpusError(f"The corpus makes no pairs of {room} tokens: its documents need two sentences that fit.")


def draw_single(store: TokenStore, rng: np.random.Generator, room: int) -> Drawn:
    """Running text of one document, at most `room` tokens, as the first segment; there is no second one."""
    for _ in range(_ATTEMPTS):
        start = int(rng.integers(len(store.sentences) - 1))
        run = _flat(_run(store, start, int(store.documents[store.document_of(start) + 1]), room))
        if len(run) >= min(room, _SHORTEST):
            return run[:room], [], 0
    raise CorpusError(f"The corpus holds no text of {min(room, _SHORTEST)} tokens: its documents are too short.")


def pack(drawn: Sequence[Drawn], cls_id: int, sep_id: int, pad_id: int) -> dict[str, Tensor]:
    """Pad to one batch: input_ids, token_type_ids, attention_mask (B, T) and label (B,)."""
    rows = [([cls_id, *a, sep_id], [*b, sep_id] if b else []) for a, b, _ in drawn]
    length = max(len(a) + len(b) for a, b in rows)
    ids = torch.full((len(rows), length), pad_id)
    types = torch.zeros_like(ids)
    mask = torch.zeros_like(ids)
    for row, (a, b) in enumerate(rows):
        ids[row, : len(a) + len(b)] = torch.tensor(a + b)
        types[row, len(a) : len(a) + len(b)] = 1
        mask[row, : len(a) + len(b)] = 1
    return {
        "input_ids": ids,
        "token_type_ids": types,
        "attention_mask": mask,
        "label": torch.tensor([label for _, _, label in drawn]),
    }
