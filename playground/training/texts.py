"""The English text that the pre-training recipes read, as token stores."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from playground.training import corpora, store

DATA = (
    ("English Wikipedia of 2015, core articles", "CC BY-SA 3.0"),
    ("public-domain books", "public domain"),
    ("Large Movie Review Dataset, unlabelled part (Maas et al. 2011)", "research use"),
)


@dataclass(frozen=True)
class Sizes:
    """How much text is tokenised (tokens a source) and how many texts make a batch."""

    wikipedia: int
    books: int
    reviews: int
    batch: int


Source = tuple[Callable[[], Iterable[list[str]]], int]  # documents, and how many of their tokens are wanted


def _wikipedia(folder: Path) -> list[Path]:
    return [folder / "wikipedia_en" / name for name in ("en_AA.txt.xz", "en_AB.txt.xz")]


def sources(folder: Path, sizes: Sizes) -> dict[str, Source]:
    """Whole documents, by the name of the source."""
    wikipedia = _wikipedia(folder)
    return {
        "wikipedia": (lambda: chain.from_iterable(map(corpora.articles, wikipedia)), sizes.wikipedia),
        "books": (lambda: corpora.articles(folder / "books" / "books.txt.xz"), sizes.books),
        "imdb": (lambda: corpora.reviews(folder / "imdb" / "unsup.txt.xz"), sizes.reviews),
    }


def beginnings(folder: Path, sizes: Sizes) -> dict[str, Source]:
    """Paragraphs and reviews: documents whose first sentences stand on their own."""
    wikipedia = _wikipedia(folder)
    return {
        "wikipedia-paragraphs": (lambda: chain.from_iterable(map(corpora.paragraphs, wikipedia)), sizes.wikipedia),
        "imdb": (lambda: corpora.reviews(folder / "imdb" / "unsup.txt.xz"), sizes.reviews),
    }


def merge(stores: list[store.TokenStore]) -> store.TokenStore:
    """Put several stores end to end, shifting their offsets."""
    tokens = np.concatenate([part.tokens for part in stores])
    sentences, documents = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for part in stores:
        sentences.append(part.sentences[1:] + sentences[-1][-1])
        documents.append(part.documents[1:] + documents[-1][-1])
    return store.TokenStore(tokens, np.concatenate(sentences), np.concatenate(documents))


def read(
    folder: Path,
    cache: Path,
    tokenizer: PreTrainedTokenizerBase,
    sizes: Sizes,
    among: Callable[[Path, Sizes], Mapping[str, Source]] = sources,
) -> store.TokenStore:
    """The training text; tokenised once and kept in `cache`. Raises CorpusError."""
    return merge(
        [
            store.cached(cache, f"{name}-{folder.resolve()}", documents, tokenizer, tokens)
            for name, (documents, tokens) in among(folder, sizes).items()
        ]
    )


def development_documents(folder: Path) -> Iterable[list[str]]:
    """Wikipedia articles of 2018 that are not in the training text. Raises CorpusError."""
    return corpora.articles(folder / "wikipedia_en" / "dev.txt.xz")


def development_paragraphs(folder: Path) -> Iterable[list[str]]:
    """Paragraphs of the same articles. Raises CorpusError."""
    return corpora.paragraphs(folder / "wikipedia_en" / "dev.txt.xz")


def development(
    folder: Path,
    tokenizer: PreTrainedTokenizerBase,
    documents: Callable[[Path], Iterable[list[str]]] = development_documents,
) -> store.TokenStore:
    return store.tokenise(documents(folder), tokenizer, 10**9)
