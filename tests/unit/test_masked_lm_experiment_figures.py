import json
import re
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import pytest
from pydantic import BaseModel

from playground.demos.masked_lm import figures
from playground.demos.masked_lm import schema as first
from playground.demos.masked_lm.audit import figures as audit_figures
from playground.demos.masked_lm.audit import schema as audit
from playground.demos.masked_lm.audit import tab as audit_tab
from playground.demos.masked_lm.corruption import figures as corruption_figures
from playground.demos.masked_lm.corruption import schema as corruption
from playground.demos.masked_lm.corruption import tab as corruption_tab
from playground.demos.masked_lm.surprise import figures as surprise_figures
from playground.demos.masked_lm.surprise import schema as surprise
from playground.demos.masked_lm.surprise import tab as surprise_tab
from playground.demos.masked_lm.sweep import figures as sweep_figures
from playground.demos.masked_lm.sweep import schema as sweep
from playground.demos.masked_lm.sweep import tab as sweep_tab
from playground.demos.masked_lm.visible import figures as visible_figures
from playground.demos.masked_lm.visible import schema as visible
from playground.demos.masked_lm.visible import tab as visible_tab
from playground.plots.style import BLUE, GREEN, ORANGE, PURPLE, text
from playground.runs import Run

languages = pytest.mark.parametrize("language", ["en", "ko"])
EVIL = ["<b>", "<s>", "&lt;", "<script>alert(1)</script>", "<a href='x'>"]
# What our own titles and labels are marked up with.
OUR_MARKUP = re.compile(r"<br>|<span style='font-size:12px'>|</span>|<extra></extra>")


def _chosen(place: int, action: str, shown: str, answer: str, **more: Any) -> dict[str, Any]:
    known = {"original": "cat", "probability": 0.25, "right": answer == "cat"}
    return {"position": place, "action": action, "shown": shown, "answer": answer} | known | more


def _corruption(word: str = "dog") -> corruption.Result:
    return corruption.Result.model_validate(
        {
            "tokens": ["[CLS]", "the", "cat", word, "cat", "[SEP]"],
            "special": [0, 5],
            "chosen": [
                _chosen(2, "mask", "[MASK]", "cat"),
                _chosen(3, "random", word, word, original=word, probability=0.00001, right=True),
                _chosen(4, "kept", "cat", word),
            ],
            "draws": 64,
            "accuracy": {
                "mask": {"right": 1, "of": 4, "low": 0.1, "high": 0.6},
                "random": {"right": 0, "of": 0, "low": 0, "high": 1},
                "kept": {"right": 30, "of": 40, "low": 0.6, "high": 0.85},
            },
        }
    )


def _share(kind: str, expected: float, counted: float, deviation: float) -> audit.Share:
    return audit.Share.model_validate({"kind": kind, "expected": expected, "counted": counted, "deviation": deviation})


def _bars(counts: dict[int, float]) -> list[audit.Bar]:
    return [audit.Bar(tokens=tokens, draws=draws) for tokens, draws in counts.items()]


def _audit(counted: dict[int, float], expected: dict[int, float]) -> audit.Result:
    return audit.Result(
        draws=10_000,
        tokens=128,
        shares=[
            _share("chosen", 0.15, 0.15, 0),
            _share("mask", 0.12, 0.1202, 0.0001),  # 2 deviations
            _share("random", 0.015, 0.0144, 0.0001),  # -6
            _share("kept", 0.015, 0.01505, 0.0001),  # 0.5
        ],
        histogram=_bars(counted),
        expected_histogram=_bars(expected),
        variance=2.25,
        expected_variance=2.4,
    )


def _sweep(points: int) -> sweep.Result:
    return sweep.Result(
        tokens=40,
        draws=8,
        points=[
            sweep.Point(
                rate=rate,
                hidden=round(40 * rate),
                accuracy=0.9 - rate,
                accuracy_spread=0.05 + rate / 10,
                loss=1 + rate,
                loss_spread=0.125,
            )
            for rate in sweep.RATES[:points]
        ],
    )


