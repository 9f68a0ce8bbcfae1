"""The audit counts what was drawn, and expects what the recipe promises."""

import math
import statistics
from collections import Counter
from typing import Any

import pytest
import torch
from scipy.stats import binom, chi2, chisquare
from torch import Tensor

from playground.core.masking import corrupt
from playground.demos.masked_lm import audit as audits
from playground.demos.masked_lm.audit import pipeline as audit
from playground.demos.masked_lm.audit.schema import DRAWS
from tests.unit.masked_lm.parts import run_of


def _audited(monkeypatch: pytest.MonkeyPatch, **values: Any) -> tuple[Any, Tensor, Tensor]:
    """The Result, which tokens were chosen (DRAWS, T), and what a model would read."""
    seen: list[tuple[Tensor, Tensor]] = []

    def spied(ids: Tensor, chosen: Tensor, **more: Any) -> Any:
        assert not bool(ids.any())
        done = corrupt(ids, chosen, **more)
        seen.append((chosen, done.ids))
        return done

    monkeypatch.setattr(audit, "corrupt", spied)
    result = run_of(audits, **values)
    monkeypatch.undo()
    chosen, read = (torch.cat(parts) for parts in zip(*seen, strict=True))
    assert chosen.shape == (DRAWS, result.tokens)
    return result, chosen, read


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
@pytest.mark.parametrize(("rate", "tokens"), [(0.15, 128), (0.5, 7), (0.15, 190), (0.9, 2)])
def test_the_audit_counts_what_was_drawn(
    monkeypatch: pytest.MonkeyPatch, recipe: str, rate: float, tokens: int
) -> None:
    result, chosen, read = _audited(monkeypatch, recipe=recipe, rate=rate, tokens=tokens, seed=3)
    per_draw = chosen.sum(1).tolist()
    assert {bar.tokens: bar.draws for bar in result.histogram} == Counter(per_draw)
    assert [bar.tokens for bar in result.histogram] == sorted(set(per_draw))
    assert result.draws == sum(bar.draws for bar in result.histogram) == DRAWS
    assert result.variance == pytest.approx(statistics.pvariance(per_draw), abs=1e-4)
    # What is read tells the kinds apart: 0 stood there, 1 is [MASK], 2 and 3 are the vocabulary.
    total = DRAWS * tokens
    counted = {"chosen": int(chosen.sum()), "mask": int((read == 1).sum()), "random": int((read > 1).sum())}
    counted["kept"] = int((chosen & (read == 0)).sum())
    assert [share.kind for share in result.shares] == list(counted)
    for share in result.shares:
        assert share.counted == pytest.approx(counted[share.kind] / total, abs=1e-7)


@pytest.mark.parametrize("recipe", ["google", "electra"])
@pytest.mark.parametrize(("rate", "tokens", "fixed"), [(0.15, 128, 19), (0.15, 190, 28), (0.3, 95, 28), (0.01, 9, 1)])
def test_an_exact_number_is_promised_and_kept(recipe: str, rate: float, tokens: int, fixed: int) -> None:
    """By hand: 15% of 128 is 19.2, of 190 it is 28.5, which Python rounds to the even 28."""
    result = run_of(audits, recipe=recipe, rate=rate, tokens=tokens)
    assert result.variance == result.expected_variance == 0
    for histogram in (result.histogram, result.expected_histogram):
        assert [(bar.tokens, bar.draws) for bar in histogram] == [(fixed, DRAWS)]
    chosen, *parts = result.shares
    assert chosen.expected == chosen.counted == pytest.approx(fixed / tokens, abs=1e-8)
    assert chosen.deviation == chosen.distance == 0
    # The number of [MASK] among DRAWS * fixed chosen tokens is binomial.
    for share, part in zip(parts, (0.85, 0, 0.15) if recipe == "electra" else (0.8, 0.1, 0.1), strict=True):
        assert share.expected == pytest.approx(part * fixed / tokens, abs=1e-8)
        spread = math.sqrt(DRAWS * fixed * part * (1 - part)) / (DRAWS * tokens)
        assert share.deviation == pytest.approx(spread, rel=1e-9)


@pytest.mark.parametrize(("rate", "tokens"), [(0.15, 128), (0.5, 512), (0.9, 3), (0.01, 2)])
def test_a_number_left_to_chance_is_binomial(rate: float, tokens: int) -> None:
    result = run_of(audits, recipe="huggingface", rate=rate, tokens=tokens)
    promised = {bar.tokens: bar.draws for bar in result.expected_histogram}
    expected = DRAWS * binom.pmf(range(tokens + 1), tokens, rate)
    assert promised == pytest.approx({k: e for k, e in enumerate(expected.tolist()) if e >= 0.1}, abs=1e-3)
    assert sum(promised.values()) == pytest.approx(DRAWS, abs=1)  # but for the rarest
    assert result.expected_variance == pytest.approx(tokens * rate * (1 - rate), abs=1e-4)
    for share, part in zip(result.shares, (1, 0.8, 0.1, 0.1), strict=True):
        assert share.expected == pytest.approx(rate * part, abs=1e-8)
        spread = math.sqrt(rate * part * (1 - rate * part) / (DRAWS * tokens))
        assert share.deviation == pytest.approx(spread, rel=1e-9)


def test_counts_left_to_chance_follow_the_promise() -> None:
    result = run_of(audits, recipe="huggingface", rate=0.15, tokens=40)
    counted = {bar.tokens: bar.draws for bar in result.histogram}
    promised = {bar.tokens: bar.draws for bar in result.expected_histogram if bar.draws >= 20}
    seen = [counted.get(k, 0) for k in promised]
    rest = DRAWS - sum(promised.values())
    assert chisquare([*seen, DRAWS - sum(seen)], [*promised.values(), rest]).pvalue > 0.001


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
def test_distances_are_those_of_chance(recipe: str) -> None:
    """Three standard deviations hold, and the standard deviation is not too wide: the squares sum to a chi-square."""
    results = [run_of(audits, recipe=recipe, rate=0.25, tokens=12, seed=seed) for seed in range(30)]
    for kind in range(4):
        distances = [result.shares[kind].distance for result in results]
        if results[0].shares[kind].deviation:
            assert sum(abs(distance) <= 3 for distance in distances) >= 29
            low, high = chi2.ppf([0.001, 0.999], len(results))
            assert low < sum(distance**2 for distance in distances) < high
        else:
            assert all(r.shares[kind].counted == r.shares[kind].expected for r in results)
            assert set(distances) == {0.0}
