import base64
import json
import zlib
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from playground.messages import Complaint
from playground.runs import MAX_LINK_BYTES, MAX_RUN_BYTES, Run, complaint_of, dump, from_link, parse, to_link

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.text(), _VALUES, max_size=6)


def _run(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "demo": "masked_lm",
        "request": {"text": "파리는 the capital 🇫🇷"},
        "result": {"tokens": ["[CLS]", "<b>", "##é"]},
        "model": "bert-mini",
        "device": "CPU",
        "seconds": 0.0123,
    }
    return Run(**(fields | changes))


def _packed(text: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


@settings(max_examples=60)
@given(request=_OBJECTS, result=_OBJECTS, seconds=st.floats(0, 1e6))
def test_a_run_comes_back_as_it_was(request: dict[str, Any], result: dict[str, Any], seconds: float) -> None:
    run = _run(request=request, result=result, seconds=seconds)
    assert parse(dump(run).encode(), "masked_lm") == run


def test_a_run_is_json_with_its_version() -> None:
    stored = json.loads(dump(_run()))
    assert stored["schema_version"] == 1
    assert stored["request"]["text"] == "파리는 the capital 🇫🇷"


def test_a_run_that_is_too_large_is_neither_saved_nor_opened() -> None:
    large = _run(result={"tokens": "가" * (MAX_RUN_BYTES // 3)})  # 3 bytes each in UTF-8
    with pytest.raises(Complaint) as saved:
        dump(large)
    assert saved.value.key == "pg_err_run_large"
    assert saved.value.values == {"size": 300, "limit": 300}
    with pytest.raises(Complaint) as opened:
        parse(b" " * (MAX_RUN_BYTES + 1), "masked_lm")
    assert opened.value.key == "pg_err_run_large"


def test_a_run_of_another_demo_is_named() -> None:
    with pytest.raises(Complaint) as caught:
        parse(dump(_run(demo="attention")).encode(), "masked_lm")
    assert caught.value.key == "pg_err_run_other_demo"
    assert caught.value.values == {"demo": "pg_sub_attention", "wanted": "pg_sub_masked_lm"}
    assert str(caught.value).count("“") == 2 and "_" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"\xff\xfe\x00",
        b"\x00" * 100,
        b"PK\x03\x04zip",
        b'{"schema_version": 1}',
        b"[" * 200_000,
        b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
        b"9" * 10_000,
        "\ufeff{}".encode(),
    ],
)
def test_what_is_no_run_is_one_complaint(data: bytes) -> None:
    with pytest.raises(Complaint) as caught:
        parse(data, "masked_lm")
    assert caught.value.key == "pg_err_run_broken"


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"schema_version": None},
        {"extra": 1},
        {"request": []},
        {"result": "text"},
        {"seconds": -1},
        {"seconds": float("nan")},
        {"demo": "x" * 41},
        {"model": "x" * 201},
        {"device": None},
    ],
)
def test_a_run_with_one_wrong_field_is_refused(change: dict[str, Any]) -> None:
    stored = json.loads(dump(_run())) | change
    with pytest.raises(Complaint) as caught:
        parse(json.dumps(stored).encode(), "masked_lm")
    assert caught.value.key == "pg_err_run_broken"


@settings(max_examples=80)
@given(st.binary(max_size=400))
def test_bytes_never_do_more_than_complain(data: bytes) -> None:
    with pytest.raises(Complaint):
        parse(data, "masked_lm")


@settings(max_examples=80)
@given(request=_OBJECTS, demo=st.sampled_from(["masked_lm", "attention"]))
def test_a_link_carries_a_request(request: dict[str, Any], demo: str) -> None:
    link = to_link(demo, request)
    assert link is not None
    assert link["tab"] == demo
    assert set(link["run"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert from_link(link) == request


@pytest.mark.parametrize("text", ["한국어 문장", "👩‍👩‍👧‍👦 🇰🇷", "<script>&amp;\"'", "", "\u2028\x7f", "a" * 5000])
def test_a_link_carries_any_text(text: str) -> None:
    request = {"text": text, "positions": [1, 2]}
    link = to_link("masked_lm", request)
    assert link is not None and from_link(link) == request


def test_a_request_that_is_too_long_has_no_link() -> None:
    # Hex digits of a fixed generator: 4 bits each, so 20,000 of them cannot be packed into 6 KB.
    digits = "".join(f"{(n * 2654435761) % 2**32:08x}" for n in range(1, 2501))
    assert to_link("masked_lm", {"text": digits}) is None


@pytest.mark.parametrize("size", [255 * 1024, 256 * 1024 - 11, 256 * 1024 - 10, 256 * 1024, 2_000_000])
def test_every_link_that_is_given_out_can_be_opened(size: int) -> None:
    request = {"text": "a" * size}  # packs to almost nothing
    link = to_link("masked_lm", request)
    assert link is None or from_link(link) == request
    assert link is None or size < 256 * 1024


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"v": "1"},
        {"v": "1", "run": ""},
        {"run": _packed(b"{}")},
        {"v": "2", "run": _packed(b"{}")},
        {"v": "", "run": _packed(b"{}")},
        {"v": "1", "run": "!!!!"},
        {"v": "1", "run": "한국어"},
        {"v": "1", "run": "A"},
        {"v": "1", "run": "AAAA"},
        {"v": "1", "run": _packed(b"{}")[:-4]},
        {"v": "1", "run": base64.urlsafe_b64encode(b"{}").decode()},
        {"v": "1", "run": _packed(b"[]")},
        {"v": "1", "run": _packed(b"[{}]")},
        {"v": "1", "run": _packed(b"null")},
        {"v": "1", "run": _packed(b'"text"')},
        {"v": "1", "run": _packed(b"\xff\xfe")},
        {"v": "1", "run": _packed(b"9" * 10_000)},
        {"v": "1", "run": _packed(b"[" * 100_000)},
        {"v": "1", "run": _packed(b'{"a":' * 20_000)},
        {"v": "1", "run": _packed(b'{"text": "' + b"a" * 3_000_000 + b'"}')},
        {"v": "1", "run": _packed(b"\0" * 4_000_000)},
        {"v": "1", "run": "A" * (MAX_LINK_BYTES + 1)},
    ],
    ids=lambda parameters: str(parameters)[:40],
)
def test_a_hostile_link_is_one_complaint(parameters: dict[str, str]) -> None:
    with pytest.raises(Complaint) as caught:
        from_link(parameters)
    assert caught.value.key == "pg_err_link_broken"


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Watched:
        def __init__(self) -> None:
            self.inner = real()

        def decompress(self, data: bytes, limit: int = 0) -> bytes:
            asked.append(limit)
            return self.inner.decompress(data, limit)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    real = zlib.decompressobj
    bomb = _packed(b"\0" * 4_000_000)
    assert len(bomb) < MAX_LINK_BYTES
    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(Complaint):
        from_link({"v": "1", "run": bomb})
    assert asked and all(0 < limit <= 256 * 1024 for limit in asked)


