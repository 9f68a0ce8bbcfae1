import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.intervals import bootstrap, grouped, grouped_mean, wilson


# Worked out by hand from (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) with z = 1.96:
# 8 of 10: (0.8 + 0.19208 -+ 1.96 * 0.159407) / 1.38416; 0 of 10: 0.38416 / 1.38416; 50 of 100 is even about one half.
@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (50, 100, 0.4038, 0.5962),
        (1, 1, 0.2065, 1.0),
        (420, 1000, 0.3898, 0.4508),
    ],
)
def test_the_interval_by_hand(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_ends_of_an_interval_are_where_the_share_is_just_within_z(counts: tuple[int, int]) -> None:
    right, of = counts
    for end in wilson(right, of):
        assert -1e-9 <= end <= 1 + 1e-9
        distance = abs(right / of - end)
        assert distance == pytest.approx(1.96 * math.sqrt(max(0.0, end * (1 - end)) / of), abs=1e-6)
    low, high = wilson(right, of)
    assert low - 1e-12 <= right / of <= high + 1e-12 and low < high


@pytest.mark.parametrize(("right", "of"), [(0, 0), (1, 0), (-1, 10), (11, 10)])
def test_what_is_no_share_has_no_wilson(right: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(right, of)


def test_a_bootstrap_of_the_mean_is_the_textbook_interval() -> None:
    """For 400 numbers the percentile interval is mean -+ 1.96 s / sqrt(n), up to the draws' own noise."""
    values = np.random.default_rng(3).normal(5, 2, size=400)
    low, high = bootstrap(lambda cases: float(values[cases].mean()), 400, draws=4000)
    half = 1.96 * values.std(ddof=1) / math.sqrt(400)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03 * half * 2)


def test_a_bootstrap_is_the_same_each_time_and_leaves_out_what_is_undefined() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])

    def sometimes(cases: np.ndarray) -> float:
        return float("nan") if 0 in cases else float(values[cases].mean())

    assert bootstrap(sometimes, 4) == bootstrap(sometimes, 4)
    low, high = bootstrap(sometimes, 4)
    assert 2.0 <= low <= high <= 4.0
    with pytest.raises(ValueError, match="at least 2"):
        bootstrap(sometimes, 1)


def test_answers_of_one_group_are_drawn_together() -> None:
    """Twice the same answer says nothing more: the interval is that of the answers once, not a narrower one."""
    right = np.random.default_rng(4).random(200) < 0.7
    once = grouped(right, np.arange(200))
    assert once == wilson(int(right.sum()), 200)
    twice = grouped(np.repeat(right, 2), np.repeat(np.arange(200), 2))
    assert twice == pytest.approx(once, abs=0.015)
    narrow = wilson(2 * int(right.sum()), 400)
    assert twice[1] - twice[0] > 1.25 * (narrow[1] - narrow[0])


def test_the_mean_of_groups_of_any_size() -> None:
    """Against a brute-force loop over the same draws."""
    values, group = np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.array([7, 3, 7, 9, 3])
    members = [np.flatnonzero(group == number) for number in (3, 7, 9)]
    rng = np.random.default_rng(1)
    means = [values[np.concatenate([members[one] for one in rng.integers(3, size=3)])].mean() for _ in range(1000)]
    assert grouped_mean(values, group) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])))
    with pytest.raises(ValueError, match="at least 2"):
        grouped_mean([1.0, 2.0], [5, 5])
