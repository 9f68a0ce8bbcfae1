"""Thresholds against trying every one of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.thresholds import best_threshold, decided

_CASES = st.lists(
    st.tuples(st.integers(-5, 5), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 1.0])),
    min_size=1,
    max_size=12,
)


def _by_force(threshold: float, cases: list[tuple[int, float, float]]) -> float:
    return float(np.mean([silent if difference > threshold else answered for difference, answered, silent in cases]))


@given(_CASES, st.lists(st.floats(-7, 7), min_size=1, max_size=8))
def test_scores_are_those_of_deciding_each_question(
    cases: list[tuple[int, float, float]], thresholds: list[float]
) -> None:
    found = decided(thresholds, *zip(*cases, strict=True))
    assert found == pytest.approx([_by_force(threshold, cases) for threshold in thresholds])


@given(_CASES)
def test_no_threshold_is_better_than_the_best(cases: list[tuple[int, float, float]]) -> None:
    best = _by_force(best_threshold(*zip(*cases, strict=True)), cases)
    assert all(best >= _by_force(place / 2, cases) - 1e-12 for place in range(-14, 15))


def test_what_has_no_span_is_never_answered_and_nothing_has_no_threshold() -> None:
    assert decided([1e9], [float("inf"), 0.0], [1.0, 1.0], [0.0, 0.0]) == pytest.approx([0.5])
    assert best_threshold([float("inf"), 2.0], [0, 1], [1, 0]) == 3
    assert np.isnan(decided([0.0], [], [], [])).all()
    with pytest.raises(ValueError, match="no question"):
        best_threshold([], [], [])
