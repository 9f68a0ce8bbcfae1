"""Four ways to learn: the race, what is read off it, and what is drawn."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from scipy.stats import ttest_1samp

from playground.core import tuning
from playground.core.seeds import crossing
from playground.demos.fine_tune import encoders, figures, pipeline, race, ready, tab
from playground.demos.fine_tune.data import Data, labelled
from playground.demos.fine_tune.encoders import pipeline as encoders_pipeline
from playground.demos.fine_tune.encoders import tab as encoders_tab
from playground.demos.fine_tune.race import PLAN, RANDOM_PLAN, Rates, Score, Way, plan
from playground.demos.fine_tune.schema import METHODS, SIZES, Method, Pooling, Progress, Request, Result
from playground.demos.fine_tune.summary import complete_seeds, curves, diverged, gains, needed
from playground.messages import say
from playground.models.loading import load
from playground.models.tunable import Tunable, encoded, encoder
from playground.runs import Run, complaint_of, dump
from tests.unit import tiny

GOOD, BAD = ("great", "good", "best", "right"), ("bad", "down", "off", "no")
THINGS = ("dog", "cat", "bank", "river", "man", "house", "world", "state", "city", "year")


def _file(rows: int = 60) -> str:
    """Sentences that a tiny model can tell apart by one word."""
    lines = []
    for number in range(rows):
        label, words = (("good", GOOD), ("bad", BAD))[number % 2]
        thing, word = THINGS[(number // 2) % 10], words[(number // 20) % 4]
        lines.append(f"{label},the {thing} was {word} for {THINGS[(number * 7 + 3) % 10]} {THINGS[number // 80 % 10]}")
    return "label,sentence\n" + "\n".join(lines)


@pytest.fixture
def bert(models_folder: Path) -> str:
    tiny.save(models_folder / "bert")
    return "local/bert"


def _run(model: str, **more: Any) -> list[Progress | Result]:
    asked: dict[str, Any] = {"model": model, "labels": [8, 16], "seeds": 2, "source": "x.csv", "data": _file()}
    return list(pipeline.run(Request(**(asked | more))))


def test_nothing_to_do_is_one_sentence() -> None:
    for change, said in (({"methods": []}, "at least one of the four"), ({"labels": []}, "8 to 512")):
        with pytest.raises(ValueError, match=said):
            Request(**change)  # type: ignore[arg-type]
    with pytest.raises(ValidationError) as wrong:
        Request(learning_rate=-1)
    assert complaint_of(wrong.value).sentence("en") == "learning_rate is -1; it must be above 0."
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
    assert (last.train, last.judged, last.classes, last.encoder) == (46, 14, ["bad", "good"], bert)
    assert all((curve.loss is None) == (curve.method == "frozen") for curve in last.curves)
    given = {plan.method: plan for plan in last.plans}
    assert set(given) == set(METHODS) - {"frozen"} and given["random"].steps > given["full"].steps
    assert [(one.learning_rate, one.head_rate) for one in last.plans] == [(1e-4, 1e-4), (3e-4, 3e-4), (3e-4, 1e-3)]
    assert {gain.method for gain in last.gains} == set(METHODS) - {"random"}
    other = _run(bert, seed=7)[-1]
    assert isinstance(other, Result) and other.curves != last.curves


def test_more_labels_than_there_are_is_noted(bert: str) -> None:
    last = _run(bert, labels=[8, 64, 512], seeds=1, methods=["frozen"])[-1]
    assert isinstance(last, Result)
    assert [curve.labels for curve in last.curves] == [8]
    assert [notice.key for notice in last.notices] == ["pg_note_ft_sizes"] and "64" in last.notices[0].sentence("en")
    few = _run(bert, labels=[512], seeds=1, methods=["frozen", "full"])[-1]
    assert isinstance(few, Result) and {curve.labels for curve in few.curves} == {46}


def _scores(made: Tunable, data: Data, method: Method, sizes: list[int], seeds: range) -> list[Score]:
    raced = race.race([Way(method, method, made)], data, sizes, seeds, Rates(1e-2, 1e-2, 1e-2), "mean")
    return [score for _, score in raced if score]


def test_the_frozen_way_changes_no_weight_to_the_bit_and_others_do(bert: str) -> None:
    data, loaded = labelled("x.csv", _file()), encoder(bert)
    checkpoint = {name: weight.clone() for name, weight in loaded.model.base_model.named_parameters()}
    made = Tunable(loaded, data.names, encoded(loaded, data.sentences))
    prefix = f"{made.model.base_model_prefix}."

    def changed() -> set[str]:
        """What the classifier holds now; nothing is put back before it is looked at."""
        found = set()
        for name, weight in made.model.base_model.named_parameters():
            wanted = checkpoint[name]
            if "word_embeddings" in name:
                wanted = wanted[made.texts.used]
            if not torch.equal(weight, wanted):
                found.add(name)
        return found

    with torch.no_grad():  # as another way would have left them
        for weight in made.model.parameters():
            weight.add_(1)
    assert len(_scores(made, data, "frozen", [8, 32], range(3))) == 6
    assert not changed()
    trained = {name.removeprefix(prefix) for name, _ in made.model.named_parameters()} & set(checkpoint)
    for method in ("full", "two_rates", "random"):
        _scores(made, data, method, [8], range(1))
        assert changed() >= {name for name in trained if "LayerNorm.weight" not in name}, method
    assert all(torch.equal(weight, checkpoint[name]) for name, weight in loaded.model.base_model.named_parameters())


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_each_sentence_that_is_needed_is_encoded_once(bert: str, pooling: Pooling) -> None:
    """Its feature is what the checkpoint says of it alone."""
    data, loaded = labelled("x.csv", _file(400)), encoder(bert)
    made = Tunable(loaded, data.names, encoded(loaded, data.sentences))
    read = []
    made.model.base_model.register_forward_hook(
        lambda _, __, asked, out: read.append((len(asked["input_ids"]), out.hidden_states)), with_kwargs=True
    )
    way, seeds = Way("frozen", "frozen", made), range(2)
    list(race.race([way], data, [8, 32], seeds, Rates(1e-3, 1e-3, 1e-3), pooling))
    wanted = {row for seed in seeds for row in (*data.drawn(seed, 32), *data.judged(seed))}
    assert set(way.features) == wanted and sum(count for count, _ in read) == len(wanted) < 300
    assert all(hidden is None for _, hidden in read)  # of the other layers nothing is kept
    for row in sorted(wanted)[:20]:
        inputs = loaded.tokenizer(data.sentences[row], return_tensors="pt")
        with torch.no_grad():
            hidden = loaded.model.base_model(**inputs).last_hidden_state[0]
        assert torch.allclose(way.features[row], hidden.mean(0) if pooling == "mean" else hidden[0], atol=1e-5)
        assert way.features[row].untyped_storage().nbytes() < 100 * way.features[row].nbytes


def test_a_run_that_diverges_is_marked_and_in_no_mean(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    learn = race.learn

    def broken(*values: Any) -> Any:
        for step, found in enumerate(learn(*values)):
            if values[3].learning_rate == 3e-4 and values[4] == 2 and step == 3:
                raise tuning.Diverged(step)
            yield found

    monkeypatch.setattr(race, "learn", broken)
    *steps, last = _run(bert, methods=["random", "full"], labels=[8])
    assert isinstance(last, Result) and isinstance(steps[-1], Progress) and steps[-1].done == steps[-1].total
    random, full = last.curves
    assert (random.diverged, len(random.values), full.diverged, len(full.values)) == (0, 2, 1, 1)
    assert full.accuracy == full.values[0] and [gain.low for gain in last.gains] == [None]
    assert [notice.key for notice in last.notices] == ["pg_note_ft_diverged"]
    assert "In 1 of 4 runs" in last.notices[0].sentence("en")
    none = [Score("full", 8, seed, None) for seed in (1, 2)]
    assert curves(none)[0].accuracy is None and needed(none, 0.5, 1)[0].labels is None and diverged(none)
    lost = last.model_copy(update={"curves": curves(none)})
    for language in ("en", "ko"):
        drawn, _, numbers = tab.draw(_shown("fine_tune", Request(model=bert).model_dump(), lost), language)
        [mark] = [trace for trace in drawn.data if trace.name == say("pg_ft_diverged", language)]
        assert list(mark.x) == [8] and list(mark.customdata[0][1:]) == [2, 2] and mark.name in numbers


def test_random_begins_with_nothing_of_the_checkpoint(bert: str) -> None:
    """Another checkpoint of the same sizes makes no difference to it, but to all others."""
    last = _run(bert, seeds=1, labels=[32])[-1]
    for weight in load(bert, "next_sentence").model.base_model.parameters():
        weight.mul_(0.3)
    other = _run(bert, seeds=1, labels=[32])[-1]
    assert isinstance(last, Result) and isinstance(other, Result)
    same = {a.method: a.values == b.values for a, b in zip(last.curves, other.curves, strict=True)}
    assert same["random"] and not all(same.values())


@pytest.mark.parametrize(
    ("seeds", "steps"),
    [
        (3, PLAN[32][1]),  # no more than fine-tuning takes
        pytest.param(
            10,
            RANDOM_PLAN[32][1],
            marks=pytest.mark.skipif(not os.environ.get("PLAYGROUND_LONG_TESTS"), reason="it trains for minutes"),
        ),
    ],
)
def test_what_was_read_before_beats_a_random_start_at_32_labels(
    seeds: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the project's sentences, judged by all that are held out; seed by seed, with an interval that excludes 0."""
    monkeypatch.setitem(RANDOM_PLAN, 32, (16, steps))
    monkeypatch.setattr(Data, "judged", lambda data, seed: data.test)
    data = labelled("", "")
    made = ready.classifier("bert-mini", data)
    ways = [Way("random", "random", made), Way("frozen", "frozen", made)]
    raced = race.race(ways, data, [32], range(1, seeds + 1), Rates(3e-4, 1e-3, 1e-4), "mean")
    scores = [score for _, score in raced if score]
    [gain] = gains(scores, "random")
    by = {(score.way, score.seed): score.accuracy for score in scores}
    differences = [by["frozen", seed] - by["random", seed] for seed in range(1, seeds + 1)]  # type: ignore[operator]
    wanted = ttest_1samp(differences, 0).confidence_interval()
    assert (gain.low, gain.high) == pytest.approx((wanted.low, wanted.high), abs=1e-3)
    assert gain.low is not None and gain.low > 0, gain


