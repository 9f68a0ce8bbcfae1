import inspect
import json
import pickle
import re
from string import Formatter

import pytest

from playground import demos
from playground.messages import LANGUAGES, Complaint, Notice, language_of, say, texts
from playground.paths import LOCALES, ROOT

_HELP = {f"pg_help_{demo.name}" for demo in demos.EVERY}


def _places(text: str) -> dict[str, str]:
    """Placeholder name -> format, e.g. {"size": ","}."""
    return {name: form or "" for _, name, form, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    assert set(texts("ko")) - _HELP == set(texts("en"))


def test_every_demo_explains_itself_in_both_languages() -> None:
    assert set(texts("ko")) >= _HELP
    for demo in demos.EVERY:
        assert len(demo.help.strip()) > 200
        assert re.search(r"[가-힣]", texts("ko")[f"pg_help_{demo.name}"])


@pytest.mark.parametrize("key", sorted(texts("en")))
def test_a_text_has_the_same_places_in_both_languages(key: str) -> None:
    english, korean = _places(texts("en")[key]), _places(texts("ko")[key])
    assert english.keys() == korean.keys()
    assert all(name.isidentifier() for name in english)
    assert english == korean  # thousands separators too


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert all(text.strip() for text in texts(language).values())
    assert all(key.startswith("pg_") for key in texts(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_twice_in_its_file(language: str) -> None:
    raw = (LOCALES / f"{language}.json").read_text(encoding="utf-8")
    pairs: list[tuple[str, str]] = json.loads(raw, object_pairs_hook=list)
    assert len(pairs) == len(dict(pairs))


def test_errors_are_one_paragraph_that_ends_like_a_sentence() -> None:
    for language in LANGUAGES:
        for key, text in texts(language).items():
            if key.startswith("pg_err_"):
                assert "\n" not in text
                assert text.endswith((".", "{reason}")), (language, key)


def test_every_key_in_the_code_has_a_text() -> None:
    used: set[str] = set()
    for path in (ROOT / "playground").rglob("*.py"):
        used |= set(re.findall(r"[\"'](pg_[a-z_]+)[\"']", path.read_text(encoding="utf-8")))
    assert len(used) > 40
    # A key that ends in an underscore is the beginning of an f-string's.
    assert {key for key in used if not key.endswith("_")} <= set(texts("ko"))


def test_complaints_in_the_code_fill_exactly_the_places_of_their_text() -> None:
    call = re.compile(r"Complaint\(\s*\"(pg_\w+)\"((?:[^()]|\([^()]*\))*)\)")
    found = 0
    for path in (ROOT / "playground").rglob("*.py"):
        for key, arguments in call.findall(path.read_text(encoding="utf-8")):
            found += 1
            given = set(re.findall(r"(?<![=!<>])\b(\w+)=(?!=)", re.sub(r"\"[^\"]*\"", "''", arguments)))
            assert given == set(_places(texts("en")[key])), (path.name, key)
    assert found > 20


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ko", "ko"),
        ("ko-KR", "ko"),
        ("KO", "ko"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
        ("korean", "en"),
        ("<script>", "en"),
    ],
)
def test_language_of(tag: str | None, language: str) -> None:
    assert language_of(tag) == language


def test_say_fills_places_and_falls_back_to_english() -> None:
    assert say("pg_err_masks", size=20, limit=16).startswith("20 places are hidden; at most 16 ")
    assert say("pg_err_empty", "fr") == say("pg_err_empty", "en") != say("pg_err_empty", "ko-KR")
    with pytest.raises(KeyError):
        say("pg_no_such_key")
    with pytest.raises(KeyError):
        texts("fr")


def test_braces_in_a_value_are_shown_and_not_filled() -> None:
    said = say("pg_err_model_unknown", model="{model} {0} {x.__class__}")
    assert "{model} {0} {x.__class__}" in said


def test_a_complaint_survives_pickling() -> None:
    complaint = Complaint("pg_err_tokens", size=1412, model="bert-mini", limit=512)
    copy = pickle.loads(pickle.dumps(complaint))
    assert isinstance(copy, Complaint)
    assert (copy.key, copy.values) == (complaint.key, complaint.values)
    assert str(copy) == copy.sentence("en") == "The text has 1,412 tokens; bert-mini reads at most 512: shorten it."
    assert "1,412" in copy.sentence("ko")


def test_a_complaint_is_a_value_error_so_that_pydantic_carries_it() -> None:
    assert issubclass(Complaint, ValueError)
    assert "self" in inspect.signature(Complaint.__init__).parameters


def test_a_notice_speaks_both_languages_and_is_json() -> None:
    notice = Notice(key="pg_note_unknown", values={"model": "bert-mini", "count": 3})
    again = Notice.model_validate_json(notice.model_dump_json())
    assert again == notice
    assert "3" in again.sentence("en")
    assert again.sentence("en") != again.sentence("ko")
