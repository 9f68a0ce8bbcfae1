import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from playground.core.metrics import auc


@given(st.lists(st.tuples(st.sampled_from([-1.0, 0.0, 0.5, 2.0, 7.5, math.inf]), st.booleans()), min_size=2))
def test_the_area_is_the_share_of_pairs_in_the_right_order(cases: list[tuple[float, bool]]) -> None:
    """Against the definition, pair by pair."""
    ups = [score for score, label in cases if label]
    downs = [score for score, label in cases if not label]
    found = auc([score for score, _ in cases], [label for _, label in cases])
    if not ups or not downs:
        assert math.isnan(found)
        return
    pairs = [1.0 if up > down else 0.5 if up == down else 0.0 for up in ups for down in downs]
    assert found == pytest.approx(sum(pairs) / len(pairs))


def test_it_equals_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    for size in (10, 1_000, 50_000):
        scores, labels = rng.normal(size=size).round(2), rng.random(size) < 0.2
        labels[:2] = True, False
        assert auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 3 scores"):
        auc([0.1, float("nan"), 0.2], [0, 1, 1])
