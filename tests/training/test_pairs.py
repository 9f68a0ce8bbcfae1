import math

import numpy as np
import pytest

from playground.training.corpora import CorpusError
from playground.training.pairs import (
    IN_ORDER,
    IS_NEXT,
    NOT_NEXT,
    SWAPPED,
    draw_order,
    draw_pair,
    draw_single,
    pack,
)
from playground.training.store import TokenStore


def _store(lengths: list[list[int]]) -> TokenStore:
    """lengths: tokens of each sentence of each document. Every token is its own place, so that order can be read."""
    sentences = [length for document in lengths for length in document]
    return TokenStore(
        np.arange(sum(sentences), dtype=np.uint16),
        np.cumsum([0, *sentences], dtype=np.int64),
        np.cumsum([0, *map(len, lengths)], dtype=np.int64),
    )


def _document(store: TokenStore, token: int) -> int:
    return store.document_of(int(np.searchsorted(store.sentences, token, side="right")) - 1)


def _mixed(seed: int) -> TokenStore:
    rng = np.random.default_rng(seed)
    return _store([rng.integers(1, 30, size=rng.integers(1, 12)).tolist() for _ in range(40)])


@pytest.mark.parametrize("room", [2, 3, 20, 61, 125])
def test_pairs_are_what_their_label_says(room: int) -> None:
    store, rng = _mixed(1), np.random.default_rng(2)
    starts = set(store.sentences.tolist())
    for _ in range(400):
        first, second, label = draw_pair(store, rng, room)
        assert first and second and len(first) + len(second) <= room
        for segment in (first, second):
            assert segment == list(range(segment[0], segment[0] + len(segment)))  # unbroken text
            assert _document(store, segment[0]) == _document(store, segment[-1])
        same = _document(store, first[-1]) == _document(store, second[0])
        if label == IS_NEXT:
            assert same and second[0] == first[-1] + 1
        else:
            assert label == NOT_NEXT and not same
        # The second begins a sentence, and so does what follows the first.
        assert second[0] in starts and first[-1] + 1 in starts


def test_half_of_the_pairs_are_next() -> None:
    store, rng, n = _mixed(3), np.random.default_rng(4), 2000
    nexts = sum(draw_pair(store, rng, 60)[2] == IS_NEXT for _ in range(n))
    assert abs(nexts - n / 2) < 3 * math.sqrt(n / 4)


def test_room_is_used() -> None:
    store, rng = _store([[10] * 40, [10] * 40]), np.random.default_rng(5)
    sizes = [len(first) + len(second) for first, second, _ in (draw_pair(store, rng, 60) for _ in range(300))]
    assert sum(size == 60 for size in sizes) > 200  # all but those that begin near a document's end


def test_the_same_generator_draws_the_same_pairs() -> None:
    store = _mixed(6)
    one, two = ([draw_pair(store, np.random.default_rng([7, n]), 50) for n in range(20)] for _ in range(2))
    assert one == two
    assert len({tuple(first) for first, _, _ in one}) > 15


@pytest.mark.parametrize(
    "lengths",
    [
        [[5, 5, 5]],  # one document: nothing is "not next" to it
        [[5], [5], [5]],  # no document of two sentences
        [[200, 200], [200, 200]],  # one sentence fills the room
    ],
)
def test_text_that_makes_no_pairs_is_said_instead_of_searched_for_ever(lengths: list[list[int]]) -> None:
    with pytest.raises(CorpusError, match="pairs"):
        draw_pair(_store(lengths), np.random.default_rng(1), 100)


def test_a_packed_batch_by_hand() -> None:
    batch = pack([([10, 11], [12], IS_NEXT), ([13], [14, 15, 16], NOT_NEXT)], cls_id=2, sep_id=3, pad_id=0)
    assert batch["input_ids"].tolist() == [[2, 10, 11, 3, 12, 3, 0], [2, 13, 3, 14, 15, 16, 3]]
    assert batch["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 1, 1, 1, 1]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 1, 1]]
    assert batch["label"].tolist() == [IS_NEXT, NOT_NEXT]


def test_a_text_of_one_segment_has_one_separator() -> None:
    batch = pack([([10, 11], [], 0), ([13], [14], 1)], cls_id=2, sep_id=3, pad_id=0)
    assert batch["input_ids"].tolist() == [[2, 10, 11, 3, 0], [2, 13, 3, 14, 3]]
    assert batch["token_type_ids"].tolist() == [[0, 0, 0, 0, 0], [0, 0, 0, 1, 1]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]
    assert batch["label"].tolist() == [0, 1]


@pytest.mark.parametrize("room", [20, 61, 125])
def test_swapped_segments_are_the_beginning_of_a_document_the_wrong_way_round(room: int) -> None:
    """In whole sentences: one that is cut off would tell where it stood."""
    store, rng, seen, lengths = _mixed(6), np.random.default_rng(7), [0, 0], set()
    borders, beginnings = set(store.sentences.tolist()), {int(store.sentences[d]) for d in store.documents[:-1]}
    for _ in range(400):
        first, second, label = draw_order(store, rng, room)
        if label == SWAPPED:
            first, second = second, first
        seen[label] += 1
        lengths.add(len(first) + len(second))
        assert first[0] in beginnings and second[0] == first[-1] + 1 and len(first) + len(second) <= room
        assert {second[0], second[-1] + 1} <= borders
        assert _document(store, first[0]) == _document(store, second[-1])
    assert {IN_ORDER, SWAPPED} == {0, 1} and min(seen) > 150 and len(lengths) >= 5


def test_documents_of_one_sentence_have_no_order() -> None:
    for lengths in ([[5], [9]], [[40, 40]]):
        with pytest.raises(CorpusError, match="two sentences that fit"):
            draw_order(_store(lengths), np.random.default_rng(1), 30)


def test_single_texts_are_unbroken_and_of_one_document() -> None:
    store, rng = _mixed(8), np.random.default_rng(9)
    for _ in range(200):
        text, nothing, _ = draw_single(store, rng, 40)
        assert nothing == [] and 8 <= len(text) <= 40
        assert text == list(range(text[0], text[0] + len(text)))
        assert _document(store, text[0]) == _document(store, text[-1])
    with pytest.raises(CorpusError, match="too short"):
        draw_single(_store([[2], [3]]), rng, 40)
