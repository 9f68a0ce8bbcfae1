import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.core.spans import best_spans, null_score


@given(
    st.integers(1, 12).flatmap(
        lambda size: st.tuples(
            st.just(size), st.integers(0, size - 1), st.integers(1, 14), st.integers(1, 20), st.integers(0, 2**31)
        )
    )
)
def test_decoding_is_the_best_of_all_legal_spans(case: tuple[int, int, int, int, int]) -> None:
    """Against a loop over every span, for passages anywhere in the row and any length and number of answers."""
    size, first, length, k, seed = case
    generator = torch.Generator().manual_seed(seed)
    start, end = torch.randn(2, 3, size, generator=generator).unbind(0)
    legal = torch.zeros(3, size, dtype=torch.bool)
    last = [size, max(first + 1, size - 2), first]  # the third row has no legal place at all
    for row in range(3):
        legal[row, first : last[row]] = True
    found = best_spans(start, end, legal, length, k)
    for row in range(3):
        inside = range(first, last[row])
        spans = [(s, e) for s, e in itertools.product(inside, inside) if s <= e < s + length]
        expected = sorted(((float(start[row, s] + end[row, e]), s, e) for s, e in spans), reverse=True)[:k]
        got = [
            (score, s, e)
            for score, s, e in zip(
                found.scores[row].tolist(), found.starts[row].tolist(), found.ends[row].tolist(), strict=True
            )
            if score > float("-inf")
        ]
        assert len(got) == min(len(expected), found.scores.shape[1])
        for ours, theirs in zip(got, expected, strict=True):
            assert ours[0] == pytest.approx(theirs[0], abs=1e-6)
            assert ours[1:] == theirs[1:]


def test_half_precision_is_added_in_full() -> None:
    start, end = torch.full((1, 4), 1000.0).half(), torch.full((1, 4), 0.3).half()
    found = best_spans(start, end, torch.ones(1, 4, dtype=torch.bool))
    assert float(found.scores[0, 0]) == pytest.approx(1000.3, abs=1e-2)


def test_no_answer_is_the_span_at_the_first_token() -> None:
    start, end = torch.tensor([[1.0, 9.0], [2.0, 9.0]]), torch.tensor([[0.5, 9.0], [-3.0, 9.0]])
    assert null_score(start, end).tolist() == [1.5, -1.0]


def test_an_answer_has_at_least_one_token() -> None:
    with pytest.raises(ValueError, match="0 tokens"):
        best_spans(torch.zeros(1, 3), torch.zeros(1, 3), torch.ones(1, 3, dtype=torch.bool), length=0)
