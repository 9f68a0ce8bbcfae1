"""The length of the residual stream by depth."""

import plotly.graph_objects as go

from playground.demos.inputs.residual.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, figure


def by_depth(result: Result, language: str) -> go.Figure:
    """Two lines: plain weights, and scaled ones."""
    layers = list(range(len(result.plain)))
    drawn = figure(
        title=say("pg_res_title", language),
        height=430,
        margin={"l": 8, "r": 16, "t": 48, "b": 48},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        xaxis={"title": {"text": say("pg_res_axis_layer", language)}, "fixedrange": True},
        yaxis={"title": {"text": say("pg_res_axis_length", language)}, "rangemode": "tozero", "fixedrange": True},
    )
    for values, colour, dash, key in (
        (result.plain, ORANGE, "solid", "plain"),
        (result.scaled, BLUE, "dash", "scaled"),
    ):
        drawn.add_scatter(
            x=layers,
            y=values,
            mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            name=say(f"pg_res_{key}", language),
            hovertemplate=say("pg_res_hover", language),
        )
    return drawn