def test_plans_grow_with_the_labels_and_serve_any_number() -> None:
    for method, own in (("full", PLAN), ("random", RANDOM_PLAN)):
        read = [math.prod(own[size]) for size in SIZES]
        assert read == sorted(read) and set(own) == set(SIZES)
        assert all(batch <= size for size, (batch, _) in own.items())
        assert plan(5, method) == own[8] and plan(9, method) == own[16]  # type: ignore[arg-type]
        assert plan(512, method) == own[512] == plan(9000, method)  # type: ignore[arg-type]
    for size in SIZES:
        assert math.prod(RANDOM_PLAN[size]) >= 2 * math.prod(PLAN[size])


def test_how_far_a_loss_came_is_that_of_its_last_steps(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    learn, seen = race.learn, dict[tuple[int, int], list[float]]()

    def watched(*values: Any) -> Any:
        own = seen.setdefault((len(values[2]), values[4]), [])
        for loss, tokens in learn(*values):
            own.append(loss)
            yield loss, tokens

    monkeypatch.setattr(race, "learn", watched)
    last = _run(bert, methods=["random"])[-1]
    assert isinstance(last, Result)
    for curve in last.curves:
        ends = [
            sum(own[-(len(own) // 4 + 1) :]) / (len(own) // 4 + 1)
            for (size, _), own in seen.items()
            if size == curve.labels
        ]
        assert len(ends) == 2 and curve.loss == pytest.approx(sum(ends) / 2, abs=1e-4)


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
    assert complete_seeds(scores, 2, 1) == 1 and complete_seeds(scores[:6], 2, 1) == 3


def test_the_labels_that_are_needed_are_each_seeds_own() -> None:
    heights = {1: (0.5, 0.6, 0.8), 2: (0.5, 0.9, 0.9), 3: (0.75, 0.6, 0.9), 4: (0.5, 0.5, 0.5)}
    sizes = (8, 32, 128)
    scores = [Score("full", *pair) for seed, line in heights.items() for pair in _pairs(sizes, seed, line)]
    [one] = needed(scores, 0.7, 3)
    own = [crossing(sizes, line, 0.7) for line in heights.values()]
    assert own == [pytest.approx(64), pytest.approx(16), 8.0, None]
    assert (one.least, one.most, one.reached, one.seeds) == (8, 64, 3, 4)
    assert one.labels == pytest.approx(40)  # the median of 8, 16, 64, and never
    assert needed(scores, 0.85, 3)[0].labels is None  # two of four never do
    never = needed([Score("full", *pair) for pair in _pairs(sizes, 4, heights[4])], 0.7, 3)[0]
    assert never.labels is None and (never.reached, never.seeds) == (0, 1)
    half = needed(scores[:-1], 0.7, 3)[0]  # the last seed is not done yet
    assert (half.reached, half.seeds) == (3, 3) and half.labels == 16
    assert needed(scores[:2], 0.7, 3)[0].seeds == 0  # nor is the first one


def _pairs(sizes: Sequence[int], seed: int, line: Sequence[float]) -> list[tuple[int, int, float]]:
    return [(size, seed, value) for size, value in zip(sizes, line, strict=True)]


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
    *steps, last = _run(bert)
    for step in (*steps[::25], last):
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
    assert len(bands) == 4 and numbers.count("<tr>") == 5 + 4 + 6 + 3
    assert len(gained.data) == 3 and all(len(trace.error_y.array) == 2 for trace in gained.data)
    one = figures.curves(result, {}, 0.5, language)
    assert len(one.data) == 0


def test_what_is_not_there_yet_has_no_axes_and_one_seed_no_interval() -> None:
    names = {"random": "random", "full": "full"}
    scores = [Score("random", 8, 1, 0.5)]
    first = Result(curves=curves(scores), gains=gains(scores, "random"), judged=120)
    for result in (Result(), first):
        drawn = figures.gains(result, names, "en")
        assert not drawn.layout.xaxis.visible and not drawn.layout.yaxis.visible
        assert "shown when two ways are done" in drawn.layout.title.text
    scores.append(Score("full", 8, 1, 0.7))
    one = Result(curves=curves(scores), gains=gains(scores, "random"), judged=120)
    for drawn in (figures.curves(one, names, 0.65, "en"), figures.gains(one, names, "en")):
        assert "one seed has no interval" in drawn.layout.title.text
        low, high = drawn.layout.xaxis.range  # the only number of labels is in the middle
        assert low < math.log10(8) < high and low + high == pytest.approx(2 * math.log10(8))
        assert drawn.layout.xaxis.visible is not False and drawn.layout.yaxis.visible is not False
    one.train = 9
    said = tab.said_of(one, names, 0.65, "en", "Way")
    assert "cover the luck" not in said and "may cross the line by luck" in said
    scores += [Score("random", 8, 2, 0.6), Score("full", 8, 2, 0.7)]
    two = Result(
        curves=curves(scores), gains=gains(scores, "random"), needed=needed(scores, 0.65, 1), judged=120, train=9
    )
    assert "95% interval" in figures.curves(two, names, 0.65, "en").layout.title.text
    said = tab.said_of(two, names, 0.65, "en", "Encoder")
    assert "cover the luck" in said and "<th>Encoder</th>" in said
    assert "≤ 8, 2/2" in said and "–, 0/2" in said
