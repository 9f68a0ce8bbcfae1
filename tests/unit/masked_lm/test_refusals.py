"""What the experiments cannot do is said in one sentence, before anything is loaded where that can be known."""

from types import ModuleType

import pytest

from playground.demos import masked_lm
from playground.demos.masked_lm import audit as audits
from playground.demos.masked_lm import inturn, reader
from playground.demos.masked_lm import surprise as surprises
from playground.demos.masked_lm import sweep as sweeps
from playground.demos.masked_lm import visible as visibles
from playground.messages import Complaint
from tests.unit import tiny
from tests.unit.masked_lm.parts import HIDING, LONG, TEXT, hiding, refused_by, run_of


@hiding
@pytest.mark.parametrize("text", ["[CLS]", "[SEP] [PAD]", "[MASK]", "[MASK] [mask]", "[CLS] [MASK]"])
def test_without_a_word_there_is_nothing_to_hide(part: ModuleType, text: str, model: str) -> None:
    assert refused_by(part, text=text, model=model).key == "pg_err_only_special"


@pytest.mark.parametrize("text", ["cat", "[MASK] cat", "👋"])
def test_a_sweep_needs_two_words(text: str, model: str) -> None:
    assert refused_by(sweeps, text=text, model=model).key == "pg_err_sweep_short"
    assert len(run_of(sweeps, text=f"{text} the", model=model, draws=2).points) == 10


@pytest.mark.parametrize("part", [surprises, visibles], ids=lambda part: part.DEMO.name)
def test_a_text_too_long_for_hiding_each_word_in_turn(part: ModuleType, long_model: str) -> None:
    assert len(run_of(part, text="the " * (inturn.LIMIT - 2), model=long_model).tokens) == inturn.LIMIT == 96
    refused = refused_by(part, text="the " * (inturn.LIMIT - 1), model=long_model)
    assert refused.key == "pg_err_tokens_here"
    assert refused.values == {"size": 97, "limit": 96, "model": long_model}


@hiding
def test_a_text_too_long_for_the_model(part: ModuleType, model: str) -> None:
    run_of(part, text="the " * (tiny.POSITIONS - 2), model=model)
    refused = refused_by(part, text="the " * (tiny.POSITIONS - 1), model=model)
    assert refused.key == "pg_err_tokens"
    assert refused.values == {"size": tiny.POSITIONS + 1, "limit": tiny.POSITIONS, "model": model}


def test_a_sweep_reads_as_much_as_the_model(long_model: str) -> None:
    assert run_of(sweeps, text="the " * (LONG - 2), model=long_model, draws=2).tokens == LONG - 2
    assert refused_by(sweeps, text="the " * (LONG - 1), model=long_model).key == "pg_err_tokens"


@hiding
def test_korean_in_an_english_model_is_refused_before_anything_is_loaded(
    part: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "load", lambda *_: pytest.fail("nothing is to be loaded"))
    korean = "프랑스의 수도는 파리예요."
    refused = refused_by(part, text=korean, model="bert-mini")
    assert refused.key == "pg_err_korean"
    assert refused.values == {"model": "bert-mini", "reader": "klue/bert-base"}
    with pytest.raises(Complaint):
        part.DEMO.prepare(part.DEMO.request(text=korean))


@pytest.mark.parametrize("part", [masked_lm, *HIDING], ids=lambda part: part.DEMO.name)
def test_what_is_loaded_beforehand_is_not_loaded_again(
    part: ModuleType, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    part.DEMO.prepare(part.DEMO.request(text="the cat", model=model))
    monkeypatch.setattr("playground.models.loading._load", lambda *_: pytest.fail("it is in the cache"))
    run_of(part, text="the cat", model=model)


@pytest.mark.parametrize("part", [*HIDING, audits], ids=lambda part: part.DEMO.name)
def test_results_are_plain_json(part: ModuleType, model: str) -> None:
    result = run_of(part) if part is audits else run_of(part, text=TEXT, model=model)
    assert part.DEMO.result.model_validate_json(result.model_dump_json()) == result
