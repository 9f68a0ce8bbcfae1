"""The live run on a tiny teacher: what it yields, its controls, what it keeps, and what it refuses."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

from playground.demos.distillation import ablation, augment, compare, material, pipeline, tab
from playground.demos.distillation.ablation import pipeline as ablating
from playground.demos.distillation.ablation.schema import Outcome
from playground.demos.distillation.compare import pipeline as comparing
from playground.demos.distillation.schema import Point, Progress, Request, Result
from playground.messages import Complaint, say
from playground.models import kept, loading
from playground.runs import Run, dump
from tests.unit import distilling

GOOD, BAD = ("good", "great", "well", "right", "new"), ("not", "no", "off", "down", "old")
LABELLED = "label,sentence\n" + "".join(
    f"{label},the {noun} was {word} and {word} again\n"
    for noun in ("man", "day", "world", "house", "dog", "cat", "river", "bank")
    for label, words in (("positive", GOOD), ("negative", BAD))
    for word in words
)
UNLABELLED = "\n".join(f"the {a} of {b} is {c}" for a in GOOD + BAD for b in ("paris", "france") for c in GOOD + BAD)


@pytest.fixture(scope="module", autouse=True)
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with distilling.models(tmp_path_factory.mktemp("models")) as root:
        yield root


def _request(**more: Any) -> Request:
    return distilling.request(UNLABELLED, **({"source": "mine.csv", "labelled": LABELLED} | more))


def _run(**more: Any) -> list[Progress | Result]:
    """What comes when all is loaded."""
    _, *events = pipeline.run(_request(**more))
    return [event for event in events if isinstance(event, Progress | Result)]


@pytest.fixture(scope="module")
def events(teacher: Path) -> list[Progress | Result]:
    return _run()


def test_a_run_grows_and_ends_with_every_number(events: list[Progress | Result]) -> None:
    *steps, last = events
    assert isinstance(last, Result) and all(isinstance(step, Progress) for step in steps)
    done = [step.done for step in steps if isinstance(step, Progress)]
    assert done == sorted(done) and done[0] == 0 and done[-1] == 12 * 3
    lengths = [len(step.result.history) for step in steps if isinstance(step, Progress)]
    assert lengths == sorted(lengths) and [point.step for point in last.history] == list(range(1, 13))
    first = next(step for step in steps if isinstance(step, Progress) and step.result.history)
    assert first.done == 1  # the first point does not wait for the controls
    assert {*last.history[0].terms} == {"soft", "hard", "cosine"}
    for point in last.history:
        whole = 5 * point.terms["soft"] + 2 * point.terms["hard"] + point.terms["cosine"]
        assert point.total == pytest.approx(whole, rel=1e-3)
    assert last.teacher and last.student and last.control and last.control_random and last.material
    for side in (last.teacher, last.student):
        assert side.low <= side.accuracy <= side.high and side.latency_ms and side.latency_32_ms
    assert last.student.megabytes == round(last.student.parameters * 4 / 1e6, 1)
    assert (last.material.labelled, last.material.test, last.material.unlabelled) == (54, 26, 200)
    assert last.retained == pytest.approx(last.student.accuracy / last.teacher.accuracy, abs=1e-3)
    assert [point.step for point in last.history if point.accuracy is not None] == [2, 4, 6, 8, 10, 12]
    for control in (last.control, last.control_random):
        assert {*control.history[0].terms} == {"hard"} and control.history[-1].accuracy == control.accuracy


def test_the_same_seed_is_the_same_run_and_another_is_not(events: list[Progress | Result]) -> None:
    last, again, other = events[-1], _run()[-1], _run(seed=2)[-1]
    assert isinstance(last, Result) and isinstance(again, Result) and isinstance(other, Result)
    assert again.history == last.history and again.control == last.control and other.history != last.history


def test_what_is_kept_is_the_student_and_opens_with_transformers(events: list[Progress | Result]) -> None:
    last = events[-1]
    assert isinstance(last, Result) and last.student
    folder = kept.folder(last.student_id)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert model.num_parameters() == last.student.parameters and model.config.id2label == distilling.NAMES
    lessons = material.lessons(_request(), loading.load("local/teacher", "sequence_classification"))
    rows = lessons.test.rows
    right = 0
    for row, label in zip(rows, lessons.test.labels.tolist(), strict=True):
        right += int(model(input_ids=row[None]).logits.argmax()) == label
    assert right / len(rows) == pytest.approx(last.student.accuracy, abs=1e-4)
    assert tokenizer("the dog")["input_ids"][0] == tokenizer.cls_token_id
    card = (folder / "README.md").read_text()
    assert f"{last.student.accuracy:.1%}" in card and "12 steps" in card
    archive = kept.packed(last.student_id, "student")
    assert archive.is_file() and archive.suffix == ".zip" and kept.packed(last.student_id, "student") == archive


def test_cancel_keeps_the_student_so_far() -> None:
    going = pipeline.run(_request(steps=200))
    next(going)
    for event in going:
        assert isinstance(event, Progress)
        if event.result.student is not None:
            break
    going.close()  # type: ignore[attr-defined]
    folder = kept.folder(event.result.student_id)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    assert model.config.num_hidden_layers == 2 and model.config.taught_by == "local/teacher"
    card = (folder / "README.md").read_text()
    [(judged, done)] = re.findall(r"After (\d+) steps, .*?\n(\d+) of 200 steps", card, re.DOTALL)
    assert 0 < int(judged) <= int(done) < 200


def test_the_teacher_is_asked_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    made = distilling.counted(monkeypatch)
    _run(steps=40)
    [answers] = made
    seen = answers.computed
    assert 0 < seen <= 54 + 200
    _run(steps=40, controls=False)
    assert len(made) == 1 and answers.computed == seen


def test_tinybert_s_stages_augmentation_and_projection() -> None:
    last = _run(
        width=8, start=[], soft=0, hard=0, cosine=0, embedding=1, attention=1, hidden=1, prediction=1,
        general=True, augment=True,
    )[-1]  # fmt: skip
    assert isinstance(last, Result) and last.material and last.copied == 0
    assert len(last.history) == 18 and last.material.augmented > 20
    assert {*last.history[0].terms} == {"embedding", "attention", "hidden"}
    assert {*last.history[-1].terms} == {"embedding", "attention", "hidden", "prediction"}
    assert last.control and last.control.history[-1].step == 18
    assert all(math.isfinite(point.total) for point in last.history)


def test_augmented_sentences_differ_in_some_words() -> None:
    augment._replaced.cache_clear()
    sentences = ("the old man went to the river", "the dog and the cat saw paris")
    found = augment.augmented(sentences, 1)
    assert found == augment.augmented(sentences, 1) != augment.augmented(sentences, 2)
    for before, after in zip(sentences, found, strict=True):
        pairs = list(zip(before.split(), after.split(), strict=False))
        assert 1 <= sum(a != b for a, b in pairs) <= 4


def test_distillation_teaches() -> None:
    last = _run(steps=150, controls=False, learning_rate=3e-3)[-1]
    assert isinstance(last, Result)
    first, late = (
        [sum(point.terms[term] for point in part) for term in ("soft", "cosine")]
        for part in (last.history[:5], last.history[-5:])
    )
    assert all(after < 0.7 * before for before, after in zip(first, late, strict=True))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"width": 15}, "width of 15 cannot be divided among 2"),
        ({"batch": 9}, "9 sentences cannot be halved"),
        ({"start": [1]}, "1 layers of the teacher are named for 2"),
        ({"start": [1, 5]}, "no layer 5: its layers run from 1 to 4"),
        ({"layer_map": [4, 2], "attention": 1}, "4, 2 are not in ascending order"),
        ({"layer_map": [], "hidden": 1}, "0 layers of the teacher are named for 2"),
        ({"soft": 0, "cosine": 0}, "No term of the loss asks the teacher"),
        ({"width": 8}, "the student has 8, the teacher 16"),
        ({"width": 16, "heads": 4, "attention": 1}, "the student has 4 heads, the teacher 2"),
        ({"labelled": ""}, r"mine\.csv is no longer here"),
        ({"unlabelled": ""}, r"mine\.txt is no longer here"),
        ({"labelled": LABELLED.replace("positive", "happy")}, "does not know the label “happy”"),
        ({"labelled": "\n".join(LABELLED.splitlines()[:20])}, "There are 19 sentences to learn from; at least 30"),
        ({"labelled": "label,sentence\npositive,fine\npositive,well"}, "All 2 sentences have the label"),
        ({"model": "electra-mini-generator"}, "built otherwise than BERT"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _run(**values)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_step_is_drawn(language: str, events: list[Progress | Result]) -> None:
    asked = _request()
    assert "labelled" not in asked.model_dump() and "unlabelled" not in asked.model_dump()
    for event in events[:: max(1, len(events) // 6)] + events[-1:]:
        result = event.result if isinstance(event, Progress) else event
        shown = _shown("distillation", asked, result)
        said, curves, counted, paired = tab.draw(shown, language)
        curves.to_json()
        assert say("pg_dis_total", language) in [trace.name for trace in curves.data]
    assert said.count("<tr>") == 5 + 4 and "96.8%" in said and "tab=distillation_compare" in said
    assert len(curves.data) == 3 + 1 + 4 + 2 and say("pg_dis_chance_line", language, share="50.0%") in curves.to_json()
    assert counted and paired.count("<tr>") == 3


def test_the_command_is_the_run() -> None:
    shown = _shown("distillation", _request(seed=7), Result())
    text = tab.commanded(dump(shown))["value"]
    assert '"seed": 7' in text and text.endswith("run.json --labelled mine.csv --unlabelled mine.txt\n")


def _shown(demo: str, request: Any, result: Any) -> Run:
    run = Run(
        demo=demo,
        request=request.model_dump(),
        result=result.model_dump(),
        model=request.model,
        device="CPU",
        seconds=0,
    )
    return Run.model_validate_json(dump(run))


# Which terms matter?


def test_an_ablation_is_paired_and_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "transfer", lambda: tuple(UNLABELLED.splitlines()))
    asked = ablation.DEMO.request(
        model="local/teacher", layers=2, sets=["labels", "soft", "tinybert"], steps=5, seeds=2, batch=4
    )
    *steps, last = ablating.run(asked)
    assert [one.seed for one in last.outcomes] == [1, 1, 1, 2, 2, 2]
    assert [rank.accuracy for rank in last.ranks] == sorted((rank.accuracy for rank in last.ranks), reverse=True)
    assert len(last.ranks) == 3 and steps[-1].done == steps[-1].total == 30
    from playground.demos.distillation.ablation import tab as ablating_tab

    for language in ("en", "ko"):
        figure, table = ablating_tab.draw(_shown("distillation_ablation", asked, last), language)
        assert len(figure.data) == 2 and table.count("<tr>") == 4


def test_ranks_are_means_spreads_and_paired_gains() -> None:
    shares = {"labels": (0.5, 0.7), "soft": (0.6, 0.9)}
    outcomes = [
        Outcome(terms=terms, seed=seed, accuracy=share, agreement=share)
        for terms, both in shares.items()
        for seed, share in enumerate(both)
    ]
    soft, labels = ablating.ranked(outcomes)
    assert (soft.terms, labels.terms) == ("soft", "labels")
    assert soft.accuracy == 0.75 and soft.accuracy_spread == pytest.approx(0.2121, abs=1e-4)
    assert soft.gain == pytest.approx(0.15) and soft.gain_spread == pytest.approx(0.0707, abs=1e-4)
    assert labels.gain is None and ablating.ranked(outcomes[2:])[0].gain is None


# Teacher against student


def test_both_read_one_sentence(events: list[Progress | Result]) -> None:
    last = events[-1]
    assert isinstance(last, Result)
    comparing._untrained.cache_clear()
    for student in ("", last.student_id):
        asked = compare.DEMO.request(text="The dog was good.", model="local/teacher", student=student, layer=2, head=1)
        result = comparing.run(asked)
        assert sum(result.teacher) == pytest.approx(1, abs=1e-3) and result.names == ["negative", "positive"]
        size = len(result.tokens)
        for found in (result.student_map, result.teacher_map):
            assert len(found.weights) == size and all(abs(sum(row) - 255) <= size for row in found.weights)
        assert (result.student_map.layer, result.teacher_map.layer) == (2, 4)
        assert result.similarity is not None and len(result.similarity) == 3
        assert all(-1 <= one <= 1.001 for row in result.similarity for one in row)
        assert result.trained == bool(student)
    beyond = comparing.run(asked.model_copy(update={"layer": 12, "head": 16})).student_map
    assert (beyond.layer, beyond.layers, beyond.head, beyond.heads) == (2, 2, 2, 2)
    untrained = comparing.run(asked.model_copy(update={"student": ""}))
    assert (
        untrained.similarity and untrained.similarity[0][0] == untrained.similarity[1][1] == 1.0
    )  # both begin with the teacher's first layer
    from playground.demos.distillation.compare import tab as comparing_tab

    for language in ("en", "ko"):
        for figure in comparing_tab.draw(_shown("distillation_compare", asked, result), language)[:4]:
            figure.to_json()
    for values, said in (
        ({"text": "a " * 46 + "dog " * 20}, "at most 64"),
        ({"student": "x" * 24}, "no longer here"),
    ):
        with pytest.raises(Complaint, match=said):
            comparing.run(asked.model_copy(update=values))


def test_points_are_rounded_to_what_is_shown() -> None:
    assert Point(step=1, terms={}, total=pipeline._short(0.123456)).total == 0.1235
    assert torch.tensor(pipeline._short(1234.56)).item() == 1235.0
