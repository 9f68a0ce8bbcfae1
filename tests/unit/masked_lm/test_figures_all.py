"""What holds for every figure, table and stored run of the masked-LM experiments."""

import re
from typing import Any

import plotly.graph_objects as go
import pytest
from pydantic import BaseModel

from playground.demos.masked_lm.audit import tab as audit_tab
from playground.demos.masked_lm.corruption import figures as corruption_figures
from playground.demos.masked_lm.corruption import tab as corruption_tab
from playground.demos.masked_lm.surprise import figures as surprise_figures
from playground.demos.masked_lm.surprise import tab as surprise_tab
from playground.demos.masked_lm.sweep import tab as sweep_tab
from playground.demos.masked_lm.visible import figures as visible_figures
from playground.demos.masked_lm.visible import tab as visible_tab
from playground.plots.style import text
from playground.runs import Run
from tests.unit.masked_lm.results import (
    BINOMIAL,
    EVIL,
    ORDINARY,
    SPARSE,
    a_corruption,
    a_surprise,
    a_sweep,
    a_visible,
    an_audit,
    attention_of,
    languages,
    looking,
    plain_json,
    strings_in,
    titles_of,
)

# What our own titles and labels are marked up with.
OUR_MARKUP = re.compile(r"<br>|<span style='font-size:12px'>|</span>|<extra></extra>")


@languages
@pytest.mark.parametrize("name", [*ORDINARY, *SPARSE])
def test_every_figure_has_a_title_and_finished_hover_texts(name: str, language: str) -> None:
    draw, result = (ORDINARY | SPARSE)[name]
    drawn = plain_json(draw(result, language))
    titles = titles_of(drawn)
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
        assert titles != titles_of(plain_json(draw(result, "en")))


@languages
@pytest.mark.parametrize("token", EVIL)
def test_tokens_are_escaped_in_every_figure(token: str, language: str) -> None:
    drawn = {
        "surprise": surprise_figures.heatmap(a_surprise([token, "x"], [1, 2], answer=token), language),
        "visible": visible_figures.dumbbells(a_visible([token, "x"]), language),
        "attention": attention_of(looking(token), language),
        "corruption": corruption_figures.accuracy(a_corruption(token), language),
    }
    for name, figure in drawn.items():
        plain = plain_json(figure)
        del plain["layout"]["template"]
        strings = strings_in(plain)
        if name != "corruption":  # which shows no tokens
            assert sum(text(token) in string for string in strings) >= 2
        for string in strings:
            assert token not in OUR_MARKUP.sub("", string).replace(text(token), "")


@languages
@pytest.mark.parametrize("token", EVIL)
def test_tables_are_escaped(token: str, language: str) -> None:
    tables = [
        corruption_tab._table(a_corruption(token), language),
        surprise_tab._table(a_surprise([token], [1], answer=token), language),
        visible_tab._table(a_visible([token]), language),
    ]
    for table in tables:
        assert text(token).replace("'", "&#x27;") in table
        assert set(re.findall(r"</?(\w+)", table)) == {"div", "table", "tr", "th", "td"}
        assert table.count("<tr>") == table.count("</tr>") >= 2


@languages
@pytest.mark.parametrize(
    ("tab", "result"),
    [
        (corruption_tab, a_corruption()),
        (audit_tab, an_audit({18: 10, 19: 20}, BINOMIAL)),
        (sweep_tab, a_sweep(10)),
        (sweep_tab, a_sweep(0)),
        (surprise_tab, a_surprise(["the", "cat"], [1, 2])),
        (visible_tab, a_visible(["the", "cat"])),
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
