"""What a tab says of an input it refuses: the label that a visitor sees, not the name that a program uses."""

import gradio as gr
import pytest
from pydantic import ValidationError

from playground.demos.fine_tune.rates import DEMO
from playground.messages import Complaint, say
from playground.ui.language import t
from playground.ui.shell import TabParts


@pytest.fixture(scope="module")
def parts() -> TabParts:
    with gr.Blocks():
        fields = {"rates": gr.Textbox(label=t("pg_ftr_rates")), "seeds": gr.Number(label="as it is")}
        return TabParts(DEMO, fields, [], lambda run, language: [], gr.State(""), gr.HTML())


def _refused(**values: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        DEMO.request.model_validate(values)
    return caught.value


def _said(parts: TabParts, error: Exception, language: str) -> str:
    named = parts.named(error, language)
    assert isinstance(named, Complaint)
    return named.sentence(language)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_field_has_the_name_that_stands_above_it(parts: TabParts, language: str) -> None:
    said = _said(parts, _refused(rates=7), language)
    assert said.startswith(f"“{say('pg_ftr_rates', language)}”")
    assert f"“{say('pg_ftr_rates', language)}” (3)" in _said(parts, _refused(rates=["1e-5", "1e-4", {}]), language)


def test_what_has_no_label_of_ours_keeps_its_name(parts: TabParts) -> None:
    assert _said(parts, _refused(seeds="many"), "en").startswith("seeds ")
    assert _said(parts, _refused(unheard_of=1), "en").startswith("unheard_of ")


def test_every_other_error_stays_what_it_is(parts: TabParts) -> None:
    for error in (Complaint("pg_err_no_run"), RuntimeError("x")):
        assert parts.named(error, "en") is error
