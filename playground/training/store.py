"""A token store: tokenised documents as flat arrays on disk, so that any batch can be drawn by its number.

tokens     uint16 (N,)  all sentences, end to end
sentences  int64  (S+1,) where each sentence starts in `tokens`
documents  int64  (D+1,) where each document starts in `sentences`
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from playground.training.corpora import CorpusError


@dataclass(frozen=True)
class TokenStore:
    tokens: NDArray[np.uint16]
    sentences: NDArray[np.int64]
    documents: NDArray[np.int64]

    def sentence(self, index: int) -> NDArray[np.uint16]:
        return self.tokens[self.sentences[index] : self.sentences[index + 1]]

    def document_of(self, sentence: int) -> int:
        return int(np.searchsorted(self.documents, sentence, side="right")) - 1


def tokenise(
    documents: Iterable[list[str]], tokenizer: PreTrainedTokenizerBase, max_tokens: int, batch: int = 32
) -> TokenStore:
    """Tokenise documents until `max_tokens` are there. Raises ValueError for a vocabulary beyond 16 bits, and
    CorpusError when there is no text."""
    if len(tokenizer) > 2**16:
        raise ValueError(f"The vocabulary has {len(tokenizer)} words; a token store holds at most 65,536.")
    chunks: list[NDArray[np.uint16]] = []
    sentence_ends, document_ends = [0], [0]
    total = 0
    stream: Iterator[list[str]] = iter(documents)
    while total < max_tokens and (group := list(islice(stream, batch))):
        flat = [sentence for document in group for sentence in document]
        encoded = iter(tokenizer(flat, add_special_tokens=False, verbose=False)["input_ids"])
        for document in group:
            if total >= max_tokens:
                break
            kept = 0
            for _ in document:
                ids = next(encoded)
                if ids:
                    chunks.append(np.asarray(ids, dtype=np.uint16))
                    total += len(ids)
                    sentence_ends.append(total)
                    kept += 1
            if kept:
                document_ends.append(document_ends[-1] + kept)
    if not chunks:
        raise CorpusError("There is no text to tokenise: the corpus files are empty.")
    return TokenStore(np.concatenate(chunks), np.asarray(sentence_ends, np.int64), np.asarray(document_ends, np.int64))


def cached(
    folder: Path,
    key: str,
    documents: Callable[[], Iterable[list[str]]],
    tokenizer: PreTrainedTokenizerBase,
    max_tokens: int,
) -> TokenStore:
    """The store of `documents`, made once and kept under `folder` by a digest of what it depends on."""
    words = tokenizer.get_vocab()
    vocabulary = hashlib.sha256("\n".join(sorted(words, key=words.__getitem__)).encode()).hexdigest()
    digest = hashlib.sha256(f"{key} {max_tokens} {vocabulary}".encode()).hexdigest()[:16]
    path = folder / f"tokens-{digest}.npz"
    if not path.is_file():
        started = time.monotonic()
        store = tokenise(documents(), tokenizer, max_tokens)
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, tokens=store.tokens, sentences=store.sentences, documents=store.documents)
        partial.rename(path)
        print(f"{key}: {len(store.tokens):,} tokens in {time.monotonic() - started:.0f} s", flush=True)
    with np.load(path) as file:
        return TokenStore(file["tokens"], file["sentences"], file["documents"])
