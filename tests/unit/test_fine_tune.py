"""Four ways to learn: the sentences, the race, what is read off it, and what is drawn."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from playground.core.labelled import sentiment
from playground.demos.fine_tune import encoders, figures, pipeline, race, tab
from playground.demos.fine_tune.data import JUDGED, labelled
from playground.demos.fine_tune.encoders import pipeline as encoders_pipeline
from playground.demos.fine_tune.encoders import tab as encoders_tab
from playground.demos.fine_tune.race import PLAN, Rates, Score, Way, complete_seeds, curves, gains, needed, plan
from playground.demos.fine_tune.schema import METHODS, SIZES, Progress, Request, Result
from playground.messages import Complaint, say
from playground.models.loading import load
from playground.models.tunable import Tunable, encoded, encoder
from playground.runs import Run, dump
from tests.unit import tiny

GOOD, BAD = ("great", "good", "best", "right"), ("bad", "down", "off", "no")
THINGS = ("dog", "cat", "bank", "river", "man", "house", "world", "state", "city", "year")


def _file(rows: int = 60) -> str:
    """Sentences that a tiny model can tell apart by one word."""
    lines = []
    for number in range(rows):
        label, words = (("good", GOOD), ("bad", BAD))[number % 2]
        thing, word = THINGS[(number // 2) % 10], words[(number // 20) % 4]
        lines.append(f"{label},the {thing} was {word} for {THINGS[(number * 7 + 3) % 10]} {number % 10}")
    return "label,sentence\n" + "\n".join(lines)


@pytest.fixture
def bert(models_folder: Path) -> str:
    tiny.save(models_folder / "bert")
    return "local/bert"


def _run(model: str, **more: Any) -> list[Progress | Result]:
    asked: dict[str, Any] = {"model": model, "labels": [8, 16], "seeds": 2, "source": "x.csv", "data": _file()}
    return list(pipeline.run(Request(**(asked | more))))


def test_the_projects_sentences_are_split_and_balanced() -> None:
    data = labelled("", "")
    assert len(data.train) == len(sentiment("train")) and len(data.test) == len(sentiment("test"))
    assert not {data.sentences[row] for row in data.train} & {data.sentences[row] for row in data.test}
    for size in SIZES:
        chosen = data.drawn(3, size)
        assert len(set(chosen)) == size and set(chosen) <= set(data.train)
        assert sum(data.labels[row] for row in chosen) == size // 2
        assert chosen == data.drawn(3, 2 * size)[:size] != data.drawn(4, size)
    assert len(data.judged(1)) == JUDGED and set(data.judged(1)) <= set(data.test)


def test_a_file_of_ones_own_is_split_without_a_rest() -> None:
    data = labelled("x.csv", _file())
    assert data.names == ("bad", "good") and len(data.test) == 15
    assert sorted(data.train + data.test) == list(range(60))
    assert {data.labels[row] for row in data.test} == {0, 1}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("good,a\nbad,b\ngood,c", "3 sentences"),
        ("\n".join(f"good,sentence {n}" for n in range(30)), "at least two different labels"),
        ("\n".join(f"{'good' if n % 2 else 'bad'},sentence {n}" for n in range(10_001)), "10,001 sentences"),
        ("\n".join(f"good,sentence {n},{n}" for n in range(30)), "3 columns"),
        ("\n".join("good,fine" for _ in range(30)) + "\nbad,poor", "“bad” 1 of them"),
        ("label,sentence", "no sentence"),
    ],
    ids=["three", "one class", "too many", "columns", "rare", "nothing"],
)
def test_what_cannot_be_learned_from_is_one_sentence(bert: str, data: str, said: str) -> None:
    with pytest.raises(Complaint, match=said) as caught:
        _run(bert, data=data)
    for language in ("en", "ko"):
        assert len(caught.value.sentence(language)) < 260 and "\n" not in caught.value.sentence(language)


def test_a_file_that_is_gone_and_korean_in_an_english_model_are_one_sentence(bert: str) -> None:
    with pytest.raises(Complaint, match=r"x\.csv is no longer here"):
        _run(bert, data="")
    korean = "\n".join(f"{'좋음' if n % 2 else '나쁨'},이 영화는 정말 {n}번 봐도 재미있어요" for n in range(30))
    with pytest.raises(Complaint, match="klue/bert-base"):
        list(pipeline.run(Request(model="bert-mini", source="x.csv", data=korean)))


def test_nothing_to_do_is_one_sentence() -> None:
    for change, said in (({"methods": []}, "at least one of the four"), ({"labels": []}, "8 to 512")):
        with pytest.raises(ValueError, match=said):
            Request(**change)  # type: ignore[arg-type]
    request = Request(labels=[64, 8, 64], methods=["full", "random"], data="x", source="y")
    assert (request.labels, request.methods) == ([8, 64], ["random", "full"])
    assert "data" not in request.model_dump()


def test_a_race_grows_is_the_same_again_and_keeps_to_its_plan(bert: str) -> None:
    first, again = _run(bert), _run(bert)
    *steps, last = first
    assert isinstance(last, Result) and last == again[-1]
    done = [step.done for step in steps if isinstance(step, Progress)]
    assert done == sorted(done) and steps[0].done == 0  # type: ignore[union-attr]
    assert done[-1] == steps[-1].total  # type: ignore[union-attr]
    sizes = [len(step.result.curves) for step in steps if isinstance(step, Progress)]
    assert sizes == sorted(sizes)
    assert {(curve.method, curve.labels) for curve in last.curves} == {(m, n) for m in METHODS for n in (8, 16)}
    assert last.seeds == 2 and all(len(curve.values) == 2 for curve in last.curves)
    assert (last.train, last.judged, last.classes, last.encoder) == (45, 15, ["bad", "good"], bert)
    assert {gain.method for gain in last.gains} == set(METHODS) - {"random"}
    other = _run(bert, seed=7)[-1]
    assert isinstance(other, Result) and other.curves != last.curves


def test_more_labels_than_there_are_is_noted(bert: str) -> None:
    last = _run(bert, labels=[8, 64, 512], seeds=1, methods=["frozen"])[-1]
    assert isinstance(last, Result)
    assert [curve.labels for curve in last.curves] == [8]
    assert [notice.key for notice in last.notices] == ["pg_note_ft_sizes"] and "64" in last.notices[0].sentence("en")
    few = _run(bert, labels=[512], seeds=1, methods=["frozen", "full"])[-1]
    assert isinstance(few, Result) and {curve.labels for curve in few.curves} == {45}


def test_frozen_features_are_computed_once_and_change_nothing(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = labelled("x.csv", _file())
    loaded = encoder(bert)
    before = {name: weight.clone() for name, weight in loaded.model.state_dict().items()}
    made = Tunable(loaded, data.names, encoded(loaded, data.sentences))
    read: list[int] = []
    states = made.states

    def counted(chosen: Any) -> Any:
        for rows, found in states(chosen):
            read.extend(rows)
            yield rows, found

    monkeypatch.setattr(made, "states", counted)
    way = Way("frozen", "frozen", made)
    scores = [score for _, score in race.race([way], data, [8, 32], range(5), Rates(1e-3, 1e-3), "mean") if score]
    assert len(scores) == 10 and sorted(read) == list(range(60))
    made.begin(0)
    for name, weight in loaded.model.base_model.named_parameters():
        assert torch.equal(weight, before[f"bert.{name}"])
        if "word_embeddings" not in name:
            assert torch.equal(dict(made.model.base_model.named_parameters())[name], weight)
    with torch.no_grad():
        inputs = loaded.tokenizer(data.sentences[0], return_tensors="pt")
        hidden = loaded.model.base_model(**inputs).last_hidden_state[0]
    assert torch.allclose(way.features[0], hidden.mean(0), atol=1e-5)
    way.features.clear()
    list(race.encode(way, [0], "cls"))
    assert torch.allclose(way.features[0], hidden[0], atol=1e-5)


def test_random_begins_with_nothing_of_the_checkpoint(bert: str) -> None:
    """Another checkpoint of the same sizes makes no difference to it, but to all others."""
    last = _run(bert, seeds=1, labels=[32])[-1]
    for weight in load(bert, "next_sentence").model.base_model.parameters():
        weight.mul_(0.3)
    other = _run(bert, seeds=1, labels=[32])[-1]
    assert isinstance(last, Result) and isinstance(other, Result)
    same = {a.method: a.values == b.values for a, b in zip(last.curves, other.curves, strict=True)}
    assert same["random"] and not all(same.values())


def test_plans_grow_with_the_labels_and_serve_any_number() -> None:
    read = [math.prod(PLAN[size]) for size in SIZES]
    assert read == sorted(read) and set(PLAN) == set(SIZES)
    assert plan(5) == PLAN[8] and plan(9) == PLAN[16] and plan(512) == PLAN[512] == plan(9000)


def test_curves_gains_and_what_is_needed() -> None:
    def score(way: str, labels: int, seed: int, accuracy: float) -> Score:
        return Score(way, labels, seed, accuracy)

    scores = [score("random", 8, seed, 0.5 + seed / 100) for seed in (1, 2, 3)]
    scores += [score("full", 8, seed, 0.6 + seed / 100) for seed in (1, 2, 3)]
    scores += [score("full", 32, seed, 0.8) for seed in (1, 2)]
    found = {(curve.method, curve.labels): curve for curve in curves(scores)}
    assert found["full", 8].accuracy == pytest.approx(0.62)
    assert found["full", 8].high == pytest.approx(0.62 + 4.303 * 0.01 / math.sqrt(3), abs=1e-4)
    [gain] = gains(scores, "random")
    assert (gain.method, gain.labels, gain.gain) == ("full", 8, 0.1)
    assert gain.low == pytest.approx(0.1) and gain.high == pytest.approx(0.1)  # seeds differ, differences do not
    labels = {one.method: one.labels for one in needed(curves(scores), 0.71)}
    assert labels["random"] is None and labels["full"] == pytest.approx(16, abs=0.1)
    assert complete_seeds(scores, 2, 1) == 1 and complete_seeds(scores[:6], 2, 1) == 3


def test_several_encoders_learn_from_the_same_sentences(bert: str, models_folder: Path) -> None:
    tiny.save(models_folder / "twin")
    request = encoders.DEMO.request.model_validate(
        {"model": bert, "other_models": ["local/twin", bert], "labels": [16], "seeds": 2, "data": _file()}
    )
    *_, last = encoders_pipeline.run(request)  # type: ignore[arg-type]
    assert isinstance(last, Result) and last.encoder == bert
    ours, twin = last.curves
    assert (ours.method, twin.method) == (bert, "local/twin") and ours.values == twin.values
    [gain] = last.gains
    assert gain.gain == 0 == gain.low == gain.high
    shown = _shown("fine_tune_encoders", request.model_dump(), last)
    for language in ("en", "ko"):
        curves_, numbers, gained = encoders_tab.draw(shown, language)
        assert [trace.name for trace in curves_.data if trace.name] == ["bert", "twin"]
        assert "local/twin" in numbers and len(gained.data) == 1


def _shown(demo: str, request: dict[str, Any], result: Any) -> Run:
    return Run(demo=demo, request=request, result=result.model_dump(), model="", device="", seconds=0)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_step_is_drawn(bert: str, language: str) -> None:
    request = Request(model=bert, labels=[8, 16], seeds=2, source="x.csv", data=_file())
    for step in _run(bert):
        result = step.result if isinstance(step, Progress) else step
        shown = _shown("fine_tune", request.model_dump(), result)
        dump(shown)
        drawn, gained, numbers = tab.draw(shown, language)
        drawn.to_json(), gained.to_json()
        assert "96.4" in numbers and "59.9" in numbers
    names = [trace.name for trace in drawn.data if trace.name]
    assert names == [say(f"pg_ft_{method}", language) for method in METHODS]
    lines = {trace.name: trace for trace in drawn.data if trace.name}
    for curve in result.curves:
        line = lines[say(f"pg_ft_{curve.method}", language)]
        assert line.y[list(line.x).index(curve.labels)] == curve.accuracy
    bands = [trace for trace in drawn.data if trace.fill == "toself"]
    assert len(bands) == 4 and numbers.count("<tr>") == 5 + 6 + 3
    assert len(gained.data) == 3 and all(len(trace.error_y.array) == 2 for trace in gained.data)
    one = figures.curves(result, {}, 0.5, language)
    assert len(one.data) == 0
