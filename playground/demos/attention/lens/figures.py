"""The best words after each layer, and how the right one and the final one rise."""

import plotly.graph_objects as go

from playground.demos.attention.lens.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, HEAT, ORANGE, TEMPLATE, figure, percent, text


def words(result: Result, language: str) -> go.Figure:
    """A row a layer, the last on top; the best words from left to right, the colour is their probability."""
    layers = [str(depth.layer) for depth in result.depths]
    count = len(result.depths[0].candidates)
    trace = {
        "type": "heatmap",
        "z": [[c.probability for c in depth.candidates] for depth in result.depths],
        "x": list(range(1, count + 1)),
        "y": layers,
        "text": [[text(c.token) for c in depth.candidates] for depth in result.depths],
        "texttemplate": "%{text}",
        "customdata": [[percent(c.probability) for c in depth.candidates] for depth in result.depths],
        "hovertemplate": say("pg_len_hover", language) + "<extra></extra>",
        "colorscale": HEAT,
        "zmin": 0,
        "zmax": 1,
        "xgap": 3,
        "ygap": 3,
        "showscale": False,
    }
    layout = {
        "template": TEMPLATE,
        "height": 110 + max(22, min(44, 620 // len(layers))) * len(layers),
        "title": {"text": _title(result, language)},
        "margin": {"l": 8, "r": 8, "t": 44, "b": 48},
        "xaxis": {
            "title": {"text": say("pg_len_axis_rank", language)},
            "tickvals": list(range(1, count + 1)),
            "fixedrange": True,
            "showgrid": False,
        },
        "yaxis": {
            "type": "category",
            "title": {"text": say("pg_len_axis_layer", language)},
            "fixedrange": True,
            "showgrid": False,
        },
    }
    return go.Figure([trace], layout)


def rising(result: Result, language: str) -> go.Figure:
    """Probability by layer of the word that stands there, and of the final choice."""
    layers = [depth.layer for depth in result.depths]
    drawn = figure(
        title=say("pg_len_rising", language),
        height=300,
        margin={"l": 8, "r": 8, "t": 44, "b": 48},
        legend={"orientation": "h", "x": 0, "y": -0.3, "yanchor": "top"},
        xaxis={"title": {"text": say("pg_len_axis_layer", language)}, "dtick": max(1, len(layers) // 12)},
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
    )
    drawn.add_scatter(
        x=layers,
        y=[depth.final_probability for depth in result.depths],
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        marker={"size": 8},
        name=say("pg_len_final", language, token=text(result.final)),
        customdata=[depth.final_rank for depth in result.depths],
        hovertemplate=say("pg_len_hover_rising", language),
    )
    if result.original is not None:
        drawn.add_scatter(
            x=layers,
            y=[depth.probability for depth in result.depths],
            mode="lines+markers",
            line={"color": ORANGE, "width": 2, "dash": "dot"},
            marker={"size": 8, "symbol": "diamond"},
            name=say("pg_len_original", language, token=text(result.original)),
            customdata=[depth.rank for depth in result.depths],
            hovertemplate=say("pg_len_hover_rising", language),
        )
    drawn.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
    return drawn


def _title(result: Result, language: str) -> str:
    return say("pg_len_title_causal" if result.causal else "pg_len_title", language, place=result.place)
