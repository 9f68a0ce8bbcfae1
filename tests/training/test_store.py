from pathlib import Path

import numpy as np
import pytest

from playground.training.corpora import CorpusError
from playground.training.store import TokenStore, cached, tokenise
from tests.unit import tiny

DOCUMENTS = [
    ["the cat went to paris.", "it was good."],
    ["one dog."],
    ["", " "],  # nothing in it
    ["the river and the bank.", "", "new people came."],
]


def _by_hand(documents: list[list[str]]) -> list[list[list[int]]]:
    """Token ids by document and sentence, one sentence at a time; empty ones left out."""
    tokenizer = tiny.tokenizer()
    spelled = [[tokenizer(s, add_special_tokens=False)["input_ids"] for s in document] for document in documents]
    kept = [[ids for ids in document if ids] for document in spelled]
    return [document for document in kept if document]


def _unpacked(store: TokenStore) -> list[list[list[int]]]:
    return [
        [store.sentence(s).tolist() for s in range(int(start), int(end))]
        for start, end in zip(store.documents[:-1], store.documents[1:], strict=True)
    ]


@pytest.mark.parametrize("batch", [1, 2, 32])
def test_a_store_holds_every_sentence_in_its_document(batch: int) -> None:
    store = tokenise(DOCUMENTS, tiny.tokenizer(), 10**6, batch=batch)
    assert _unpacked(store) == _by_hand(DOCUMENTS)
    assert store.tokens.dtype == np.uint16
    assert int(store.sentences[-1]) == len(store.tokens)
    owners = [d for d, document in enumerate(_by_hand(DOCUMENTS)) for _ in document]
    assert [store.document_of(s) for s in range(len(owners))] == owners


def test_reading_stops_when_there_are_enough_tokens() -> None:
    read = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal read
        while True:
            read += 1
            yield ["the cat went to paris."]

    store = tokenise(endless(), tiny.tokenizer(), 100, batch=4)
    assert 100 <= len(store.tokens) < 100 + 6
    assert read < 30
    assert _unpacked(store) == _by_hand([["the cat went to paris."]] * (len(store.documents) - 1))


@pytest.mark.parametrize("documents", [[], [[""]], [["", " "], []]])
def test_no_text_at_all_is_said(documents: list[list[str]]) -> None:
    with pytest.raises(CorpusError, match="no text to tokenise"):
        tokenise(documents, tiny.tokenizer(), 100)


def test_a_vocabulary_beyond_16_bits_is_refused() -> None:
    class Large:
        def __len__(self) -> int:
            return 2**16 + 1

    with pytest.raises(ValueError, match="65537"):
        tokenise(DOCUMENTS, Large(), 100)  # type: ignore[arg-type]


def test_a_cached_store_is_made_once_and_made_anew_for_other_settings(tmp_path: Path) -> None:
    made = []

    def documents() -> list[list[str]]:
        made.append(1)
        return DOCUMENTS

    first = cached(tmp_path / "cache", "key", documents, tiny.tokenizer(), 1000)
    again = cached(tmp_path / "cache", "key", documents, tiny.tokenizer(), 1000)
    assert made == [1]
    assert _unpacked(first) == _unpacked(again) == _by_hand(DOCUMENTS)
    cached(tmp_path / "cache", "key", documents, tiny.tokenizer(), 5)
    cached(tmp_path / "cache", "other", documents, tiny.tokenizer(), 1000)
    assert made == [1, 1, 1]
    assert not list((tmp_path / "cache").glob("*.partial*"))


def test_a_failure_leaves_no_half_made_store(tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield ["the cat."]
        raise RuntimeError("damaged")

    with pytest.raises(RuntimeError):
        cached(tmp_path, "key", broken, tiny.tokenizer(), 1000)
    assert not list(tmp_path.iterdir())
    assert _unpacked(cached(tmp_path, "key", lambda: DOCUMENTS, tiny.tokenizer(), 1000)) == _by_hand(DOCUMENTS)
