"""Scoring a reader: by the definition of SQuAD, on files good and bad."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from transformers import BertForQuestionAnswering

from playground.core.answers import best_exact, best_f1
from playground.demos.squad.pipeline import run as ask
from playground.demos.squad.schema import Request as Asked
from playground.demos.squad.scoring import pipeline, tab
from playground.demos.squad.scoring.files import Question, bundled, parse
from playground.demos.squad.scoring.schema import Progress, Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.runs import Run, dump, from_link
from playground.ui.page import Page, Status
from playground.ui.shell import Shell
from tests.unit import tiny


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("models")
    tiny.model(BertForQuestionAnswering, max_position_embeddings=384).save_pretrained(root / "reader")
    tiny.tokenizer(384).save_pretrained(root / "reader")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _file(version: str = "v2.0") -> str:
    def asked(question: str, *answers: str) -> dict[str, Any]:
        return {
            "id": question,
            "question": question,
            "answers": [{"text": answer, "answer_start": 0} for answer in answers],
            **({"is_impossible": not answers} if version == "v2.0" else {}),
        }

    paragraphs = [
        {"context": "the dog took the cat.", "qas": [asked("who?", "the dog", "dog"), asked("when?")]},
        {
            "context": "a man came to paris.",
            "qas": [asked("who came?", "a man"), asked("why?"), asked("where?", "paris")],
        },
    ]
    return json.dumps({"version": version, "data": [{"title": "t", "paragraphs": paragraphs}]})


def _score(**changes: Any) -> list[Progress | Result]:
    return list(pipeline.run(Request(**({"model": "local/reader"} | changes))))


def test_a_file_of_either_version_is_read() -> None:
    questions = parse(_file())
    assert [question.text for question in questions] == ["who?", "when?", "who came?", "why?", "where?"]
    assert questions[0].golds == ("the dog", "dog") and questions[1].golds == ()
    assert [question.passage_number for question in questions] == [0, 0, 1, 1, 1]
    assert [question.golds for question in parse(_file("1.1"))] == [question.golds for question in questions]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"data": [\n  oops', "no JSON text (line 2)"),
        ("[" * 100_000, "no JSON text"),
        ("[]", "Question 1 is not in SQuAD's format"),
        ('{"data": 5}', "Question 1 is not"),
        ('{"data": [{"paragraphs": [{"context": 3, "qas": []}]}]}', "Question 1 is not"),
        ('{"data": [{"paragraphs": [{"context": "a", "qas": [{"answers": []}]}]}]}', "Question 1 is not"),
        ('{"data": [{"paragraphs": [{"context": "a", "qas": [{"question": "q", "answers": ["a"]}]}]}]}', "Question 1"),
        ('{"data": []}', "has no questions"),
    ],
    ids=lambda text: text[:30],
)
def test_a_broken_file_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(Complaint) as caught:
        _score(questions=text, source="mine.json")
    assert said in caught.value.sentence("en") and "{" not in caught.value.sentence("ko")


def test_the_bundled_questions_are_answerable_as_they_say() -> None:
    questions = bundled()
    assert len(questions) >= 120 and len({question.text for question in questions}) == len(questions)
    none = [question for question in questions if not question.golds]
    assert len(questions) / 3 - 5 <= len(none) <= len(questions) / 3 + 5
    assert len({question.passage_number for question in questions}) >= 12
    for question in questions:
        assert all(gold in question.passage for gold in question.golds), question
        assert question.text.endswith("?")
    korean = bundled("ko")
    assert len({question.passage_number for question in korean}) == 3
    assert all(gold in question.passage for question in korean for gold in question.golds)


def test_scores_are_those_of_asking_one_question_after_the_other() -> None:
    *steps, last = _score(questions=_file(), source="mine.json")
    assert isinstance(last, Result) and (last.asked, last.of, last.passages) == (5, 5, 2)
    assert [step.done for step in steps if isinstance(step, Progress)] == [0, 5]
    exact, f1, always = [], [], []
    for question in parse(_file()):
        found = ask(Asked(question=question.text, passage=question.passage, model="local/reader"))
        exact.append(best_exact(found.answer, question.golds))
        f1.append(best_f1(found.answer, question.golds))
        if question.golds:
            always.append(best_f1(found.answers[0].text, question.golds))
    assert last.at_own is not None and last.has_answer is not None and last.no_answer is not None
    assert last.at_own.exact == pytest.approx(20 * sum(exact), abs=0.01)
    assert last.at_own.f1 == pytest.approx(20 * sum(f1), abs=0.01)
    assert last.has_answer.f1 == pytest.approx(100 * sum(always) / 3, abs=0.01)
    assert (last.has_answer.of, last.no_answer.of) == (3, 2)
    assert last.always_none == 40.0 and last.held_out is not None
    ends = last.curve[0], last.curve[-1]
    assert [(end.has_answer == 0, end.no_answer) for end in ends] == [(True, 100.0), (last.has_answer.f1 == 0, 0.0)]


def _judged(passage: int, difference: float, f1: float, none: float) -> pipeline.Judged:
    question = Question("q", "p", () if none else ("a",), passage)
    return pipeline.Judged(question, "a", difference, float(f1 == 1), f1, none)


def test_the_threshold_is_chosen_on_other_passages_than_it_is_scored_on() -> None:
    judged = [_judged(p, d, 1.0 - n, n) for p in range(6) for d, n in ((-2.0 - p / 10, 0.0), (3.0 + p / 10, 1.0))]
    found = pipeline.chosen(judged)
    assert -2.5 < float(str(found["chosen"])) < 3.5
    assert found["held_out"] is not None and getattr(found["held_out"], "of", 0) == 6
    assert getattr(found["held_out"], "f1", 0) == 100
    # Other answers on the half that is scored change its score alone.
    import random

    passages = list(range(6))
    random.Random(1).shuffle(passages)
    scored = set(passages[3:])
    worse = [
        _judged(one.question.passage_number, -one.difference, one.f1, one.none)
        if one.question.passage_number in scored
        else one
        for one in judged
    ]
    other = pipeline.chosen(worse)
    assert other["chosen"] == found["chosen"] and getattr(other["held_out"], "f1", 1) == 0
    assert pipeline.chosen([one for one in judged if one.question.passage_number == 0]) == {}
    assert pipeline.chosen([one for one in judged if not one.none]) == {}


def test_a_file_is_in_no_saved_run_and_must_be_uploaded_again() -> None:
    request = Request(model="local/reader", source="mine.json", questions=_file())
    assert request.model_dump() == {"model": "local/reader", "source": "mine.json"}
    with pytest.raises(Complaint, match="are no longer here: upload the file again"):
        list(pipeline.run(Request(source="mine.json")))


def test_a_run_that_is_opened_takes_the_file_of_the_one_before_away() -> None:
    request = Request(model="local/reader", source="mine.json", questions=_file())
    *_, last = pipeline.run(request)
    run = Run(
        demo="squad_scoring", request=request.model_dump(), result=last.model_dump(), model="", device="", seconds=0
    )
    with gr.Blocks():
        parts = tab.create(Shell(gr.Textbox(), Status(), Page()), [run])
    assert set(parts.fields) == set(Request.model_fields)
    for values in (parts.show(run, "en"), parts.filled(request.model_dump())):
        filled = dict(zip(parts.fields, values, strict=False))
        assert filled == {"model": "local/reader", "source": "mine.json", "questions": ""}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_scores_curve_and_the_worst_are_drawn_and_lead_to_their_question(language: str) -> None:
    request = Request(model="local/reader", source="mine.json", questions=_file())
    *_, last = pipeline.run(request)
    assert isinstance(last, Result)
    run = Run(
        demo="squad_scoring", request=request.model_dump(), result=last.model_dump(), model="", device="", seconds=0
    )
    dump(run)
    scores, curve, worst = tab.draw(run, language)
    assert scores.count("<tr>") == 6 and "mine.json" in scores
    assert list(curve.data[0].y) == [point.f1 for point in last.curve]
    assert worst.count("<a href=") == len(last.worst)
    parameters = tab._link(last.worst[0], "local/reader").removeprefix("?")
    asked = from_link(dict(part.split("=", 1) for part in parameters.split("&")))
    assert asked["question"] == last.worst[0].question and asked["passage"] == last.worst[0].passage
    empty = Result(asked=0, of=5, passages=2)
    tab.draw(run.model_copy(update={"result": empty.model_dump()}), language)
