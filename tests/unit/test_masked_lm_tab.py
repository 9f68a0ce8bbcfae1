from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.demos.masked_lm.schema import Candidate, Prediction, Result
from playground.demos.masked_lm.tab import moved, pressed, result_of, strip_of
from playground.runs import Run
from playground.ui.tokens import parse


def _framed(words: Sequence[str]) -> list[str]:
    return ["[CLS]", *words, "[SEP]"]


@settings(max_examples=200)
@given(st.data())
def test_hidden_words_follow_an_edit_elsewhere_and_go_with_an_edit_of_their_own(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 10))
    before = _framed([f"old{i}" for i in range(size)])
    start = data.draw(st.integers(1, size + 1))
    end = data.draw(st.integers(start, size + 1))
    typed = [f"new{i}" for i in range(data.draw(st.integers(0, 4)))]
    after = [*before[:start], *typed, *before[end:]]
    hidden = data.draw(st.lists(st.integers(1, size), unique=True).map(sorted))
    # Every word is there once, so where it went is known.
    expected = [after.index(before[place]) for place in hidden if before[place] in after]
    assert moved(hidden, before, after) == expected
    assert expected == [p for p in hidden if p < start] + [p + len(after) - len(before) for p in hidden if p >= end]


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from("abc"), max_size=8),
    st.lists(st.sampled_from("abc"), max_size=8),
    st.sets(st.integers(1, 8)),
)
def test_whatever_the_edit_a_moved_place_holds_the_same_word(old: list[str], new: list[str], places: set[int]) -> None:
    before, after = _framed(old), _framed(new)
    hidden = sorted(place for place in places if place <= len(old))
    got = moved(hidden, before, after)
    assert got == sorted(set(got))
    assert all(1 <= place <= len(new) for place in got)
    # In order, each is one of the words that were hidden.
    remaining = iter(before[place] for place in hidden)
    assert all(any(after[place] == word for word in remaining) for place in got)
    if old == new:
        assert got == hidden


@pytest.mark.parametrize(
    ("before", "after", "hidden", "expected"),
    [
        ("the cat sat", "the black cat sat", [2, 3], [3, 4]),
        ("the black cat sat", "the cat sat", [2, 3], [2]),
        ("the cat sat", "the cat sat down", [3], [3]),
        ("the cat sat", "oh the cat sat", [1], [2]),
        ("the cat sat", "", [1, 3], []),
        ("the cat sat", "a dog ran", [1, 2, 3], []),
        ("the cat sat", "the dog sat", [1, 2, 3], [1, 3]),
        ("a b a b", "a b", [1, 2], [1, 2]),
    ],
)
def test_edits_by_hand(before: str, after: str, hidden: list[int], expected: list[int]) -> None:
    assert moved(hidden, _framed(before.split()), _framed(after.split())) == expected


def _run() -> Run:
    known = Prediction(
        position=2,
        original="cat",
        candidates=[Candidate(token="dog", probability=0.5)],
        entropy=1.0,
        original_rank=4,
        original_probability=0.01,
    )
    typed = known.model_copy(
        update={"position": 3, "original": None, "original_rank": None, "original_probability": None}
    )
    result = Result(tokens=["[CLS]", "<b>", "cat", "[MASK]", "[SEP]"], special=[0, 4], predictions=[known, typed])
    return Run(
        demo="masked_lm",
        request={"text": "<b> cat [MASK]"},
        result=result.model_dump(),
        model="bert-mini",
        device="CPU",
        seconds=0.1,
    )


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_strip_shows_what_is_hidden_and_what_cannot_be(language: str) -> None:
    strip = strip_of(_run(), language)
    shown = [token["pressed_text"] if token.get("pressed") else token["text"] for token in strip]
    assert shown == ["[CLS]", "<b>", "[MASK]", "[MASK]", "[SEP]"]
    assert [token.get("fixed", False) for token in strip] == [True, False, False, True, True]
    # A click shows the hidden word again, and hides the other one.
    assert strip[2]["text"] == "cat" and strip[1]["pressed_text"] == "[MASK]"
    assert "cat" in strip[2]["title"] and "cat" not in strip[3]["title"]
    titles = [token["title"] for token in strip]
    assert all(titles) and titles[0] == titles[4]


def test_the_strip_speaks_the_visitors_language() -> None:
    english, korean = (strip_of(_run(), language) for language in ("en", "ko"))
    assert all(a["title"] != b["title"] for a, b in zip(english, korean, strict=True))
    assert all(a["text"] == b["text"] for a, b in zip(english, korean, strict=True))


def test_pressed_are_the_clicked_places_without_the_typed_ones() -> None:
    assert pressed(strip_of(_run(), "en")) == [2]
    assert pressed([]) == []
    assert pressed([{"text": "a"}, {"text": "b", "pressed": True}, {"text": "c", "pressed": False}]) == [1]


def test_result_of_reads_a_stored_run() -> None:
    again = Run.model_validate_json(_run().model_dump_json())
    assert result_of(again) == result_of(_run())


@pytest.mark.parametrize("payload", [None, "", "{", "7", "null", '{"text": "a"}', '["a", 1, null, {"text": 5}]'])
def test_what_is_no_strip_counts_as_none(payload: str | None) -> None:
    assert pressed(parse(payload)) == []
