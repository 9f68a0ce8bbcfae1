"""Published scores against published sizes."""

import plotly.graph_objects as go

from playground.demos.attention.published.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, figure

_MARKS = ((BLUE, "circle"), (ORANGE, "diamond"))


def against_size(result: Result, board: str, language: str) -> go.Figure:
    """One line a family, sizes in powers of ten."""
    families = list(dict.fromkeys(point.family for point in result.points))
    drawn = figure(
        title=say(f"pg_big_title_{board}", language),
        height=440,
        margin={"l": 8, "r": 20, "t": 48, "b": 48},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        xaxis={
            "title": {"text": say("pg_big_axis_size", language)},
            "type": "log",
            "tickvals": [10, 100, 1000, 10_000, 100_000],
            "ticktext": ["10M", "100M", "1B", "10B", "100B"],
            "fixedrange": True,
        },
        yaxis={"title": {"text": say("pg_big_axis_score", language)}, "fixedrange": True},
    )
    for family, (colour, symbol) in zip(families, _MARKS, strict=False):
        points = [point for point in result.points if point.family == family]
        drawn.add_scatter(
            x=[point.parameters for point in points],
            y=[point.score for point in points],
            mode="lines+markers+text",
            line={"color": colour, "width": 1.5, "dash": "dot"},
            marker={"color": colour, "symbol": symbol, "size": 11},
            text=[point.model.removeprefix(family).strip(" -") for point in points],
            textposition="top center" if colour == BLUE else "bottom center",
            textfont={"size": 11},
            cliponaxis=False,
            name=family,
            customdata=[[point.model, short(point.parameters)] for point in points],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}: %{y}<extra></extra>",
        )
    return drawn


def short(millions: int) -> str:
    """Parameters as the papers print them: 117M, 1.3B."""
    return f"{millions}M" if millions < 1000 or millions == 1542 else f"{millions / 1000:g}B"
