"""Curves over examples, examples left out, several models, and the command that measures: against plain forwards."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from transformers import GPT2Config, GPT2LMHeadModel

from playground.core.decoder import Decoder, parameters
from playground.core.intervals import crossed
from playground.core.prompts import PATTERNS, Example, prompt
from playground.demos.few_shot import DEMO
from playground.demos.few_shot import measured as measuring
from playground.demos.few_shot.curve import figures as curve_figures
from playground.demos.few_shot.curve import pipeline as curve
from playground.demos.few_shot.curve import tab as curve_tab
from playground.demos.few_shot.curve.runs import Examiner, Queries, orders_of, relabelled, shown
from playground.demos.few_shot.curve.schema import KINDS, SHOTS, Point, Progress
from playground.demos.few_shot.curve.schema import Request as CurveRequest
from playground.demos.few_shot.curve.schema import Result as CurveResult
from playground.demos.few_shot.leave_out import pipeline as leave_out
from playground.demos.few_shot.leave_out import tab as leave_out_tab
from playground.demos.few_shot.leave_out.schema import Request as LeaveOutRequest
from playground.demos.few_shot.schema import MODEL as QUOTED
from playground.demos.few_shot.schema import Shot
from playground.demos.few_shot.sizes import pipeline as sizes
from playground.demos.few_shot.sizes import tab as sizes_tab
from playground.demos.few_shot.sizes.schema import Request as SizesRequest
from playground.demos.few_shot.sizes.schema import Result as SizesResult
from playground.demos.few_shot.tasks import draw, find, tasks
from playground.messages import Complaint
from playground.runs import complaint_of
from playground.ui.lanes import call
from playground.ui.long import work
from tests.unit.few_shot import MODEL, SMALL, alone, languages, model, models, run_of, shares

__all__ = ["models"]


def _curve(**changes: Any) -> list[Any]:
    values: dict[str, Any] = {"task": "made_up", "queries": 8, "draws": 1, "orders": 1, "model": MODEL}
    return list(curve.run(CurveRequest(**(values | changes))))


# the curve


@pytest.mark.parametrize(("name", "shots"), [("made_up", 4), ("addition", 2), ("odd_one_out", 3), ("past_tense", 0)])
def test_answers_are_those_of_one_forward_a_label(name: str, shots: int) -> None:
    bundled = find(name)
    queries = Queries.of(bundled, 10)
    examples = shown(bundled, shots, 1, 0, int(shots > 1))
    *_, found = Examiner(model(), "colon", queries).answers(examples)
    for right, row, labels in zip(found, queries.asked, queries.labels, strict=True):
        scores = alone(prompt(examples, row.input, PATTERNS["colon"]), labels)
        assert bool(right) == (labels[int(np.argmax(scores))] == row.label)
    assert queries.chance == pytest.approx(np.mean([1 / len(labels) for labels in queries.labels]))


def test_progress_only_grows_and_ends_with_every_point() -> None:
    *steps, last = _curve(labels=["shuffled", "right"], draws=2, orders=2)
    done = [step.done for step in steps]
    assert done == sorted(done) and done[-1] == steps[-1].total == 1 + 2 * 2 * (6 + 5)
    counts = [len(step.result.points) for step in steps if isinstance(step, Progress)]
    assert counts == sorted(counts)
    assert [(point.labels, point.shots) for point in last.points] == [
        (kind, shots) for kind in ("right", "shuffled") for shots in SHOTS
    ]
    for point in last.points:
        assert point.runs == {0: 1, 1: 2}.get(point.shots, 4) and point.of == 8 * point.runs
        assert point.accuracy == pytest.approx(point.right / point.of, abs=1e-4)
        assert point.low <= point.accuracy <= point.high
    without = [point for point in last.points if point.shots == 0]
    assert without[0].model_dump() | {"labels": ""} == without[1].model_dump() | {"labels": ""}
    assert last.chance == 0.5 and last.majority == 0.5 and last.runs == 4
    assert _curve(task="plural")[-1].majority is None


def test_no_prompt_is_asked_twice_in_a_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Example, ...]] = []
    answers = Examiner.answers

    def noted(self: Examiner, examples: list[Example]) -> Any:
        asked.append(tuple(examples))
        return answers(self, examples)

    monkeypatch.setattr(Examiner, "answers", noted)
    last = _curve(draws=2, orders=4, seed=7)[-1]
    assert len(set(asked)) == len(asked) == 1 + 2 * (1 + 2 + 4 * 4)
    assert [point.runs for point in last.points] == [1, 2, 4, 8, 8, 8, 8]


def test_the_band_draws_draws_and_queries_and_averages_orders() -> None:
    rng = np.random.default_rng(3)
    # Three draws of two orders that agree: as sure as three runs, not as six.
    draws = {number: [rng.random(20) < share] * 2 for number, share in enumerate((0.2, 0.5, 0.9))}
    draws[2][1] = rng.random(20) < 0.9
    [point] = curve._points({("right", 2): draws}, {("right", 2): [0] * 6})
    means = []
    for _ in range(4000):
        drawn, cases = rng.integers(3, size=3), rng.integers(20, size=20)
        means.append(np.mean([[np.mean([order[case] for order in draws[one]]) for case in cases] for one in drawn]))
    assert (point.low, point.high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.03)
    rows = np.concatenate(list(draws.values()))
    assert (point.runs, point.of, point.right) == (6, 120, int(rows.sum()))
    low, high = crossed(rows)
    assert point.high - point.low > 1.1 * (high - low)
    # The same answers in another order make nothing surer.
    once = {number: orders[:1] for number, orders in draws.items()}
    twice = {number: orders[:1] * 2 for number, orders in draws.items()}
    [one], [two] = (curve._points({("right", 2): each}, {("right", 2): [0]}) for each in (once, twice))
    assert (one.low, one.high, one.accuracy) == (two.low, two.high, two.accuracy) and two.of == 2 * one.of


def test_a_seed_gives_the_same_curve_and_another_one_others() -> None:
    one, again, other = (_curve(task="topic", queries=24, seed=seed)[-1] for seed in (3, 3, 4))
    assert one == again != other


def test_a_run_can_be_cancelled_between_forwards() -> None:
    steps = curve.run(CurveRequest(task="topic", model=MODEL))
    for _ in range(5):
        step = next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert isinstance(step, Progress) and step.done < step.total


def test_more_shots_add_examples_and_orders_only_reorder_them() -> None:
    for name in ("sentiment", "french"):
        bundled = find(name)
        assert shown(bundled, 16, 1, 0, 0)[:4] == shown(bundled, 4, 1, 0, 0)
        one, other = shown(bundled, 8, 1, 0, 0), shown(bundled, 8, 1, 0, 2)
        assert sorted(one) == sorted(other) and one != other
        assert sorted(shown(bundled, 8, 1, 1, 0)) != sorted(one)
        assert not {row.input for row in shown(bundled, 32, 1, 0, 0)} & {row.input for row in bundled.queries}
        for shots, most in ((0, 1), (1, 1), (2, 2), (3, 4), (32, 4)):
            assert orders_of(shots, 4) == most
            assert len({tuple(shown(bundled, shots, 1, 0, order)) for order in range(most)}) == most
        with pytest.raises(ValueError, match="2 examples have no order 2"):
            shown(bundled, 2, 1, 0, 2)


@pytest.mark.parametrize("name", list(tasks()))
def test_flipped_labels_are_wrong_and_shuffled_ones_are_by_lot(name: str) -> None:
    bundled, rng = find(name), np.random.default_rng(1)
    examples = list(bundled.pool[:32])
    flipped = relabelled(bundled, examples, "flipped", rng)
    shuffled = relabelled(bundled, examples, "shuffled", rng)
    assert [row.input for row in flipped] == [row.input for row in shuffled] == [row.input for row in examples]
    closed = bool(bundled.task.labels) or name in ("odd_one_out", "larger")
    assert all(one.label != other.label for one, other in zip(flipped, examples, strict=True))
    for seed in range(20):
        drawn = draw(bundled, 32, seed)
        wrong = relabelled(bundled, drawn, "flipped", rng)
        assert not any(one.label == other.label for one, other in zip(wrong, drawn, strict=True))
    if not closed:
        assert sorted(row.label for row in shuffled) == sorted(row.label for row in examples)
    assert 0 < np.mean([one.label != other.label for one, other in zip(shuffled, examples, strict=True)]) <= 1
    assert relabelled(bundled, examples, "right", rng) == examples


def test_examples_that_do_not_fit_are_counted() -> None:
    last = _curve(task="sentiment", model=SMALL)[-1]
    dropped = [point.dropped for point in last.points]
    assert dropped[:3] == [0, 0, 0] and dropped[-1] > 10
    first = next(point.shots for point in last.points if point.dropped)
    assert (
        f"From {first} examples on not all fit"
        in curve_tab.draw(run_of("few_shot_curve", CurveRequest(model=SMALL), last), "en")[1]
    )


def _point(shots: int, accuracy: float, low: float, high: float) -> Point:
    return Point(labels="right", shots=shots, accuracy=accuracy, low=low, high=high, right=1, of=2, runs=1, dropped=0)


def test_the_verdict_speaks_where_bands_are_apart() -> None:
    first, middle = _point(0, 0.5, 0.4, 0.6), _point(4, 0.9, 0.8, 0.95)
    assert curve_tab.effect([first, middle], "en").startswith("Examples help: from 50.0% with 0 to 90.0% with 4")
    assert "hurt: from 90.0% with 4 down to 30.0%" in curve_tab.effect([first, middle, _point(8, 0.3, 0.2, 0.4)], "en")
    assert curve_tab.effect([first, _point(8, 0.55, 0.4, 0.7)], "en").startswith("No clear effect")


@languages
def test_the_curve_is_drawn_at_every_step(language: str) -> None:
    request = CurveRequest(task="topic", queries=8, draws=1, orders=1, labels=list(KINDS), model=MODEL)
    for step in curve.run(request):
        result = step if isinstance(step, CurveResult) else step.result  # type: ignore[union-attr]
        figure, verdict, numbers = curve_tab.draw(run_of("few_shot_curve", request, result), language)
        figure.to_json()
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [list(trace.y) for trace in lines] == [
        [point.accuracy for point in result.points if point.labels == kind] for kind in curve_figures.LOOKS
    ]
    assert figure.data[-2].y[0] == result.chance and figure.data[-1].y[0] == result.majority
    assert numbers.count("<tr>") == 1 + len(result.points) and verdict


def test_a_curve_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        CurveRequest(labels=[])
    assert complaint_of(caught.value).key == "pg_err_fcv_labels"
    with pytest.raises(Complaint, match="no task"):
        _curve(task="x")
    with pytest.raises(Complaint, match="cannot read Korean"):
        _curve(task="korean", model="openai-community/gpt2")


# the interval


def test_the_crossed_interval_is_that_of_drawing_runs_and_queries_one_by_one() -> None:
    table = np.random.default_rng(1).random((4, 12)) < 0.6
    rng = np.random.default_rng(2)
    means = [table[rng.integers(4, size=4)][:, rng.integers(12, size=12)].mean() for _ in range(4000)]
    assert crossed(table, draws=4000) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.02)
    assert crossed(np.full((3, 5), 0.25)) == (0.25, 0.25)
    # Where all runs agree, only the queries count: more runs make nothing surer.
    one = np.random.default_rng(3).random((1, 30)) < 0.5
    assert crossed(np.repeat(one, 8, axis=0)) == pytest.approx(crossed(one), abs=0.04)
    with pytest.raises(ValueError, match="shape"):
        crossed([])


# one example left out


def test_each_bar_is_the_prompt_without_that_example() -> None:
    examples = [Example("a plate", "kitchen"), Example("a pillow", "bed"), Example("a pan", "kitchen")]
    request = LeaveOutRequest(
        query="a spoon", examples=[Shot(input=one.input, label=one.label) for one in examples], model=MODEL
    )
    result = leave_out.run(request)
    place = ["kitchen", "bed"].index(result.label)
    assert not result.known and result.answer == result.label

    def probability(shown: list[Example]) -> float:
        return shares(alone(prompt(shown, "a spoon", PATTERNS["input_output"]), ["kitchen", "bed"]))[place]

    assert result.probability == pytest.approx(probability(examples), abs=1e-4)
    wanted = [probability(examples[:number] + examples[number + 1 :]) for number in range(3)]
    assert [one.probability for one in result.left_out] == pytest.approx(wanted, abs=1e-4)


@languages
def test_the_bars_show_what_each_example_adds(language: str) -> None:
    request = LeaveOutRequest(task="yes_no", query=find("yes_no").queries[0].input, shots=5, model=MODEL)
    result = leave_out.run(request)
    figure, facts = leave_out_tab.draw(run_of("few_shot_leave_out", request, result), language)
    figure.to_json()
    added = [100 * (result.probability - one.probability) for one in result.left_out]
    assert list(figure.data[0].x) == pytest.approx(added) and len(added) == 5
    assert result.known and result.label in facts


def test_leaving_out_needs_an_example() -> None:
    with pytest.raises(ValidationError) as caught:
        LeaveOutRequest(query="x", shots=0)
    assert complaint_of(caught.value).key == "pg_err_at_least"
    with pytest.raises(Complaint, match="no example to leave out"):
        leave_out.run(LeaveOutRequest(query="x", labels=["a", "b"], model=MODEL))
    long = LeaveOutRequest(task="sentiment", query="Good.", shots=32, model=SMALL)
    result = leave_out.run(long)
    assert result.dropped + len(result.left_out) == 32 and result.notices[0].key == "pg_fsh_dropped"


# several models


def test_each_model_has_the_curve_that_it_has_alone() -> None:
    request = SizesRequest(task="made_up", language_models=[MODEL, SMALL], draws=1, queries=8)
    *steps, last = sizes.run(request)
    assert isinstance(last, SizesResult)
    for one in last.curves:
        points = _curve(model=one.model)[-1].points
        assert [(point.shots, point.right, point.of) for point in one.points] == [
            (point.shots, point.right, point.of) for point in points
        ]
        count = sum(parameter.numel() for parameter in model(one.model).model.parameters())
        assert one.parameters == count
    done = [step.done for step in steps]  # type: ignore[union-attr]
    assert done == sorted(done) and done[-1] == 14
    for language in ("en", "ko"):
        figure, numbers, printed = sizes_tab.draw(run_of("few_shot_sizes", request, last), language)
        figure.to_json()
        assert len(figure.data) == 3 and numbers.count("<tr>") == 15
        assert printed.count("✗") == 2 and printed.count("✓") == 6


def test_gpt3s_sizes_are_what_transformers_builds() -> None:
    found = sizes.sizes()
    assert [one.name for one in found if one.by_heads is not None] == ["GPT-3 XL", "GPT-3 13B"]
    scale = {"M": 1e6, "B": 1e9}
    for one in found:
        printed = float(one.printed[:-1]) * scale[one.printed[-1]]
        assert one.counted == pytest.approx(printed, rel=0.02), one
        if one.layers > 24:
            continue
        config = GPT2Config(vocab_size=50257, n_positions=2048, n_embd=one.width, n_layer=one.layers, n_head=16)
        with torch.device("meta"):
            assert one.counted == sum(part.numel() for part in GPT2LMHeadModel(config).parameters())
    xl = next(one for one in found if one.name == "GPT-3 XL")
    assert xl.by_heads == pytest.approx(1.52e9, rel=0.01)
    assert parameters(Decoder(50257, 1024, 12, 768)) == 124_439_808
    assert parameters(Decoder(50257, 1024, 48, 1600)) == 1_557_611_200


def test_models_are_chosen_within_what_the_figure_shows() -> None:
    for models_, key in (([], "pg_err_fsz_none"), (["a", "b", "c", "d", "e"], "pg_err_fsz_many")):
        with pytest.raises(ValidationError) as caught:
            SizesRequest(language_models=models_)
        assert complaint_of(caught.value).key == key
    assert SizesRequest(language_models=["a", "a"]).language_models == ["a"]


def test_a_run_started_on_the_screen_names_all_its_models() -> None:
    request = SizesRequest(task="made_up", language_models=[MODEL, SMALL], draws=1, queries=8)
    part = next(one for one in DEMO.parts if one.name == "few_shot_sizes")
    *_, last = work(part, request)
    assert last.run is not None and last.run.model == f"{MODEL}, {SMALL}"
    assert call(part, request.model_dump()).model == last.run.model


# the command


def test_the_command_counts_every_query_of_every_draw(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = measuring.measure(MODEL, ["made_up", "addition"])
    assert [row.task for row in found.rows] == ["addition", "made_up"]
    for row in found.rows:
        bundled = find(row.task)
        queries = Queries.of(bundled, 64)
        examiner = Examiner(model(), "input_output", queries)
        assert row.of == [64, 64 * 4, 64 * 4] and row.chance == round(queries.chance, 4)
        *_, zero = examiner.answers([])
        ones = [list(examiner.answers(shown(bundled, 1, 1, number, 0)))[-1] for number in range(4)]
        assert row.right[:2] == [int(zero.sum()), sum(int(one.sum()) for one in ones)]
    said = measuring.lines(found)
    assert [line.split()[0] for line in said[1:]] == ["addition", "made_up", "trained", "untrained", "all"]
    assert "/128)" in said[-1] and "/512)" in said[-1] and said[3].split()[2:] == said[1].split()[2:]
    one, other, both = measuring.totals(found)
    assert one.right == found.rows[0].right and other.right == found.rows[1].right  # addition was trained on
    assert both.right == [sum(counts) for counts in zip(one.right, other.right, strict=True)]
    assert both.of == [128, 512, 512] and both.chance == pytest.approx((one.chance + other.chance) / 2)
    alike = found.model_copy(update={"rows": found.rows[:1]})
    assert [row.task for row in measuring.totals(alike)] == ["trained", "all"]
    monkeypatch.setattr(measuring, "FILE", tmp_path / "measured.json")
    measuring.measured.cache_clear()
    assert "Nothing has been measured" in curve_tab.measured_table("en")
    (tmp_path / "measured.json").write_text(found.model_dump_json())
    measuring.measured.cache_clear()
    shown_table = curve_tab.measured_table("en")
    assert f"({found.rows[0].right[0]} / 64)" in shown_table and f"({both.right[1]} / 512)" in shown_table
    assert "all tasks" in shown_table and "never trained on" in shown_table and shown_table.count("<tr>") == 6
    assert json.loads(found.model_dump_json())["model"] == MODEL
    measuring.measured.cache_clear()


def test_the_numbers_that_the_tab_quotes_are_there_and_come_out_again() -> None:
    measuring.measured.cache_clear()
    quoted = measuring.measured()
    assert quoted is not None and quoted.model == QUOTED and quoted.shots == [0, 1, 4]
    assert [row.task for row in quoted.rows] == [name for name, task in tasks().items() if not task.korean]
    assert all(row.of == [64, 256, 256] for row in quoted.rows)
    again = measuring.measure(QUOTED, ["odd_one_out"]).rows[0]
    there = next(row for row in quoted.rows if row.task == "odd_one_out")
    # Another processor may decide a tie otherwise.
    assert all(abs(ours - theirs) <= 3 for ours, theirs in zip(again.right, there.right, strict=True))
