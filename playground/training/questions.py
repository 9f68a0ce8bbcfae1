"""Questions on paragraphs, from SQuAD-format JSON and from QAMR's tables."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from playground.training import corpora
from playground.training.corpora import CorpusError


@dataclass(frozen=True)
class Question:
    """answers: (text, first character in the context) of every annotator; none where it cannot be answered."""

    id: str
    title: str
    context: str
    text: str
    answers: tuple[tuple[str, int], ...]


def squad(path: Path) -> list[Question]:
    """The questions of a SQuAD-format file, 1.1 or 2.0. Raises CorpusError."""
    try:
        articles = json.loads("\n".join(corpora.lines(path)))["data"]
        return [
            Question(
                str(qa["id"]),
                str(article.get("title", path.name)),
                str(paragraph["context"]),
                str(qa["question"]).strip(),
                tuple((str(a["text"]), int(a["answer_start"])) for a in qa["answers"]),
            )
            for article in articles
            for paragraph in article["paragraphs"]
            for qa in paragraph["qas"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{path} is not in SQuAD's format ({error!r}): fetch this file again.") from error


# Penn Treebank's brackets and quotes, and the spaces around them that running text does not have.
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "``": '"', "''": '"'}
_NO_SPACE_BEFORE = re.compile(r"^([.,:;?!%)\]}]|'s|'|n't|'re|'ve|'ll|'d|'m)$")


def running(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Join Penn Treebank tokens to running text; also where each token begins and ends in it."""
    text, places, quoted = "", [], False
    for token in tokens:
        written = _BRACKETS.get(token, token)
        closing = written == '"' and quoted
        glue = not text or text[-1] in "([{" or _NO_SPACE_BEFORE.match(written) or closing
        if not glue and text[-1] == '"' and quoted:
            glue = True  # right behind an opening quote
        text += written if glue else " " + written
        places.append((len(text) - len(written), len(text)))
        quoted ^= written == '"'
    return text, places


def qamr(folder: Path, names: Sequence[str] = ("dev.tsv.xz", "test.tsv.xz")) -> list[Question]:
    """QAMR's questions on single sentences whose answer is one unbroken run of words. Raises CorpusError."""
    sentences = dict(_columns(folder / "sentences.tsv.xz", 2))
    out = []
    for name in names:
        for row, columns in enumerate(_columns(folder / name, 7)):
            try:
                chosen = sorted({int(place) for place in columns[6].split()})
                text, places = running(sentences[columns[0]].split(" "))
                span = places[chosen[0]][0], places[chosen[-1]][1]
            except (KeyError, ValueError, IndexError) as error:
                raise CorpusError(f"{folder / name} line {row + 1} is broken ({error!r}): fetch it again.") from error
            if chosen[-1] - chosen[0] == len(chosen) - 1:
                answer = (text[slice(*span)], span[0])
                out.append(Question(f"{name}:{row}", columns[0], text, columns[5].strip(), (answer,)))
    return out


def _columns(path: Path, at_least: int) -> Iterator[list[str]]:
    for row, line in enumerate(corpora.lines(path)):
        columns = line.split("\t")
        if len(columns) < at_least:
            raise CorpusError(f"{path} line {row + 1} has {len(columns)} columns, not {at_least}: fetch it again.")
        yield columns


def occurrences(question: Question, at_most: int = 4) -> Question:
    """Every place where an answer's text stands, if there are few: the files give only the first one.

    Clark and Gardner 2018 (arXiv:1710.10723) train on all of them alike.
    """
    spans: dict[tuple[str, int], None] = {}
    for text, start in question.answers:
        pattern = rf"(?<!\w){re.escape(text)}(?!\w)"
        found = [match.start() for match in re.finditer(pattern, question.context)]
        for place in found if 0 < len(found) <= at_most else [start]:
            spans[(text, place)] = None
    return replace(question, answers=tuple(spans))


_NAME = re.compile(r"\b[A-Z][a-z]+(?: (?:of |the )?[A-Z][a-z]+)*\b")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_QUESTION_WORDS = frozenset(
    ("What", "Which", "Who", "Whom", "Whose", "When", "Where", "Why", "How", "In", "On", "At", "For", "The", "A", "An")
)


def _like(found: re.Match[str], old: re.Match[str], text: str) -> bool:
    """Whether it can pass for the other: numbers of as many digits; names, and no mere beginning of a sentence."""
    if old.group()[0].isdigit():
        return len(found.group()) == len(old.group())
    return found.start() > 0 and text[: found.start()].rstrip()[-1:] not in set('.!?"')


class Unanswerable:
    """Turns answerable questions into ones that their paragraph does not answer.

    moved: the question is asked of another paragraph of the same article, one that shares many of its words.
    swapped: a name or number in the question gives way to another one of the article that the paragraph lacks;
    this is how many of SQuAD 2.0's unanswerable questions were written (Rajpurkar et al. 2018, table 2).
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        articles: dict[str, dict[str, None]] = {}
        for question in questions:
            articles.setdefault(question.title, {})[question.context] = None
        self.articles = {title: list(contexts) for title, contexts in articles.items()}
        self._words: dict[str, frozenset[str]] = {}

    def _of(self, text: str) -> frozenset[str]:
        if text not in self._words:
            self._words[text] = frozenset(re.findall(r"\w{3,}", text.lower()))
        return self._words[text]

    def moved(self, question: Question, rng: np.random.Generator) -> Question | None:
        others = self.articles[question.title]
        drawn = [others[place] for place in rng.integers(len(others), size=6)]
        answers = [text.lower() for text, _ in question.answers]
        fit = [c for c in drawn if c != question.context and not any(text in c.lower() for text in answers)]
        if not fit:
            return None
        asked = self._of(question.text)
        return replace(question, context=max(fit, key=lambda c: len(asked & self._of(c))), answers=())

    def swapped(self, question: Question, rng: np.random.Generator) -> Question | None:
        for pattern in (_NUMBER, _NAME) if rng.random() < 0.5 else (_NAME, _NUMBER):
            there = [m for m in pattern.finditer(question.text) if m.group() not in _QUESTION_WORDS and m.start() > 0]
            if not there:
                continue
            match = there[int(rng.integers(len(there)))]
            others = self.articles[question.title]
            elsewhere = others[int(rng.integers(len(others)))]
            fit = sorted(
                {
                    m.group()
                    for m in pattern.finditer(elsewhere)
                    if _like(m, match, elsewhere) and m.group() not in question.context + question.text
                }
            )
            if fit:
                word = fit[int(rng.integers(len(fit)))]
                text = question.text[: match.start()] + word + question.text[match.end() :]
                return replace(question, text=text, answers=())
        return None
