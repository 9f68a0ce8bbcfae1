"""Answer questions whose answers are known, and judge them as SQuAD does."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.core.answers import best_exact, best_f1
from playground.core.thresholds import best_threshold, decided
from playground.demos.squad.reading import Reading, own_threshold, read, reader, windows_of
from playground.demos.squad.scoring.files import Question, bundled, parse
from playground.demos.squad.scoring.schema import (
    MAX_QUESTIONS,
    MAX_WORST,
    Point,
    Progress,
    Request,
    Result,
    Score,
    Wrong,
)
from playground.messages import Complaint, Notice

_AT_ONCE = 48  # questions
_MAX_ANSWER = 30
_POINTS = 60  # of the curve


@dataclass(frozen=True)
class Judged:
    """A question with the best span as its answer. difference: null score - best score; exact, f1: of the answer;
    none: 1 where "no answer" is right."""

    question: Question
    answer: str
    difference: float
    exact: float
    f1: float
    none: float

    def at(self, threshold: float) -> tuple[float, float]:
        """(exact, F1) with this threshold."""
        return (self.none, self.none) if self.difference > threshold else (self.exact, self.f1)


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each few questions, then the Result. Raises Complaint for a broken file, for one that must be
    uploaded again, and as `reading.reader` does."""
    if request.source and not request.questions:
        raise Complaint("pg_err_sqs_again", name=request.source)
    questions = parse(request.questions) if request.questions else bundled()
    notices = []
    if len(questions) > MAX_QUESTIONS:
        notices.append(Notice(key="pg_sqs_cut", values={"count": len(questions), "limit": MAX_QUESTIONS}))
        questions = questions[:MAX_QUESTIONS]
    loaded = reader(request.model, *(question.text for question in questions[:20]))
    judged: list[Judged] = []
    own = own_threshold(loaded)
    yield Progress(done=0, total=len(questions), result=_result(judged, questions, own, notices))
    for start in range(0, len(questions), _AT_ONCE):
        part = questions[start : start + _AT_ONCE]
        windows = windows_of(loaded, [one.text for one in part], [one.passage for one in part])
        readings = read(loaded, windows, _MAX_ANSWER, quick=False)
        judged += [_judge(question, readings[number]) for number, question in enumerate(part)]
        yield Progress(done=len(judged), total=len(questions), result=_result(judged, questions, own, notices))
    yield _result(judged, questions, own, notices).model_copy(update=chosen(judged))


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model)


def _judge(question: Question, reading: Reading) -> Judged:
    best = reading.top(1)
    answer, difference = "", float("inf")
    if best:
        first, last, score, _ = best[0]
        answer = question.passage[reading.offsets[first][0] : reading.offsets[last][1]]
        difference = reading.null - score
    return Judged(
        question=question,
        answer=answer,
        difference=difference,
        exact=best_exact(answer, question.golds),
        f1=best_f1(answer, question.golds),
        none=best_f1("", question.golds),
    )


def _mean(scores: Sequence[tuple[float, float]]) -> Score | None:
    if not scores:
        return None
    exact, f1 = (100 * sum(column) / len(scores) for column in zip(*scores, strict=True))
    return Score(exact=round(exact, 2), f1=round(f1, 2), of=len(scores))


def _result(judged: list[Judged], questions: list[Question], own: float, notices: list[Notice]) -> Result:
    """What can be said of those that are judged."""
    there = [one for one in judged if not one.none]
    others = [one for one in judged if one.none]
    ordered = sorted(judged, key=lambda one: (one.at(own)[1], one.difference))
    return Result(
        asked=len(judged),
        of=len(questions),
        passages=len({one.passage_number for one in questions}),
        own=round(own, 3),
        at_own=_mean([one.at(own) for one in judged]),
        has_answer=_mean([(one.exact, one.f1) for one in there]),
        no_answer=_mean([one.at(own) for one in others]),
        always_none=round(100 * len(others) / len(judged), 2) if judged else None,
        curve=_curve(judged),
        worst=[_wrong(one, own) for one in ordered[:MAX_WORST] if one.at(own)[1] < 1],
        notices=notices,
    )


def _wrong(one: Judged, own: float) -> Wrong:
    shown = "" if one.difference > own else one.answer
    return Wrong(
        question=one.question.text[:500],
        passage=one.question.passage[:5000],
        answer=shown[:500],
        golds=" | ".join(gold[:500] for gold in one.question.golds[:5]),
        f1=round(one.at(own)[1], 4),
        margin=round(max(-99.0, -one.difference), 3),
    )


def _curve(judged: list[Judged]) -> list[Point]:
    """Scores for thresholds between the smallest and the largest difference."""
    found = [one.difference for one in judged if one.difference < float("inf")]
    if not found:
        return []
    thresholds = np.linspace(min(found) - 0.5, max(found) + 0.5, _POINTS)
    there, others = [one for one in judged if not one.none], [one for one in judged if one.none]
    lines = [
        _line(thresholds, judged, "exact"),
        _line(thresholds, judged, "f1"),
        _line(thresholds, there, "f1"),
        _line(thresholds, others, "f1"),
    ]
    return [
        Point(threshold=round(threshold, 3), exact=exact, f1=f1, has_answer=has_answer, no_answer=no_answer)
        for threshold, exact, f1, has_answer, no_answer in zip(thresholds.tolist(), *lines, strict=True)
    ]


def _line(thresholds: NDArray[np.float64], judged: list[Judged], score: str) -> list[float]:
    """Percent; 0 where there are no such questions."""
    columns = zip(*((one.difference, getattr(one, score), one.none) for one in judged), strict=True)
    if not judged:
        return [0.0] * len(thresholds)
    found: list[float] = np.round(100 * decided(thresholds, *columns), 2).tolist()
    return found


def chosen(judged: list[Judged]) -> dict[str, object]:
    """The best threshold on one half of the passages, and the score of the other half with it."""
    passages = sorted({one.question.passage_number for one in judged})
    if len(passages) < 2 or not any(one.none for one in judged):
        return {}
    random.Random(1).shuffle(passages)
    half = set(passages[: len(passages) // 2])
    mine = [one for one in judged if one.question.passage_number in half]
    theirs = [one for one in judged if one.question.passage_number not in half]
    columns = zip(*((one.difference, one.f1, one.none) for one in mine), strict=True)
    threshold = best_threshold(*columns)
    return {"chosen": round(threshold, 3), "held_out": _mean([one.at(threshold) for one in theirs])}