def _surprise(words: list[str], bits: list[float], answer: str = "cat") -> surprise.Result:
    return surprise.Result(
        tokens=["[CLS]", *words, "[SEP]"],
        surprises=[
            surprise.Surprise(position=place, surprisal=bit, answer=answer, right=answer == word)
            for place, (word, bit) in enumerate(zip(words, bits, strict=True), start=1)
        ],
        pseudo_perplexity=1234.56,
    )


def _visible(words: list[str]) -> visible.Result:
    return visible.Result(
        tokens=["[CLS]", *words, "[SEP]"],
        compared=[
            visible.Compared(
                position=place,
                masked=0.1 * place,
                visible=1 - 0.00001 * place,
                right_masked=place == 1,
                right_visible=True,
            )
            for place, _ in enumerate(words, start=1)
        ],
    )


def _looking(word: str = "cat", head: int = 2) -> first.Result:
    holes = [
        first.Prediction(
            position=place,
            original=word,
            candidates=[first.Candidate(token=word, probability=0.5)],
            entropy=1,
            original_rank=1,
            original_probability=0.5,
        )
        for place in (1, 2)
    ]
    weights = [[0.1, 0.2, 0.3, 0.2, 0.1, 0.1], [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]]
    return first.Result(
        tokens=["[CLS]", *[word] * 4, "[SEP]"],
        special=[0, 5],
        predictions=holes,
        attention=first.Attention(layer=3, head=head, layers=6, heads=4, weights=weights),
    )


def _attention(result: first.Result, language: str) -> go.Figure:
    drawn = figures.attention(result, language)
    assert drawn is not None
    return drawn


_NEVER = {"right": 0, "of": 0, "low": 0, "high": 1}
_BINOMIAL = {17: 100.0, 18: 800.0, 19: 900.0}
Draw = Callable[[Any, str], go.Figure]
ORDINARY: dict[str, tuple[Draw, BaseModel]] = {
    "corruption": (corruption_figures.accuracy, _corruption()),
    "audit": (audit_figures.audit, _audit({18: 10, 19: 20}, _BINOMIAL)),
    "sweep": (sweep_figures.curves, _sweep(10)),
    "surprise": (surprise_figures.heatmap, _surprise(["the", "cat"], [0.5, 7])),
    "visible": (visible_figures.dumbbells, _visible(["the", "cat"])),
    "attention": (_attention, _looking()),
}
SPARSE: dict[str, tuple[Draw, BaseModel]] = {
    "nothing chosen": (
        corruption_figures.accuracy,
        corruption.Result.model_validate(
            _corruption().model_dump() | {"chosen": [], "accuracy": dict.fromkeys(("mask", "random", "kept"), _NEVER)}
        ),
    ),
    "one number": (audit_figures.audit, _audit({19: 10_000}, {19: 10_000})),
    "no rate yet": (sweep_figures.curves, _sweep(0)),
    "one rate": (sweep_figures.curves, _sweep(1)),
    "one word": (surprise_figures.heatmap, _surprise(["cat"], [0.0])),
    "one word twice": (visible_figures.dumbbells, _visible(["cat"])),
    "mean attention": (_attention, _looking(head=0)),
}


def _json(drawn: go.Figure) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(drawn.to_json())
    return plain


