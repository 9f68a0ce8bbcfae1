"""Passage, question, "A:", and what the model writes to the end of the line."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from playground.core.answers import best_exact, best_f1
from playground.core.generation import generate
from playground.core.intervals import bootstrap
from playground.core.passages import passages
from playground.core.prefix import Prefix
from playground.core.prompts import PATTERNS, Example
from playground.core.sampling import Sampler
from playground.demos.few_shot.reader import decode, ends_of, fit, reader
from playground.demos.few_shot.reading.schema import Answer, Progress, Request, Result
from playground.models.device import TURNS
from playground.models.loading import Loaded
from playground.published import published

_PATTERN = PATTERNS["question"]
_TOKENS = 16  # of an answer
_GUESSED = 3  # words


class Asked(NamedTuple):
    """earlier: the passage's questions before this one, with their answers."""

    title: str
    passage: str
    question: str
    golds: tuple[str, ...]
    earlier: tuple[Example, ...]


@cache
def asked() -> tuple[Asked, ...]:
    """Every answerable question of the English passages."""
    found = []
    for passage in passages("en"):
        earlier: list[Example] = []
        for question, golds in passage.questions:
            if golds:
                found.append(Asked(passage.title, passage.text, question, golds, tuple(earlier)))
                earlier.append(Example(question, golds[0]))
    return tuple(found)


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each token, then the Result. Raises Complaint as `reader` and `fit` do."""
    loaded = reader(request.model)
    count = min(request.questions, len(asked()))
    chosen = [asked()[place] for place in np.linspace(0, len(asked()) - 1, count).round().astype(int)]
    printed = published("gpt2_reading")
    result = Result(
        questions=count,
        published={row.model: float(row.scores[0]) / 100 for row in printed.rows},
        source=printed.source,
    )
    yield Progress(done=0, total=count, result=result)
    prefix, answers, guesses = Prefix(loaded.model), list[Answer](), list[float]()
    for number, one in enumerate(chosen, start=1):
        written: list[int] = []
        for token in _write(loaded, prefix, one, request.history):
            written.append(token)
            yield Progress(done=number - 1, total=count, result=result)
        said = decode(loaded, written).split("\n")[0].strip()
        answers.append(
            Answer(
                passage=one.title,
                question=one.question,
                answer=said,
                gold=one.golds[0],
                f1=round(best_f1(said, one.golds), 4),
                exact=best_exact(said, one.golds),
            )
        )
        guesses.append(guess(one.passage, one.golds))
        result = result.model_copy(update=_sums(answers, guesses))
        yield Progress(done=number, total=count, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model)


def _write(loaded: Loaded, prefix: Prefix, one: Asked, history: bool) -> Iterator[int]:
    """The tokens of the answer, to the end of the line."""
    fitted = fit(loaded, one.earlier if history else (), one.question, _PATTERN, one.passage, room=_TOKENS)
    ends = ends_of(loaded)
    for step in TURNS.steps(generate(prefix, fitted.ids, Sampler(temperature=0), _TOKENS, 1, 1, ends)):
        if step.token in ends:
            return
        yield step.token
        if "\n" in decode(loaded, [step.token]):
            return


def guess(passage: str, golds: tuple[str, ...]) -> float:
    """Mean F1 of every run of three words of the passage."""
    words = passage.split()
    starts = range(max(1, len(words) - _GUESSED + 1))
    return float(np.mean([best_f1(" ".join(words[start : start + _GUESSED]), golds) for start in starts]))


def _sums(answers: list[Answer], guesses: list[float]) -> dict[str, object]:
    scores = np.array([one.f1 for one in answers])
    low, high = bootstrap(lambda cases: float(scores[cases].mean()), len(scores)) if len(scores) > 1 else (None, None)
    return {
        "answers": list(answers),
        "f1": round(float(scores.mean()), 4),
        "low": None if low is None else round(low, 4),
        "high": None if high is None else round(high, 4),
        "exact": round(float(np.mean([one.exact for one in answers])), 4),
        "guess": round(float(np.mean(guesses)), 4),
    }
