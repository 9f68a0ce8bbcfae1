"""How many pieces each tokenizer makes of the same texts."""

import plotly.graph_objects as go

from playground.demos.inputs.schema import Count, Result
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, figure, label_pixels, text

_PLAIN = {"words", "characters", "bytes"}


def name_of(count: Count, language: str) -> str:
    """A tokenizer's name as it is shown."""
    return say(f"pg_tok_{count.name}", language) if count.name in _PLAIN else count.name


def counts(result: Result, language: str) -> go.Figure:
    """A group of bars a tokenizer, one bar a text."""
    names = [text(name_of(count, language)).replace("/", "/<br>") for count in result.counts]
    drawn = figure(
        title=say("pg_tok_title", language),
        height=130 + 48 * len(names),
        bargap=0.3,
        xaxis={"title": {"text": say("pg_tok_axis", language)}, "rangemode": "tozero", "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True, "automargin": False, "showgrid": False},
        legend={"orientation": "h", "x": 0, "y": -0.28, "yanchor": "top", "traceorder": "normal"},
        margin={
            "t": 44,
            "b": 64,
            "r": 40,
            "l": 12 + min(190, max(label_pixels(line) for name in names for line in name.split("<br>"))),
        },
    )
    for number, colour in zip(range(len(result.counts[0].pieces)), (BLUE, ORANGE), strict=False):
        drawn.add_bar(
            y=names,
            x=[count.pieces[number] for count in result.counts],
            orientation="h",
            marker={"color": colour},
            name=say("pg_tok_text_a" if number == 0 else "pg_tok_text_b", language),
            text=[f"{count.pieces[number]:,}" for count in result.counts],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,}",
        )
    return drawn