def _strings(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return [string for one in inside for string in _strings(one)]


def _titles(drawn: dict[str, Any]) -> list[str]:
    layout = drawn["layout"]
    notes = [note["text"] for note in layout.get("annotations", [])]
    return [layout["title"]["text"], *notes] if "title" in layout else notes


@languages
@pytest.mark.parametrize("name", [*ORDINARY, *SPARSE])
def test_every_figure_has_a_title_and_finished_hover_texts(name: str, language: str) -> None:
    draw, result = (ORDINARY | SPARSE)[name]
    drawn = _json(draw(result, language))
    titles = _titles(drawn)
    assert titles and all(title.strip() for title in titles)
    assert drawn["layout"]["height"] >= 100
    for trace in drawn["data"]:
        template = trace.get("hovertemplate", "")
        assert template or trace["hoverinfo"] == "skip"
        # Ours are filled in; what is left is Plotly's, and names what a trace has.
        assert "{{" not in template and "}}" not in template
        assert template.count("{") == template.count("%{")
        for field in re.findall(r"%\{(\w+)", template):
            assert field in trace
        width = len(trace["customdata"][0]) if trace.get("customdata") and isinstance(trace["customdata"], list) else 0
        assert all(int(number) < width for number in re.findall(r"customdata\[(\d)\]", template)) or not width
    if language == "ko":
        assert titles != _titles(_json(draw(result, "en")))


@languages
@pytest.mark.parametrize("token", EVIL)
def test_tokens_are_escaped_in_every_figure(token: str, language: str) -> None:
    drawn = {
        "surprise": surprise_figures.heatmap(_surprise([token, "x"], [1, 2], answer=token), language),
        "visible": visible_figures.dumbbells(_visible([token, "x"]), language),
        "attention": _attention(_looking(token), language),
        "corruption": corruption_figures.accuracy(_corruption(token), language),
    }
    for name, figure in drawn.items():
        plain = _json(figure)
        del plain["layout"]["template"]
        strings = _strings(plain)
        if name != "corruption":  # which shows no tokens
            assert sum(text(token) in string for string in strings) >= 2
        for string in strings:
            assert token not in OUR_MARKUP.sub("", string).replace(text(token), "")


# Corruption


@languages
def test_a_bar_for_each_kind_that_was_asked_for(language: str) -> None:
    drawn = _json(corruption_figures.accuracy(_corruption(), language))
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
    assert "64" in _titles(drawn)[0]
    low, high = drawn["layout"]["xaxis"]["range"]
    assert (low, high) == (0, 1)


def test_the_colours_of_the_kinds_are_three() -> None:
    assert corruption_figures.COLOURS == {"mask": BLUE, "random": ORANGE, "kept": GREEN}


@languages
def test_the_row_shows_what_the_model_reads_and_its_answers(language: str) -> None:
    strip = corruption_tab.strip_of(_corruption("<b>"), language)
    assert [token["text"] for token in strip] == ["[CLS]", "the", "[MASK]", "<b>", "cat", "[SEP]"]
    assert [token["state"] for token in strip] == ["plain", "plain", "masked", "random", "kept", "plain"]
    assert [token.get("below") for token in strip] == [None, None, "✓ cat", "✓ <b>", "✗ <b>", None]
    assert all(token["fixed"] for token in strip)
    assert [bool(token.get("title")) for token in strip] == [False, False, True, True, True, False]
    assert "cat" in strip[2]["title"] and "25.0%" in strip[2]["title"] and "< 0.01%" in strip[3]["title"]


@languages
def test_the_legend_counts_the_kinds_of_the_shown_draw(language: str) -> None:
    legend = corruption_tab._legend(_corruption(), language)
    assert re.findall(r"--key:(#\w+)'>[^<]* (\d)</span>", legend) == [(BLUE, "1"), (ORANGE, "1"), (GREEN, "1")]
    assert {"3", "4"} <= set(re.findall(r"\d+", legend.split("<span")[0]))  # 3 of 4 tokens


# Audit


@languages
def test_the_audits_histogram_and_distances(language: str) -> None:
    drawn = _json(audit_figures.audit(_audit({18: 10, 19: 20}, _BINOMIAL), language))
    bars, promised, distances = drawn["data"]
    assert (bars["type"], bars["x"], bars["y"]) == ("bar", [18, 19], [10, 20])
    assert (promised["x"], promised["y"]) == ([17, 18, 19], [100, 800, 900]) and "lines" in promised["mode"]
    assert distances["x"] == pytest.approx([0, 2, -6, 0.5])
    assert distances["marker"]["color"] == [PURPLE, BLUE, ORANGE, GREEN]
    assert len(set(distances["y"])) == 4
    assert distances["customdata"][1] == ["12.0200%", "12.0000%", "0.0300%"]
    assert "10,000" in _titles(drawn)[0] and "2.25" in _titles(drawn)[0]
    (band,) = drawn["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == (-3, 3)
    low, high = drawn["layout"]["xaxis2"]["range"]
    assert low < -6 and high > 6  # the one outside is seen
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low < 17 and high > 19


def test_a_number_that_never_varies_is_one_bar_and_one_mark() -> None:
    drawn = _json(audit_figures.audit(_audit({19: 10_000}, {19: 10_000}), "en"))
    bars, promised, _ = drawn["data"]
    assert bars["x"] == promised["x"] == [19] and promised["mode"] == "markers"
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low < 18.5 and high > 19.5  # the bar is not the whole width


def test_the_audits_table_marks_what_lies_outside() -> None:
    shares = [
        _share("chosen", 0.15, 0.15, 0),
        _share("mask", 0.12, 0.12029, 0.0001),
        _share("random", 0.015, 0.0154, 0.0001),
        _share("kept", 0.015, 0.0146, 0.0001),
        _share("chosen", 0.15, 0.16, 0),
    ]
    rows = audit_tab._table(shares, "en").split("<tr>")[2:]
    assert ["✓" in row for row in rows] == [True, True, False, False, False]
    assert ["✗" in row for row in rows] == [False, False, True, True, True]
    assert "12.000% ± 0.030%" in rows[1] and "12.029%" in rows[1]


# Sweep


@languages
def test_curves_and_their_bands(language: str) -> None:
    result = _sweep(10)
    drawn = _json(sweep_figures.curves(result, language))
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
    assert any("15%" in title for title in _titles(drawn))
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low == 0 and high > 0.8


def test_axes_stand_still_while_a_sweep_goes_on() -> None:
    first_, last = (_json(sweep_figures.curves(_sweep(points), "en"))["layout"] for points in (0, 10))
    assert first_["xaxis"]["range"] == last["xaxis"]["range"] and first_["height"] == last["height"]
    assert [len(trace["x"]) for trace in _json(sweep_figures.curves(_sweep(3), "en"))["data"]] == [6, 3, 6, 3]


def test_the_sweeps_table() -> None:
    table = sweep_tab._table(_sweep(2), "en")
    rows = table.split("<tr>")[2:]
    assert len(rows) == 2
    cells = re.findall(r"<td>(.*?)</td>", rows[1])
    assert cells == ["10%", "4", "80.0% ± 6.0%", "1.10 ± 0.12"]
    assert "<td>" not in sweep_tab._table(_sweep(0), "en")


# Surprise


@languages
def test_the_text_in_rows_of_six(language: str) -> None:
    words = ["a", "b", "c", "d", "e", "f"]
    drawn = _json(surprise_figures.heatmap(_surprise(words, [0.5, 1, 2, 4, 8, 20.25]), language))
    (heat,) = drawn["data"]
    assert heat["z"] == [[None, 0.5, 1, 2, 4, 8], [20.25, None, None, None, None, None]]
    assert heat["text"] == [["[CLS]", "a", "b", "c", "d", "e"], ["f", "[SEP]", "", "", "", ""]]
    assert [[bool(hover) for hover in row] for row in heat["customdata"]] == [
        [value is not None for value in row] for row in heat["z"]
    ]
    hover = heat["customdata"][1][0]
    assert "6" in hover and "20.2" in hover and "cat" in hover and "f" in hover
    assert heat["zmin"] == 0 and heat["zmax"] == 16
    assert "1,234.6" in _titles(drawn)[0]
    bottom, top = drawn["layout"]["yaxis"]["range"]
    assert (bottom, top) == (1.5, -0.5)  # the first row on top


def test_the_most_surprising_word_is_the_tables_first() -> None:
    table = surprise_tab._table(_surprise(["the", "<b>", "cat"], [1, 9.04, 3]), "en")
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    assert rows == [["2", "&lt;b&gt;", "9.0", "✗ cat"], ["3", "cat", "3.0", "✓ cat"], ["1", "the", "1.0", "✗ cat"]]


# Visible


@languages
def test_two_dots_a_word_and_a_line_between(language: str) -> None:
    drawn = _json(visible_figures.dumbbells(_visible(["the", "cat", "sat"]), language))
    lines, masked, seen = drawn["data"]
    assert masked["x"] == pytest.approx([0.1, 0.2, 0.3]) and seen["x"] == pytest.approx([0.99999, 0.99998, 0.99997])
    assert masked["y"] == seen["y"] == drawn["layout"]["yaxis"]["tickvals"] == [0, 1, 2]
    assert drawn["layout"]["yaxis"]["ticktext"] == ["the", "cat", "sat"]
    assert lines["x"][:3] == [0.1, 0.99999, None] and lines["y"] == [0, 0, None, 1, 1, None, 2, 2, None]
    assert (masked["marker"]["color"], seen["marker"]["color"]) == (BLUE, ORANGE)
    assert masked["name"] and seen["name"] and masked["name"] != seen["name"]
    assert masked["customdata"][1] == ["cat", "20.0%"]
    assert re.findall(r"\d+", _titles(drawn)[0]) == ["1", "3", "3"]  # hidden 1, visible 3 of 3
    bottom, top = drawn["layout"]["yaxis"]["range"]
    assert bottom > top


# Attention


@languages
@pytest.mark.parametrize("head", [0, 2])
def test_a_row_of_weights_for_each_hole(language: str, head: int) -> None:
    drawn = _attention(_looking(head=head), language)
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
    assert figures.attention(_looking().model_copy(update={"attention": None}), "en") is None


# Tables and tabs


@languages
@pytest.mark.parametrize("token", EVIL)
def test_tables_are_escaped(token: str, language: str) -> None:
    tables = [
        corruption_tab._table(_corruption(token), language),
        surprise_tab._table(_surprise([token], [1], answer=token), language),
        visible_tab._table(_visible([token]), language),
    ]
    for table in tables:
        assert text(token).replace("'", "&#x27;") in table
        assert set(re.findall(r"</?(\w+)", table)) == {"div", "table", "tr", "th", "td"}
        assert table.count("<tr>") == table.count("</tr>") >= 2


@languages
@pytest.mark.parametrize(
    ("tab", "result"),
    [
        (corruption_tab, _corruption()),
        (audit_tab, _audit({18: 10, 19: 20}, _BINOMIAL)),
        (sweep_tab, _sweep(10)),
        (sweep_tab, _sweep(0)),
        (surprise_tab, _surprise(["the", "cat"], [1, 2])),
        (visible_tab, _visible(["the", "cat"])),
    ],
    ids=lambda value: value.__name__.split(".")[-2] if hasattr(value, "__name__") else "",
)
def test_a_stored_run_is_drawn_as_it_was(tab: Any, result: BaseModel, language: str) -> None:
    run = Run(demo=tab.DEMO.name, request={}, result=result.model_dump(), model="m", device="CPU", seconds=1)
    again = Run.model_validate_json(run.model_dump_json())
    drawn, expected = tab.draw(again, language), tab.draw(run, language)
    assert len(drawn) == (4 if tab is corruption_tab else 2)
    assert any(isinstance(part, go.Figure) for part in drawn)
    assert [part.to_json() if isinstance(part, go.Figure) else part for part in drawn] == [
        part.to_json() if isinstance(part, go.Figure) else part for part in expected
    ]
