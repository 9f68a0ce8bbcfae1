"""Distillation at its edges: files in any order, nothing to begin with, teachers that are unlike, early ends."""

import html
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import DistilBertConfig, DistilBertForSequenceClassification

from playground.core.student import Shape, Words, build
from playground.demos.distillation import augment, choosing, compare, material, pipeline, presets, race, tab
from playground.demos.distillation.ablation import pipeline as ablating
from playground.demos.distillation.ablation.schema import Request as AblationRequest
from playground.demos.distillation.compare import pipeline as comparing
from playground.demos.distillation.schema import TEACHER, Gain, Progress, Request, Result
from playground.messages import Complaint
from playground.models import kept, loading
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
        assert isinstance(first, Progress) and (first.done, first.total) == (0, total)
    alone = next(pipeline.run(_request(steps=5, batch=4, general=True, task=False, start=[])))
    assert isinstance(alone, Progress) and alone.total == 10


def test_words_are_replaced_step_by_step_and_once() -> None:
    augment._replaced.cache_clear()
    asked = _request(steps=5, batch=4, augment=True)
    steps = sum(1 for _ in material.prepared(asked))
    batches = math.ceil(len(material.parts("", "")[0].sentences) / 64)
    assert steps == 1 + batches
    material.lessons(asked, loading.load("local/teacher", "sequence_classification"))
    assert augment._replaced.cache_info().misses == batches


# the student and who taught it


def test_the_student_is_there_whenever_its_name_is() -> None:
    seen = 0
    for event in pipeline.run(_request(steps=12, batch=4)):
        if name := event.result.student_id if isinstance(event, Progress) else event.student_id:
            seen += 1
            assert kept.folder(name).is_dir()
    assert seen > 3


def test_a_run_that_ends_before_it_is_judged_keeps_its_student() -> None:
    going = pipeline.run(_request(steps=200, batch=4))
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


# the screen


def test_what_is_known_of_a_teacher_without_loading_it(teacher: Path) -> None:
    for model in ("bert-mini", "bert-mini-sentiment"):
        assert choosing.sizes_of(model) == choosing.Sizes(6, 384, 12, 1536)
    assert choosing.sizes_of("local/teacher") == choosing.Sizes(4, 16, 2, 32)
    assert choosing.sizes_of("nobody/knows") == choosing.Sizes(12, 768, 12, 3072)
    assert tab.refilled(2.0, "local/teacher", [1, 2, 3]) == ([1, 3], [2, 4])
    assert tab.refilled(3.0, "bert-mini", []) == ([], [2, 4, 6])
    assert "nobody/knows" in tab.count("nobody/knows", 3, 384, 12, 1536, "en")


@pytest.mark.parametrize("model", [TEACHER, "local/teacher"])
@pytest.mark.parametrize("rule", [presets.distilbert, presets.tinybert])
def test_a_preset_is_in_proportion_to_its_teacher_and_can_be_run(
    model: str, rule: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if model == TEACHER:
        monkeypatch.setattr(race, "GENERAL_TEACHER", "bert-mini")
    of = choosing.sizes_of(model)
    values = rule(of)
    asked = Request(model=model, **values)
    race.check(asked, loading.load(model, "sequence_classification"))
    moved = {name: tab._SIZES[name] for name in ("layers", "width", "heads", "ffn")}
    for name, (low, high, step) in moved.items():  # the sliders can stand there
        assert low <= values[name] <= high and (values[name] - low) % step == 0, name
    share = {presets.distilbert: (2, 1.0), presets.tinybert: (3, 312 / 768)}[rule]
    assert asked.layers == max(1, of.layers // share[0]) and abs(asked.width - of.width * share[1]) < 12


def test_presets_stay_within_what_is_offered() -> None:
    huge = choosing.Sizes(48, 1600, 25, 6400)
    for rule in (presets.distilbert, presets.tinybert):
        values = rule(huge)
        assert all(values[name] <= tab._SIZES[name][1] for name in tab._SIZES)
        assert len(values["layer_map"]) == values["layers"] and max(values["layer_map"]) <= 48


@pytest.mark.parametrize(
    ("start", "layer_map", "said"),
    [
        ([1, 3], [2, 4], ["every other layer", "uniformly", "what 2 of the teacher's do"]),
        ([], [3, 4], ["at random", "the top", "first 3 do"]),
        ([1, 4], [1, 4], ["layers of your choice", "layer 2 has the longest way, 3 of"]),
    ],
)
def test_what_pairs_of_layers_mean(start: list[int], layer_map: list[int], said: list[str]) -> None:
    shown = html.unescape(tab.link("local/teacher", 2.0, start, layer_map, 1.0, 0.0, False, "en"))
    assert all(part in shown for part in said)
    rows = [re.findall("<td[^>]*>([^<]*)</td>", row)[1:] for row in shown.split("</tr>")]
    expected = [[str(1 + own.index(n)) if n in own else "·" for n in range(1, 5)] for own in (start, layer_map) if own]
    assert [row for row in rows if row] == expected
    unused = tab.link("local/teacher", 2.0, start, layer_map, 0.0, 0.0, False, "en")
    assert "Nothing imitates layers now" in unused


@pytest.mark.parametrize(
    ("layer_map", "said"),
    [
        ("1, x", "“1, x” names no layers: write their numbers"),
        ([1], "1 layers of the teacher are named for 2"),
        ([2, 9], "no layer 9: its layers run from 1 to 4"),
        ([0, 1], "no layer 0"),
        ([], "0 layers of the teacher are named for 2"),
        ([3, 1], "not in ascending order"),
    ],
)
def test_what_makes_no_pairs_is_one_sentence(layer_map: Any, said: str) -> None:
    shown = tab.link("local/teacher", 2.0, [1, 3], layer_map, 1.0, 0.0, False, "en")
    assert said in html.unescape(shown) and "<table" not in shown
    with pytest.raises(ValueError, match=said):
        _last(layer_map=layer_map, attention=1.0)


def test_an_encoder_as_deep_as_its_teacher_imitates_layer_by_layer() -> None:
    every = [1, 2, 3, 4]
    assert "imitates its own" in tab.link("local/teacher", 4, every, every, 0.0, 1.0, False, "en")


# the teacher's answers


def test_all_sets_of_terms_ask_the_teacher_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = distilling.counted(monkeypatch)
    asked = AblationRequest(
        model="local/teacher", sets=["soft", "distilbert", "tinybert"], layers=2, steps=5, batch=4, seeds=1
    )
    list(ablating.run(asked))
    assert len(made) == 1 and 0 < made[0].used <= made[0].most + 4 * 2 * made[0].computed
