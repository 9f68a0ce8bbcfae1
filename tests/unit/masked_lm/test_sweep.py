"""The sweep over masking rates against a loop of single forwards; its progress, its seed, its end."""

import statistics
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
import torch
from torch import Tensor

from playground.core.masking import choose_exact
from playground.demos.masked_lm import scoring
from playground.demos.masked_lm import sweep as sweeps
from playground.demos.masked_lm.sweep import pipeline as sweep
from playground.demos.masked_lm.sweep.schema import RATES
from playground.models.device import TURNS
from tests.unit.masked_lm.parts import MASK, TEXT, TYPED, Oracle, changed, maskable, token_ids


def _swept(monkeypatch: pytest.MonkeyPatch, **values: Any) -> tuple[list[Any], list[Tensor]]:
    """All that the generator yields, and the (draws, T) places that it chose at each rate."""
    seen: list[Tensor] = []

    def spied(maskable: Tensor, rate: float, generator: torch.Generator) -> Tensor:
        assert rate == RATES[len(seen)]
        seen.append(choose_exact(maskable, rate, generator))
        return seen[-1]

    monkeypatch.setattr(sweep, "choose_exact", spied)
    return list(sweep.run(sweeps.DEMO.request(**values))), seen


@pytest.mark.parametrize("text", [TEXT, TYPED])
def test_sweep_is_a_loop_of_single_forwards(
    model: str, oracle: Oracle, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", 60)
    ids, places = token_ids(text), maskable(text)
    (*_, result), chosen = _swept(monkeypatch, text=text, model=model, draws=3, seed=5)
    assert isinstance(result, sweeps.DEMO.result)
    assert (result.tokens, result.draws) == (len(places), 3)
    assert [point.rate for point in result.points] == list(RATES) and len(chosen) == len(RATES) == 10
    assert len({point.accuracy for point in result.points}) > 3
    for point, drawn in zip(result.points, chosen, strict=True):
        accuracies, losses = [], []
        for row in drawn.tolist():
            hidden = [place for place, is_hidden in enumerate(row) if is_hidden]
            assert set(hidden) <= set(places)
            assert len(hidden) == point.hidden == max(1, round(point.rate * len(places)))
            logs = oracle(changed(ids, dict.fromkeys(hidden, MASK)))
            accuracies.append(statistics.mean(float(int(logs[p].argmax()) == ids[p]) for p in hidden))
            losses.append(statistics.mean(-float(logs[p, ids[p]]) for p in hidden))
        assert point.accuracy == pytest.approx(statistics.mean(accuracies), abs=6e-5)
        assert point.accuracy_spread == pytest.approx(statistics.stdev(accuracies), abs=6e-5)
        assert point.loss == pytest.approx(statistics.mean(losses), abs=2e-4)
        assert point.loss_spread == pytest.approx(statistics.stdev(losses), abs=2e-4)


def test_a_sweep_is_a_matter_of_its_seed(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"text": TEXT, "model": model, "draws": 4}
    (*_, first), chosen = _swept(monkeypatch, **values, seed=1)
    (*_, again), same = _swept(monkeypatch, **values, seed=1)
    (*_, other), others = _swept(monkeypatch, **values, seed=2)
    assert first == again and all(torch.equal(a, b) for a, b in zip(chosen, same, strict=True))
    assert first.points != other.points
    assert not any(torch.equal(a, b) for a, b in zip(chosen, others, strict=True))
    # Nor does a rate begin where its neighbour did: a little more hidden would be the same words and some more.
    for fewer, more in pairwise(chosen):
        assert bool((fewer & ~more).any())


@pytest.mark.parametrize("batch", [scoring.BATCH_TOKENS, 60])
def test_progress_rises_to_its_total_and_carries_what_there_is(
    model: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", batch)
    (*steps, result), _ = _swept(monkeypatch, text=TEXT, model=model, draws=5)
    assert all(isinstance(step, sweeps.DEMO.progress) for step in steps)
    done = [step.done for step in steps]
    assert done == sorted(done) and done[0] > 0 and done[-1] == 50 and {step.total for step in steps} == {50}
    assert set(done) == set(range(5, 51, 5)) if batch > 60 else len(set(done)) > 20
    for step in steps:
        points = step.result.points
        assert points == result.points[: len(points)]
        assert step.done // 5 - 1 <= len(points) <= step.done // 5
    assert steps[-1].result == result and len(result.points) == 10


def test_a_sweep_closed_half_way_holds_up_nobody(model: str) -> None:
    request = sweeps.DEMO.request(text=TEXT, model=model, draws=2)
    running = sweep.run(request)
    for _ in range(7):
        last = next(running)
    assert 0 < last.done < last.total

    def quick() -> None:
        with TURNS.quick():
            passed.append(True)

    for closing in (lambda: None, running.close):  # while it pauses, and when it is over
        closing()
        passed: list[bool] = []
        other = Thread(target=quick, daemon=True)
        other.start()
        other.join(10)
        assert passed
    assert list(running) == []
    *_, result = sweep.run(request)
    assert len(result.points) == 10
