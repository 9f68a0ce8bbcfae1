import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from playground import demos
from playground.demo import Demo
from playground.inputs import MAX_CHARACTERS, readable
from playground.messages import Complaint
from playground.runs import complaint_of

# Whose text is a ReadableText (one that may be left out has limits of its own), and those that cannot do without.
READING = [demo for demo in demos.EVERY if (field := demo.request.model_fields.get("text")) and field.metadata]
NEEDING = [demo for demo in READING if demo.request.model_fields["text"].is_required()]


def _refused(text: str) -> Complaint:
    with pytest.raises(Complaint) as caught:
        readable(text)
    assert caught.value.sentence("en") and caught.value.sentence("ko")
    return caught.value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\r"), min_size=1))
def test_what_can_be_read_is_left_as_it_is(text: str) -> None:
    if text.strip():
        assert readable(text) == text
    else:
        assert _refused(text).key == "pg_err_empty"


@given(st.text("ab c한", max_size=9), st.characters(categories=["Cs", "Cc"]), st.text(max_size=9))
def test_the_first_character_that_nobody_can_see_is_named(before: str, hidden: str, after: str) -> None:
    text = f"{before}{hidden}{after}x"
    if hidden in "\t\n\r":
        return
    refused = _refused(text)
    assert refused.key == "pg_err_control"
    assert refused.values == {"code": f"U+{ord(hidden):04X}", "place": len(before) + 1}


def test_every_control_character_but_white_space_is_refused() -> None:
    controls = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"]
    assert len(controls) == 65
    taken = []
    for character in controls:
        try:
            taken.append(readable(f"a{character}"))
        except Complaint as complaint:
            assert complaint.key == "pg_err_control"
    assert taken == ["a\t", "a\n", "a\r"]


def test_as_many_characters_as_are_read_and_no_more() -> None:
    assert len(readable("x" * MAX_CHARACTERS)) == 5_000
    refused = _refused("x" * (MAX_CHARACTERS + 1))
    assert refused.key == "pg_err_characters" and refused.values == {"size": 5_001, "limit": 5_000}
    assert _refused(" " * (MAX_CHARACTERS + 1)).key == "pg_err_characters"


def test_experiments_that_read_a_text_are_known() -> None:
    assert {demo.name for demo in READING} >= {"masked_lm", "masked_lm_sweep", "masked_lm_surprise"}


@pytest.mark.parametrize("demo", READING, ids=lambda demo: demo.name)
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "pg_err_empty"),
        (" \n\u3000", "pg_err_empty"),
        ("a\x00", "pg_err_control"),
        ("\ud800", "pg_err_control"),
        ("x" * 5_001, "pg_err_characters"),
        (None, "pg_err_type"),
        (7, "pg_err_type"),
        (["a"], "pg_err_type"),
    ],
    ids=["nothing", "white", "control", "surrogate", "long", "null", "number", "list"],
)
def test_every_experiment_refuses_with_the_same_sentence(demo: Demo, text: Any, key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        demo.request.model_validate({"text": text})
    assert complaint_of(caught.value).key == key


@pytest.mark.parametrize("demo", NEEDING, ids=lambda demo: demo.name)
def test_every_experiment_needs_its_text_and_keeps_it(demo: Demo) -> None:
    request = demo.request.model_validate({"text": " A [MASK].\n"})
    assert request.model_dump()["text"] == " A [MASK].\n"
    with pytest.raises(ValidationError) as caught:
        demo.request.model_validate({})
    assert complaint_of(caught.value).key == "pg_err_missing"
