"""Distillation at its edges: files in any order, nothing to begin with, teachers that are unlike, early ends."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import DistilBertConfig, DistilBertForSequenceClassification

from playground import demo
from playground.core.student import Shape, Words, build
from playground.demos.distillation import DEMO, augment, compare, material, pipeline, race
from playground.demos.distillation.ablation import pipeline as ablating
from playground.demos.distillation.ablation.schema import Request as AblationRequest
from playground.demos.distillation.compare import pipeline as comparing
from playground.demos.distillation.schema import Gain, Progress, Request, Result
from playground.messages import Complaint
from playground.models import kept, loading
from playground.ui.long import work
from tests.unit import distilling

SENTENCES = "\n".join(
    f"the {a} of {b} is {c}" for a in ("dog", "cat") for b in ("paris", "france") for c in ("good", "not")
)


@pytest.fixture(scope="module", autouse=True)
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with distilling.models(tmp_path_factory.mktemp("models")) as root:
        yield root


def _request(**more: Any) -> Request:
    return distilling.request(SENTENCES, **({"unlabelled_source": "", "unlabelled": ""} | more))


def _last(**more: Any) -> Result:
    *_, last = pipeline.run(_request(**more))
    assert isinstance(last, Result)
    return last


# files


@pytest.mark.parametrize("count", [60, 3000])
def test_a_sorted_file_with_repeated_sentences_is_split_by_label(count: int) -> None:
    rows = [
        (label, f"{label} sentence {number % (count // 3)}")
        for label in ("negative", "positive")
        for number in range(count // 2)
    ]
    train, test = material.parts("mine.tsv", "label\tsentence\n" + "\n".join("\t".join(row) for row in rows))
    assert not set(train.sentences) & set(test.sentences)
    assert set(train.sentences) | set(test.sentences) == {text for _, text in rows}
    shares = [test.labels.count(label) for label in range(2)]
    assert shares[0] == shares[1] and sum(shares) == len(set(test.sentences)) <= 500
    again = material.parts("mine.tsv", "label\tsentence\n" + "\n".join("\t".join(row) for row in rows))
    assert again == (train, test)


def test_unlabelled_sentences_that_are_held_out_are_not_learned_from() -> None:
    _, test = material.parts("", "")
    asked = _request(unlabelled_source="mine.txt", unlabelled="\n".join([*test.sentences[:30], "the dog is good"]))
    assert material._unlabelled(asked, test) == ("the dog is good",)


# nothing to begin with


def test_a_student_of_random_weights_has_one_control() -> None:
    last = _last(start=[], batch=4, steps=5)
    assert last.control is not None and last.control.start == "random" and last.control_random is None
    assert last.begun == 0 and last.control.history[-1].step == 5
    both = _last(batch=4, steps=5)
    assert both.control and both.control_random and both.begun == 2
    assert (both.control.start, both.control_random.start) == ("same", "random")


def test_layers_of_distilbert_are_a_start_as_well() -> None:
    config = DistilBertConfig(vocab_size=60, dim=16, n_layers=4, n_heads=2, hidden_dim=32, max_position_embeddings=32)
    teacher = DistilBertForSequenceClassification(config).eval()
    words = Words([range(60)], [], 60)
    student = build(teacher, Shape(2, 16, 2, 32), [1, 3], words, 1)
    assert student.begun == 2
    theirs, ours = teacher.state_dict(), student.model.state_dict()
    for name, other in (
        ("bert.encoder.layer.1.attention.self.query.weight", "distilbert.transformer.layer.2.attention.q_lin.weight"),
        ("bert.encoder.layer.0.output.LayerNorm.bias", "distilbert.transformer.layer.0.output_layer_norm.bias"),
        (
            "bert.encoder.layer.1.attention.output.dense.weight",
            "distilbert.transformer.layer.2.attention.out_lin.weight",
        ),
        ("bert.encoder.layer.1.intermediate.dense.bias", "distilbert.transformer.layer.2.ffn.lin1.bias"),
    ):
        assert torch.equal(ours[name], theirs[other]), name
    narrow = build(teacher, Shape(2, 8, 2, 32), [1, 3], words, 1)
    assert narrow.begun == 0


# stages


def test_each_stage_alone() -> None:
    inside = _last(general=True, task=False, steps=6, batch=4)
    assert len(inside.history) == 6 and {*inside.history[-1].terms} == {"embedding", "attention", "hidden"}
    assert inside.control is not None and inside.control.history[-1].step == 6
    with pytest.raises(ValueError, match="Both stages are switched off"):
        _request(task=False)


def test_a_map_that_no_term_asks_for_does_not_matter() -> None:
    assert _last(layer_map=[1], steps=5, batch=4).history
    with pytest.raises(ValueError, match="layers"):
        _request(layer_map=[1], hidden=1.0)


# numbers and their intervals


def test_the_gain_is_over_the_first_control_sentence_by_sentence() -> None:
    def shown(right: str, control: str) -> Gain:
        asked = _request(steps=5, batch=4)
        flags = (torch.tensor([mark == "+" for mark in marks * 10]) for marks in (right, control))
        here = race.Race(asked)
        here.lessons = replace(here.lessons, texts=list(range(40)))
        return here.gain(*flags)

    same = shown("++--", "++--")
    assert (same.points, same.low, same.high) == (0, 0, 0)
    ahead = shown("+++-", "++--")  # right on a quarter more, wrong on none
    exact = 1.96 * 100 * math.sqrt(0.25 * 0.75 / 40)
    assert ahead.points == 25 and ahead.low == pytest.approx(25 - exact, abs=3) and ahead.high < 25 + exact + 3
    swapped = shown("++--", "--++")
    assert swapped.points == 0 and swapped.low < -20 and swapped.high > 20
    last = _last(steps=5, batch=4)
    assert last.gain and last.student and last.control
    points = 100 * (last.student.accuracy - last.control.accuracy)
    assert last.gain.points == pytest.approx(points, abs=0.02) and last.gain.low <= last.gain.points <= last.gain.high
    assert _last(steps=5, batch=4, controls=False).gain is None


# the first moment


def test_a_run_says_that_it_begins_before_anything_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    def heavy(*_: Any) -> None:
        raise AssertionError("loaded before the first word")

    monkeypatch.setattr(race, "load", heavy)
    monkeypatch.setattr(augment, "load", heavy)
    for more, total in (({}, 15), ({"controls": False}, 5), ({"start": []}, 10), ({"general": True}, 21)):
        first = next(pipeline.run(_request(steps=5, batch=4, augment=True, **more)))
        assert type(first) is demo.Progress and (first.done, first.total) == (0, total)
    alone = next(pipeline.run(_request(steps=5, batch=4, general=True, task=False, controls=False)))
    assert type(alone) is demo.Progress and alone.total == 5


def test_words_are_replaced_step_by_step_and_once() -> None:
    augment._replaced.cache_clear()
    asked = _request(steps=5, batch=4, augment=True)
    steps = sum(1 for _ in material.prepared(asked))
    batches = math.ceil(len(material.parts("", "")[0].sentences) / 64)
    assert steps == 1 + batches
    material.lessons(asked, loading.load("local/teacher", "sequence_classification"))
    assert augment._replaced.cache_info().misses == batches


# the card


def test_the_card_tells_each_stage_and_when_it_was_measured() -> None:
    last = _last(steps=6, batch=4, controls=False, general=True, augment=True, attention=1.0)
    said = (kept.folder(last.student_id) / "README.md").read_text()
    assert "After 9 steps, on 330 held-out sentences:" in said and "9 of 9 steps of 4 sentences" in said
    assert "General stage, 3 steps: embeddings, attention scores and hidden states of local/general" in said
    assert "Task, 6 steps: loss soft 5, hard 2, cosine 1, attention 1; temperature 2; its layers imitate" in said
    assert last.material and f"{last.material.augmented} augmented" in said
    alone = _last(steps=6, batch=4, controls=False, general=True, task=False, layers=1, start=[4], layer_map=[4])
    said = (kept.folder(alone.student_id) / "README.md").read_text()
    assert "soft" not in said and "1 layer, width" in said and "began as layer 4 of" in said
    going = pipeline.run(_request(steps=200, batch=4))
    assert any(isinstance(event, Progress) and event.result.student_id for event in going)
    going.close()  # type: ignore[attr-defined]
    [early] = [path for path in kept._ROOT.glob("*/README.md") if "Stopped after" in path.read_text()]
    assert "| model |" not in early.read_text() and "of 200 steps" in early.read_text()


def test_a_stage_alone_needs_no_weights_of_the_other() -> None:
    none = dict.fromkeys(("soft", "hard", "cosine"), 0.0)
    assert _last(steps=5, batch=4, controls=False, general=True, task=False, **none).history
    with pytest.raises(ValueError, match="No term of the loss"):
        _request(general=True, **none)


def test_a_request_that_turns_out_to_be_impossible_leaves_the_former_result() -> None:
    events = work(DEMO, _request(steps=5, batch=4, hidden=1.0, layer_map=[2, 9]))
    first = next(events)
    assert first.run is None
    with pytest.raises(ValueError, match="no layer 9"):
        for event in events:
            assert event.run is None


# the student and who taught it


def test_the_student_is_there_whenever_its_name_is() -> None:
    seen = 0
    for event in list(pipeline.run(_request(steps=12, batch=4)))[1:]:
        assert isinstance(event, Progress | Result)
        if name := event.result.student_id if isinstance(event, Progress) else event.student_id:
            seen += 1
            assert kept.folder(name).is_dir()
    assert seen > 3


def test_a_run_that_ends_before_it_is_judged_keeps_its_student() -> None:
    going = pipeline.run(_request(steps=200, batch=4))
    next(going)
    for event in going:
        assert isinstance(event, Progress)
        if event.result.student_id:
            break
    assert event.result.student is None
    going.close()  # type: ignore[attr-defined]
    assert kept.opened(event.result.student_id).config.layer_map == [2, 4]


def test_another_teacher_is_refused_and_the_layers_are_those_that_were_paired(teacher: Path) -> None:
    distilling.save_teacher(teacher / "other")
    last = _last(steps=5, batch=4, start=[1, 2], layer_map=[1, 4], hidden=1.0)
    asked = {"text": "The dog was good.", "student": last.student_id, "layer": 1}
    result = comparing.run(compare.DEMO.request(model="local/teacher", **asked))
    assert (result.student_map.layer, result.teacher_map.layer) == (1, 1)
    with pytest.raises(Complaint, match="was not taught by local/other"):
        comparing.run(compare.DEMO.request(model="local/other", **asked))
    short = comparing.run(compare.DEMO.request(model="local/teacher", **(asked | {"text": "dog"})))
    assert short.similarity is None


def test_a_link_to_the_comparison_names_the_teacher() -> None:
    last = _last(steps=5, batch=4)
    from playground.demos.distillation.verdict import verdict

    assert verdict(last, "local/teacher", "en") != verdict(last, "bert-mini-sentiment", "en")


# the teacher's answers


def test_all_sets_of_terms_ask_the_teacher_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = distilling.counted(monkeypatch)
    asked = AblationRequest(
        model="local/teacher", sets=["soft", "distilbert", "tinybert"], layers=2, steps=5, batch=4, seeds=1
    )
    list(ablating.run(asked))
    assert len(made) == 1 and 0 < made[0].used <= made[0].most + 4 * 2 * made[0].computed
