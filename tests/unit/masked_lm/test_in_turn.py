"""Each word hidden in turn, or left visible, against a loop of single forwards."""

import math
import statistics

import pytest
from torch import Tensor

from playground.demos.masked_lm import scoring
from playground.demos.masked_lm import surprise as surprises
from playground.demos.masked_lm import visible as visibles
from tests.unit import tiny
from tests.unit.masked_lm.parts import MASK, TEXT, TYPED, Oracle, changed, maskable, run_of, token_ids


def _turns(oracle: Oracle, text: str) -> dict[int, Tensor]:
    """(V,) log-probabilities at each ordinary word, with it alone hidden: a forward for each."""
    ids = token_ids(text)
    return {place: oracle(changed(ids, {place: MASK}))[place] for place in maskable(text)}


@pytest.mark.parametrize("text", [TEXT, TYPED, "cat", "the 고양이 cat"])
@pytest.mark.parametrize("batch", [scoring.BATCH_TOKENS, 50])
def test_surprise_is_a_loop_of_single_forwards(
    model: str, oracle: Oracle, text: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", batch)
    ids, turns = token_ids(text), _turns(oracle, text)
    result = run_of(surprises, text=text, model=model)
    assert result.tokens == [tiny.WORDS[i] for i in ids]
    assert [one.position for one in result.surprises] == list(turns)
    bits = []
    for one in result.surprises:
        row = turns[one.position]
        bits.append(-float(row[ids[one.position]]) / math.log(2))
        assert one.surprisal == pytest.approx(bits[-1], abs=1e-3)
        assert one.answer == tiny.WORDS[int(row.argmax())]
        assert one.right == (int(row.argmax()) == ids[one.position])
    assert result.pseudo_perplexity == pytest.approx(2 ** statistics.mean(bits), rel=2e-4)
    assert text != TEXT or {one.right for one in result.surprises} == {True, False}
    assert [n.key for n in result.notices] == (["pg_note_unknown"] if "고" in text else [])


@pytest.mark.parametrize("text", [TEXT, TYPED, "cat"])
def test_visible_is_one_forward_of_the_text_as_it_is_beside_the_loop(model: str, oracle: Oracle, text: str) -> None:
    ids, turns = token_ids(text), _turns(oracle, text)
    plain = oracle(ids)
    result = run_of(visibles, text=text, model=model)
    assert [one.position for one in result.compared] == list(turns)
    for one in result.compared:
        word = ids[one.position]
        hidden, seen = turns[one.position], plain[one.position]
        assert one.masked == pytest.approx(math.exp(float(hidden[word])), abs=2e-6)
        assert one.visible == pytest.approx(math.exp(float(seen[word])), abs=2e-6)
        assert (one.right_masked, one.right_visible) == (int(hidden.argmax()) == word, int(seen.argmax()) == word)
    if text == TEXT:  # the two are told apart
        assert any(abs(one.masked - one.visible) > 0.05 for one in result.compared)
        assert len({(one.right_masked, one.right_visible) for one in result.compared}) >= 3
