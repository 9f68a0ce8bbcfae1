"""How far each pattern moves the next token."""

import plotly.graph_objects as go

from playground.demos.few_shot.figures import visible
from playground.demos.few_shot.patterns.schema import TEXT, Result
from playground.messages import say
from playground.plots.style import BLUE, figure, percent, text


def look(pattern: str) -> str:
    """A pattern on one line: the text is "…"."""
    return pattern.replace(TEXT, "…").replace("\n", " ⏎ ")


def bars(result: Result, language: str) -> go.Figure:
    """A bar a pattern, with the likeliest next tokens to be read off it."""
    rows = result.endings[1:]
    places = list(range(len(rows)))
    most = max([0.1, *(row.moved for row in rows)])
    drawn = figure(
        title=say("pg_fpt_title", language),
        height=150 + 40 * max(2, len(rows)),
        xaxis={"title": {"text": say("pg_fpt_axis", language)}, "range": [0, most * 1.2], "fixedrange": True},
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [text(look(row.pattern)[:30]) for row in rows],
        },
        margin={"t": 56, "b": 48},
        showlegend=False,
    )
    drawn.add_bar(
        x=[row.moved for row in rows],
        y=places,
        orientation="h",
        marker_color=BLUE,
        text=[f"{row.moved:.2f}" for row in rows],
        textposition="outside",
        cliponaxis=False,
        customdata=[
            "<br>".join(f"{text(visible(one.token))} {percent(one.probability)}" for one in row.top) for row in rows
        ],
        hovertemplate=say("pg_fpt_hover", language) + "<br>%{customdata}<extra></extra>",
    )
    return drawn
