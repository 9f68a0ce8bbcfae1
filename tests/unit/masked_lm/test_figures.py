"""Each figure of the masked-LM experiments shows the numbers of its Result."""

import re

import pytest

from playground.demos.masked_lm import figures
from playground.demos.masked_lm.audit import figures as audit_figures
from playground.demos.masked_lm.audit import tab as audit_tab
from playground.demos.masked_lm.corruption import figures as corruption_figures
from playground.demos.masked_lm.corruption import tab as corruption_tab
from playground.demos.masked_lm.surprise import figures as surprise_figures
from playground.demos.masked_lm.surprise import tab as surprise_tab
from playground.demos.masked_lm.sweep import figures as sweep_figures
from playground.demos.masked_lm.sweep import schema as sweep
from playground.demos.masked_lm.sweep import tab as sweep_tab
from playground.demos.masked_lm.visible import figures as visible_figures
from playground.plots.style import BLUE, GREEN, ORANGE, PURPLE
from tests.unit.masked_lm.results import (
    BINOMIAL,
    a_corruption,
    a_share,
    a_surprise,
    a_sweep,
    a_visible,
    an_audit,
    attention_of,
    languages,
    looking,
    plain_json,
    titles_of,
)

# Corruption


@languages
def test_a_bar_for_each_kind_that_was_asked_for(language: str) -> None:
    drawn = plain_json(corruption_figures.accuracy(a_corruption(), language))
    (bars,) = drawn["data"]
    assert bars["x"] == [0.25, 0.75]  # no random word in any draw, so no bar
    assert bars["marker"]["color"] == [BLUE, GREEN]
    assert bars["error_x"]["array"] == pytest.approx([0.35, 0.1])
    assert bars["error_x"]["arrayminus"] == pytest.approx([0.15, 0.15])
    for label, kind, numbers in zip(
        bars["y"], ("mask", "kept"), (("25.0%", "1", "4"), ("75.0%", "30", "40")), strict=True
    ):
        assert corruption_tab.say(f"pg_cor_{kind}", language) in label
        assert all(number in label for number in numbers)
    assert [more[1:] for more in bars["customdata"]] == [["10.0%", "60.0%"], ["60.0%", "85.0%"]]
    assert "64" in titles_of(drawn)[0]
    low, high = drawn["layout"]["xaxis"]["range"]
    assert (low, high) == (0, 1)


def test_the_colours_of_the_kinds_are_three() -> None:
    assert corruption_figures.COLOURS == {"mask": BLUE, "random": ORANGE, "kept": GREEN}


@languages
def test_the_row_shows_what_the_model_reads_and_its_answers(language: str) -> None:
    strip = corruption_tab.strip_of(a_corruption("<b>"), language)
    assert [token["text"] for token in strip] == ["[CLS]", "the", "[MASK]", "<b>", "cat", "[SEP]"]
    assert [token["state"] for token in strip] == ["plain", "plain", "masked", "random", "kept", "plain"]
    assert [token.get("below") for token in strip] == [None, None, "✓ cat", "✓ <b>", "✗ <b>", None]
    assert all(token["fixed"] for token in strip)
    assert [bool(token.get("title")) for token in strip] == [False, False, True, True, True, False]
    assert "cat" in strip[2]["title"] and "25.0%" in strip[2]["title"] and "< 0.01%" in strip[3]["title"]


@languages
def test_the_legend_counts_the_kinds_of_the_shown_draw(language: str) -> None:
    legend = corruption_tab._legend(a_corruption(), language)
    assert re.findall(r"--key:(#\w+)'>[^<]* (\d)</span>", legend) == [(BLUE, "1"), (ORANGE, "1"), (GREEN, "1")]
    assert {"3", "4"} <= set(re.findall(r"\d+", legend.split("<span")[0]))  # 3 of 4 tokens


# Audit


