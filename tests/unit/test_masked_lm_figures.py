import json
from itertools import pairwise
from typing import Any

import pytest

from playground.demos.masked_lm import figures
from playground.demos.masked_lm.schema import Candidate, Prediction, Result
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, TEMPLATE, figure, percent, text


def _hole(position: int, original: str | None, words: list[str], rank: int | None = None) -> Prediction:
    """Candidates with 1/2, 1/4, 1/8 ...; a hidden word that is not among them has one in ten thousand."""
    probabilities = {word: 0.5 ** (place + 1) for place, word in enumerate(words)}
    if original in probabilities:
        rank = words.index(original) + 1
    return Prediction(
        position=position,
        original=original,
        candidates=[Candidate(token=word, probability=p) for word, p in probabilities.items()],
        entropy=3.14159,
        original_rank=rank,
        original_probability=None if original is None else probabilities.get(original, 0.0001),
    )


def _drawn(*holes: Prediction, language: str = "en") -> dict[str, Any]:
    result = Result(tokens=["[CLS]", *["word"] * 20, "[SEP]"], special=[0, 21], predictions=list(holes))
    drawn: dict[str, Any] = json.loads(figures.candidates(result, language).to_json())
    return drawn


def _titles(drawn: dict[str, Any]) -> list[str]:
    return [note["text"] for note in drawn["layout"]["annotations"]]


def test_the_hidden_word_has_another_colour_and_the_best_is_on_top() -> None:
    drawn = _drawn(_hole(4, "is", ["was", "is", "of"]))
    (bars,) = drawn["data"]
    assert bars["type"] == "bar" and bars["orientation"] == "h"
    assert bars["x"] == [0.5, 0.25, 0.125]
    assert bars["customdata"] == drawn["layout"]["yaxis"]["ticktext"] == ["was", "is", "of"]
    assert bars["marker"]["color"] == [BLUE, ORANGE, BLUE]
    assert bars["text"] == ["50.0%", "25.0%", "12.5%"]
    bottom, top = drawn["layout"]["yaxis"]["range"]
    assert bottom > top  # place 0 is drawn at the top
    assert ORANGE != BLUE


def test_the_title_says_place_word_rank_probability_entropy() -> None:
    (title,) = _titles(_drawn(_hole(4, "is", ["was", "is", "of"])))
    for part in ("Place 4", "<i>is</i>", "rank 2", "25.0%", "3.1 bits"):
        assert part in title
    (korean,) = _titles(_drawn(_hole(4, "is", ["was", "is", "of"]), language="ko"))
    for part in ("4번 자리", "<i>is</i>", "2위", "25.0%", "3.1비트"):
        assert part in korean


def test_a_hidden_word_that_is_not_among_the_best_gets_a_bar_with_its_rank() -> None:
    drawn = _drawn(_hole(4, "zebra", ["was", "is"], rank=12_345))
    (bars,) = drawn["data"]
    assert bars["customdata"] == ["was", "is", "zebra (rank 12,345)"]
    assert bars["marker"]["color"] == [BLUE, BLUE, ORANGE]
    assert bars["x"][-1] == 0.0001 and bars["text"][-1] == "0.01%"
    (korean,) = _drawn(_hole(4, "zebra", ["was", "is"], rank=12_345), language="ko")["data"]
    assert korean["customdata"][-1] == "zebra (12,345위)"


def test_a_typed_mask_has_no_coloured_bar() -> None:
    drawn = _drawn(_hole(4, None, ["was", "is"]))
    (bars,) = drawn["data"]
    assert bars["marker"]["color"] == [BLUE, BLUE]
    assert _titles(drawn) == [say("pg_mlm_panel_unknown", "en", position=4, entropy="3.1")]


@pytest.mark.parametrize("token", ["<b>", "<script>alert(1)</script>", "&", "&lt;", "<s>", "<a href='x'>", "a<br>b"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_tokens_are_shown_literally(token: str, language: str) -> None:
    drawn = json.dumps(
        [
            _drawn(_hole(1, token, [token, "x"]), language=language),
            _drawn(_hole(2, token, ["x"], rank=99), language=language),
        ]
    )
    escaped = token.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert text(token) == escaped
    assert drawn.count(escaped) >= 5  # in the bars, the ticks and the title
    assert token not in drawn.replace(escaped, "").replace("<br><span", "")


def test_percent_signs_in_a_token_are_no_template() -> None:
    (bars,) = _drawn(_hole(1, "%{x}", ["%{x}", "%"]))["data"]
    assert "%{x}" in bars["customdata"]
    assert bars["hovertemplate"] == "%{customdata}<br>%{x:.2%} at place 1<extra></extra>"
    assert "texttemplate" not in bars


@pytest.mark.parametrize("language", ["en", "ko"])
def test_sixteen_holes_have_sixteen_panels_that_do_not_overlap(language: str) -> None:
    words = [f"candidate{i}" for i in range(25)]
    drawn = _drawn(*(_hole(n, "elsewhere", words, rank=100 + n) for n in range(1, 17)), language=language)
    assert len(drawn["data"]) == 16
    titles = _titles(drawn)
    assert len(titles) == 16 and all(str(n) in title for n, title in enumerate(titles, start=1))
    layout = drawn["layout"]
    domains = [layout[f"yaxis{n if n > 1 else ''}"]["domain"] for n in range(1, 17)]
    assert all(low < high for low, high in domains)
    assert all(below[1] < above[0] for above, below in pairwise(domains))
    # Each bar has room for a line of text.
    inner = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    assert all((high - low) * inner / 26 > 16 for low, high in domains)
    assert len(json.dumps(drawn)) < 60 * 1024


def test_bars_of_different_panels_are_measured_by_one_scale() -> None:
    drawn = _drawn(_hole(1, "a", ["a", "b"]), _hole(2, "x", ["y"], rank=3))
    layout = drawn["layout"]
    assert layout["xaxis"]["range"] == layout["xaxis2"]["range"]
    low, high = layout["xaxis"]["range"]
    assert low == 0 and high > 0.5
    assert layout["xaxis2"]["title"]["text"] == "Probability" and "title" not in layout["xaxis"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_without_a_hole_the_picture_invites(language: str) -> None:
    drawn = _drawn(language=language)
    assert not drawn["data"]
    assert _titles(drawn) == [say("pg_mlm_invite", language)]


def test_one_small_template_for_all() -> None:
    assert len(json.dumps(TEMPLATE.to_plotly_json(), default=lambda part: part.to_plotly_json())) < 2048
    assert figure(height=100).layout.template.layout.font.size == 13
    assert len(json.dumps(_drawn(_hole(1, "a", ["a"])))) < 4096


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (1.0, "100.0%"),
        (0.1234, "12.3%"),
        (0.001, "0.1%"),
        (0.00094, "0.09%"),
        (0.0001, "0.01%"),
        (0.00009, "< 0.01%"),
        (1e-12, "< 0.01%"),
        (0.0, "0.00%"),
    ],
)
def test_percent(probability: float, shown: str) -> None:
    assert percent(probability) == shown


def test_titles_begin_where_the_labels_do() -> None:
    """Moved left by just the margin that the longest label needs, which is never wider than a telephone allows."""
    for labels in (["a"], ["internationally", "a"], ["한국어"], ["x" * 300]):
        layout = _drawn(_hole(4, labels[0], labels))["layout"]
        left = layout["margin"]["l"]
        assert 8 <= left <= 206
        assert [note["xshift"] for note in layout["annotations"]] == [-left]