@settings(max_examples=80)
@given(st.text(max_size=200))
def test_any_text_as_a_link_does_no_more_than_complain(text: str) -> None:
    try:
        assert isinstance(from_link({"v": "1", "run": text}), dict)
    except Complaint as complaint:
        assert complaint.key == "pg_err_link_broken"


class Everything(BaseModel):
    """A field of each kind, to be given wrong values."""

    model_config = ConfigDict(extra="forbid")

    whole: int = Field(default=3, ge=1, le=9)
    open_ended: int = Field(default=3, gt=0, lt=10)
    share: float = 0.5
    finite: float = Field(default=0.5, allow_inf_nan=False)
    text: str = Field(default="a", min_length=1, max_length=5, pattern="^[a-z]+$")
    flag: bool = True
    many: list[int] = Field(default_factory=list, max_length=3)
    some: list[int] = Field(default=[1], min_length=1)
    table: dict[str, int] = Field(default_factory=dict)
    mode: Literal["a", "b"] = "a"
    either: int | list[int] = 1
    own: str = ""
    plain: str = ""
    required: int

    @field_validator("own")
    @classmethod
    def _own(cls, own: str) -> str:
        if own:
            raise Complaint("pg_err_masks", size=len(own), limit=2)
        return own

    @field_validator("plain")
    @classmethod
    def _plain(cls, plain: str) -> str:
        if plain == "value":
            raise ValueError("an explanation of someone else")
        assert plain != "assert"
        return plain


def _complaint(values: Any) -> Complaint:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate(values)
    return complaint_of(caught.value)


@pytest.mark.parametrize(
    ("wrong", "english"),
    [
        ({"whole": 10}, "whole is 10; it can be at most 9."),
        ({"whole": 0}, "whole is 0; it must be at least 1."),
        ({"whole": "three"}, "whole is not a whole number."),
        ({"whole": 1.5}, "whole is not a whole number."),
        ({"whole": None}, "whole is not a whole number."),
        ({"share": "half"}, "share is not a number."),
        ({"share": []}, "share is not a number."),
        ({"flag": "maybe"}, "flag is not true or false."),
        ({"flag": []}, "flag is not true or false."),
        ({"text": 5}, "text is not a text."),
        ({"text": "aaaaaa"}, "text has 6 entries; at most 5 are read."),
        ({"many": [1, 2, 3, 4]}, "many has 4 entries; at most 3 are read."),
        ({"many": "1"}, "many is not a list."),
        ({"many": [1, "x"]}, "many.1 is not a whole number."),
    ],
)
def test_a_wrong_value_is_named_with_its_limit(wrong: dict[str, Any], english: str) -> None:
    complaint = _complaint({"required": 1} | wrong)
    assert complaint.sentence("en") == english
    assert complaint.values["field"] in complaint.sentence("ko")


def test_a_missing_field_is_named() -> None:
    assert _complaint({}).sentence("en") == "required is missing."


@pytest.mark.parametrize(
    "wrong",
    [
        {"unknown": 1},
        {"open_ended": 0},
        {"open_ended": 10},
        {"whole": "9" * 5000},
        {"finite": float("nan")},
        {"finite": float("inf")},
        {"text": ""},
        {"text": "ABC"},
        {"text": b"\xff"},
        {"some": []},
        {"table": []},
        {"table": {"a": "x"}},
        {"mode": "c"},
        {"either": "x"},
        {"plain": "value"},
        {"plain": "assert"},
        {"n" * 3000: 1},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_every_other_error_is_still_one_short_sentence(wrong: dict[str, Any]) -> None:
    complaint = _complaint({"required": 1} | wrong)
    english = complaint.sentence("en")
    # None of pydantic's own sentences inside ours.
    for foreign in ("Input should", "Extra inputs", "Value error", "Assertion failed", "String should", "unable to"):
        assert foreign not in english
        assert foreign not in complaint.sentence("ko")
    assert english.endswith(".") and english.count(".") <= 3 and len(english) < 160
    assert next(iter(wrong))[:20] in english


@pytest.mark.parametrize("values", [None, 7, "text", [], [1]])
def test_what_is_no_request_at_all_is_one_sentence(values: Any) -> None:
    english = _complaint(values).sentence("en")
    assert english.startswith("request is not ") and "Input" not in english


def test_a_validators_own_complaint_is_kept() -> None:
    complaint = _complaint({"required": 1, "own": "xyz"})
    assert (complaint.key, complaint.values) == ("pg_err_masks", {"size": 3, "limit": 2})
