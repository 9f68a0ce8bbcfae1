from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from playground.demos.masked_lm.schema import MAX_MASKS, Request
from playground.inputs import MAX_CHARACTERS
from playground.messages import Complaint
from playground.runs import complaint_of

# Every code point there is, lone surrogates among them.
_ANY_TEXT = st.text(st.characters(codec=None) | st.integers(0, 0x10FFFF).map(chr), max_size=80)
_LONG = st.builds(lambda text, times: (text or "x") * times, _ANY_TEXT, st.integers(1, 50_000)).map(
    lambda text: text[:50_000]
)
_ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _ANY_TEXT
    | st.binary()
    | st.lists(st.integers() | st.text())
)


def _asked(values: Any) -> Request | Complaint:
    """The request, or the complaint that both languages can say."""
    try:
        return Request.model_validate(values)
    except ValidationError as error:
        complaint = complaint_of(error)
        for language in ("en", "ko"):
            said = complaint.sentence(language)
            assert said.strip() and "\n" not in said and len(said) < 200
            said.encode("utf-8")  # no lone surrogate is sent to a page
        return complaint


@settings(max_examples=200)
@given(_ANY_TEXT | _LONG, st.lists(st.integers()))
def test_any_text_and_positions_are_a_request_or_a_sentence(text: str, positions: list[int]) -> None:
    asked = _asked({"text": text, "positions": positions})
    readable = (
        0 < len(text) <= MAX_CHARACTERS
        and text.strip() != ""
        and not any(0xD800 <= ord(c) < 0xE000 for c in text)
        and not any((ord(c) < 32 and c not in "\t\n\r") or 127 <= ord(c) < 160 for c in text)
    )
    assert isinstance(asked, Request) == (readable and len(set(positions)) <= MAX_MASKS)
    if isinstance(asked, Request):
        assert asked.text == text
        assert asked.positions == sorted(set(positions))


@settings(max_examples=200)
@given(
    st.dictionaries(st.sampled_from(["text", "model", "top_k", "positions"]) | _ANY_TEXT, _ANYTHING, max_size=5)
    | _ANYTHING
)
def test_any_values_are_a_request_or_a_sentence(values: Any) -> None:
    asked = _asked(values)
    if isinstance(asked, Request):
        assert 1 <= asked.top_k <= 25


@pytest.mark.parametrize(
    ("values", "key", "numbers"),
    [
        ({"text": ""}, "pg_err_empty", {}),
        ({"text": " \t\n\u3000"}, "pg_err_empty", {}),
        ({"text": "x" * 50_000}, "pg_err_characters", {"size": 50_000, "limit": 5000}),
        ({"text": "a\x00b"}, "pg_err_control", {"code": "U+0000", "place": 2}),
        ({"text": "abc\x1b"}, "pg_err_control", {"code": "U+001B", "place": 4}),
        ({"text": "ab\x85"}, "pg_err_control", {"code": "U+0085", "place": 3}),
        ({"text": "\ud800"}, "pg_err_control", {"code": "U+D800", "place": 1}),
        ({"text": "a", "positions": list(range(17))}, "pg_err_masks", {"size": 17, "limit": 16}),
        ({"text": "a", "top_k": 0}, "pg_err_at_least", {"field": "top_k", "limit": 1, "value": "0"}),
        ({"text": "a", "top_k": 26}, "pg_err_at_most", {"field": "top_k", "limit": 25, "value": "26"}),
        ({}, "pg_err_missing", {"field": "text"}),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)
def test_each_mistake_has_its_sentence(values: dict[str, Any], key: str, numbers: dict[str, Any]) -> None:
    asked = _asked(values)
    assert isinstance(asked, Complaint)
    assert (asked.key, asked.values) == (key, numbers)


def test_ordinary_and_odd_texts_are_read() -> None:
    for text in ("A line.\nAnother\tone.\r\n", "<script>alert(1)</script>", "안녕 👋", "x" * MAX_CHARACTERS, "[MASK]"):
        assert isinstance(_asked({"text": text}), Request)
    asked = _asked({"text": "a", "positions": [5, 1, 5, 1]})
    assert isinstance(asked, Request) and asked.positions == [1, 5]