@languages
def test_the_audits_histogram_and_distances(language: str) -> None:
    drawn = plain_json(audit_figures.audit(an_audit({18: 10, 19: 20}, BINOMIAL), language))
    bars, promised, distances = drawn["data"]
    assert (bars["type"], bars["x"], bars["y"]) == ("bar", [18, 19], [10, 20])
    assert (promised["x"], promised["y"]) == ([17, 18, 19], [100, 800, 900]) and "lines" in promised["mode"]
    assert distances["x"] == pytest.approx([0, 2, -6, 0.5])
    assert distances["marker"]["color"] == [PURPLE, BLUE, ORANGE, GREEN]
    assert len(set(distances["y"])) == 4
    assert distances["customdata"][1] == ["12.0200%", "12.0000%", "0.0300%"]
    assert "10,000" in titles_of(drawn)[0] and "2.25" in titles_of(drawn)[0]
    (band,) = drawn["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == (-3, 3)
    low, high = drawn["layout"]["xaxis2"]["range"]
    assert low < -6 and high > 6  # the one outside is seen
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low < 17 and high > 19


def test_a_number_that_never_varies_is_one_bar_and_one_mark() -> None:
    drawn = plain_json(audit_figures.audit(an_audit({19: 10_000}, {19: 10_000}), "en"))
    bars, promised, _ = drawn["data"]
    assert bars["x"] == promised["x"] == [19] and promised["mode"] == "markers"
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low < 18.5 and high > 19.5  # the bar is not the whole width


def test_the_audits_table_marks_what_lies_outside() -> None:
    shares = [
        a_share("chosen", 0.15, 0.15, 0),
        a_share("mask", 0.12, 0.12029, 0.0001),
        a_share("random", 0.015, 0.0154, 0.0001),
        a_share("kept", 0.015, 0.0146, 0.0001),
        a_share("chosen", 0.15, 0.16, 0),
    ]
    rows = audit_tab._table(shares, "en").split("<tr>")[2:]
    assert ["✓" in row for row in rows] == [True, True, False, False, False]
    assert ["✗" in row for row in rows] == [False, False, True, True, True]
    assert "12.000% ± 0.030%" in rows[1] and "12.029%" in rows[1]


# Sweep


@languages
def test_curves_and_their_bands(language: str) -> None:
    result = a_sweep(10)
    drawn = plain_json(sweep_figures.curves(result, language))
    band, accuracy, loss_band, loss = drawn["data"]
    assert accuracy["x"] == loss["x"] == list(sweep.RATES)
    assert accuracy["y"] == pytest.approx([0.9 - rate for rate in sweep.RATES])
    assert loss["y"] == pytest.approx([1 + rate for rate in sweep.RATES])
    there_and_back = [*sweep.RATES, *reversed(sweep.RATES)]
    assert band["x"] == loss_band["x"] == there_and_back and band["fill"] == "toself"
    upper = [point.accuracy + point.accuracy_spread for point in result.points]
    lower = [point.accuracy - point.accuracy_spread for point in result.points]
    assert band["y"] == pytest.approx([*upper, *reversed(lower)])
    assert loss_band["y"] == pytest.approx([1.125 + r for r in sweep.RATES] + [0.875 + r for r in sweep.RATES[::-1]])
    assert accuracy["customdata"][9] == pytest.approx([32, 8, 0.13])
    assert loss["customdata"][0] == pytest.approx([2, 8, 0.125])
    assert (accuracy["yaxis"], loss["yaxis"]) == ("y", "y2")
    assert [shape["x0"] for shape in drawn["layout"]["shapes"]] == [0.15, 0.15]
    assert any("15%" in title for title in titles_of(drawn))
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low == 0 and high > 0.8


def test_axes_stand_still_while_a_sweep_goes_on() -> None:
    first_, last = (plain_json(sweep_figures.curves(a_sweep(points), "en"))["layout"] for points in (0, 10))
    assert first_["xaxis"]["range"] == last["xaxis"]["range"] and first_["height"] == last["height"]
    assert [len(trace["x"]) for trace in plain_json(sweep_figures.curves(a_sweep(3), "en"))["data"]] == [6, 3, 6, 3]


def test_the_sweeps_table() -> None:
    table = sweep_tab._table(a_sweep(2), "en")
    rows = table.split("<tr>")[2:]
    assert len(rows) == 2
    cells = re.findall(r"<td>(.*?)</td>", rows[1])
    assert cells == ["10%", "4", "80.0% ± 6.0%", "1.10 ± 0.12"]
    assert "<td>" not in sweep_tab._table(a_sweep(0), "en")


# Surprise


@languages
def test_the_text_in_rows_of_six(language: str) -> None:
    words = ["a", "b", "c", "d", "e", "f"]
    drawn = plain_json(surprise_figures.heatmap(a_surprise(words, [0.5, 1, 2, 4, 8, 20.25]), language))
    (heat,) = drawn["data"]
    assert heat["z"] == [[None, 0.5, 1, 2, 4, 8], [20.25, None, None, None, None, None]]
    assert heat["text"] == [["[CLS]", "a", "b", "c", "d", "e"], ["f", "[SEP]", "", "", "", ""]]
    assert [[bool(hover) for hover in row] for row in heat["customdata"]] == [
        [value is not None for value in row] for row in heat["z"]
    ]
    hover = heat["customdata"][1][0]
    assert "6" in hover and "20.2" in hover and "cat" in hover and "f" in hover
    assert heat["zmin"] == 0 and heat["zmax"] == 16
    assert "1,234.6" in titles_of(drawn)[0]
    bottom, top = drawn["layout"]["yaxis"]["range"]
    assert (bottom, top) == (1.5, -0.5)  # the first row on top


def test_the_most_surprising_word_is_the_tables_first() -> None:
    table = surprise_tab._table(a_surprise(["the", "<b>", "cat"], [1, 9.04, 3]), "en")
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    assert rows == [["2", "&lt;b&gt;", "9.0", "✗ cat"], ["3", "cat", "3.0", "✓ cat"], ["1", "the", "1.0", "✗ cat"]]


# Visible


@languages
def test_two_dots_a_word_and_a_line_between(language: str) -> None:
    drawn = plain_json(visible_figures.dumbbells(a_visible(["the", "cat", "sat"]), language))
    lines, masked, seen = drawn["data"]
    assert masked["x"] == pytest.approx([0.1, 0.2, 0.3]) and seen["x"] == pytest.approx([0.99999, 0.99998, 0.99997])
    assert masked["y"] == seen["y"] == drawn["layout"]["yaxis"]["tickvals"] == [0, 1, 2]
    assert drawn["layout"]["yaxis"]["ticktext"] == ["the", "cat", "sat"]
    assert lines["x"][:3] == [0.1, 0.99999, None] and lines["y"] == [0, 0, None, 1, 1, None, 2, 2, None]
    assert (masked["marker"]["color"], seen["marker"]["color"]) == (BLUE, ORANGE)
    assert masked["name"] and seen["name"] and masked["name"] != seen["name"]
    assert masked["customdata"][1] == ["cat", "20.0%"]
    assert re.findall(r"\d+", titles_of(drawn)[0]) == ["1", "3", "3"]  # hidden 1, visible 3 of 3
    bottom, top = drawn["layout"]["yaxis"]["range"]
    assert bottom > top


# Attention


@languages
@pytest.mark.parametrize("head", [0, 2])
def test_a_row_of_weights_for_each_hole(language: str, head: int) -> None:
    drawn = attention_of(looking(head=head), language)
    (heat,) = drawn.data
    assert heat.z.tolist() == [
        pytest.approx([0.1, 0.2, 0.3, 0.2, 0.1, 0.1]),
        pytest.approx([0.5, 0.1, 0.1, 0.1, 0.1, 0.1]),
    ]
    read = ["[CLS]", "[MASK]", "[MASK]", "cat", "cat", "[SEP]"]  # what is hidden is not seen
    assert list(drawn.layout.xaxis.ticktext) == read
    assert list(heat.x) == [f"{place}: {word}" for place, word in enumerate(read)]  # no two columns are taken for one
    assert ["1" in heat.y[0], "2" in heat.y[1]] == [True, True]
    assert drawn.layout.yaxis.autorange == "reversed"
    title = drawn.layout.title.text
    assert "3" in title and ("2" in title) == (head == 2)


def test_no_attention_no_figure() -> None:
    assert figures.attention(looking().model_copy(update={"attention": None}), "en") is None
