"""Reads the training text: xz files of documents, one paragraph a line."""

import lzma
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A sentence ends at . ! or ?, maybe followed by a closing quote (which stays), before something that can open one.
_SENTENCE_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"')\]]))\s+(?=[\"'(\[]?[A-Z0-9])")
_TITLE = re.compile(r"^= .* =$")
_SHORT = 40  # characters; a heading, an item of a list


class CorpusError(RuntimeError):
    """A corpus file is missing or unreadable; the message is one sentence that says which and what to do."""


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turns what can go wrong in reading `path` into one sentence."""
    if not path.is_file():
        raise CorpusError(f"{path} is missing: point --corpora (or PLAYGROUND_CORPORA) at the folder that holds it.")
    try:
        yield
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, OSError) as error:
        raise CorpusError(f"{path} is damaged ({error}): fetch this file again.") from error


def lines(path: Path) -> Iterator[str]:
    """The lines of one xz text file, without their line ends. Raises CorpusError."""
    with _readable(path), lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def content(path: Path) -> bytes:
    """All of one xz file. Raises CorpusError."""
    with _readable(path), lzma.open(path) as file:
        return file.read()


def sentences(text: str) -> list[str]:
    """Cut a paragraph into sentences by its punctuation: good enough to draw segment borders from."""
    return [piece for piece in _SENTENCE_END.split(text) if piece.strip()]


def articles(path: Path) -> Iterator[list[str]]:
    """Documents of a `= Title =` file, each as its list of sentences (titles and short lines left out)."""
    document: list[str] = []
    for line in lines(path):
        if _TITLE.match(line):
            if document:
                yield document
            document = []
        elif len(line) > _SHORT:
            document.extend(sentences(line))
    if document:
        yield document


def paragraphs(path: Path) -> Iterator[list[str]]:
    """Paragraphs of a `= Title =` file that have two sentences or more, each as its list of sentences."""
    for line in lines(path):
        if not _TITLE.match(line) and len(line) > _SHORT and len(cut := sentences(line)) > 1:
            yield cut


def reviews(path: Path) -> Iterator[list[str]]:
    """Documents of a one-document-a-line file, each as its list of sentences."""
    for line in lines(path):
        document = sentences(line.replace("<br />", " "))
        if document:
            yield document
