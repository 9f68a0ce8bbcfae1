"""The rows that are added up, how long they are and what they resemble, and the learned positions among themselves."""

import numpy as np
import plotly.graph_objects as go

from playground.demos.inputs.embeddings.schema import Part, Result
from playground.messages import say
from playground.pictures import unpack
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, TEMPLATE, figure, text

# From blue over nothing to orange: the sign by hue, the size by depth.
_SIGNED = [
    [0.0, "rgba(49,130,189,1)"],
    [0.5, "rgba(128,128,128,0.05)"],
    [1.0, "rgba(217,95,2,1)"],
]
_COLOURS: dict[Part, tuple[str, str]] = {
    "token": (BLUE, "circle"),
    "segment": (PURPLE, "square"),
    "position": (GREEN, "diamond"),
    "sum": (ORANGE, "cross"),
    "norm": (GREY, "x"),
}


def rows(result: Result, language: str) -> go.Figure:
    """The chosen token's rows, one below the other; each has a scale of its own, which the mouse tells."""
    names = [say(f"pg_emb_{row.part}", language) for row in result.rows]
    values = np.asarray([row.values for row in result.rows], np.float32)
    scaled = values / np.maximum(np.abs(values).max(1, keepdims=True), 1e-9)
    trace = {
        "type": "heatmap",
        "z": scaled.astype(np.float32),
        "y": names,
        "customdata": values,
        "colorscale": _SIGNED,
        "zmin": -1,
        "zmax": 1,
        "ygap": 6,
        "showscale": False,
        "hovertemplate": say("pg_emb_hover_row", language) + "<extra></extra>",
    }
    title = say("pg_emb_rows_title", language, token=text(result.tokens[result.place]), place=result.place)
    layout = {
        "template": TEMPLATE,
        "height": 100 + 40 * len(names),
        "title": {"text": title},
        "margin": {"l": 8, "r": 8, "t": 40, "b": 44},
        "xaxis": {
            "title": {"text": say("pg_emb_axis_dimension", language)},
            "fixedrange": True,
            "showgrid": False,
            "nticks": 6,
        },
        "yaxis": {"autorange": "reversed", "fixedrange": True, "showgrid": False},
    }
    return go.Figure([trace], layout)


def lengths(result: Result, language: str) -> go.Figure:
    """How long each part is at every place; one line a part."""
    return _lines(result, "lengths", language, say("pg_emb_lengths_title", language), "%{y:.2f}")


def similar(result: Result, language: str) -> go.Figure:
    """How alike each part of the chosen token and of every other is."""
    title = say("pg_emb_similar_title", language, token=text(result.tokens[result.place]), place=result.place)
    return _lines(result, "similar", language, title, "cos %{y:.2f}")


def _lines(result: Result, what: str, language: str, title: str, hover: str) -> go.Figure:
    names = [f"{place} {text(token)}" for place, token in enumerate(result.tokens)]
    few = len(names) <= 30
    drawn = figure(
        title=title,
        height=360,
        margin={"l": 8, "r": 8, "t": 44, "b": 110},
        legend={"orientation": "h", "x": 0, "y": -0.42, "yanchor": "top"},
        xaxis={
            "type": "category",
            "tickmode": "array",
            "tickvals": names if few else names[:: max(10, len(names) // 100 * 10)],
            "ticktext": [text(token) for token in result.tokens]
            if few
            else [str(place) for place in range(0, len(names), max(10, len(names) // 100 * 10))],
            "tickangle": -60 if few else 0,
            "tickfont": {"size": 11},
            "showgrid": False,
            "fixedrange": True,
        },
        yaxis={"rangemode": "tozero", "fixedrange": True},
    )
    for row in result.rows:
        colour, symbol = _COLOURS[row.part]
        drawn.add_scatter(
            x=names,
            y=np.asarray(getattr(row, what), np.float32),
            mode="lines+markers",
            line={"color": colour, "width": 1.5, "dash": "dot" if row.part == "norm" else "solid"},
            marker={"color": colour, "symbol": symbol, "size": 7},
            name=say(f"pg_emb_{row.part}", language),
            visible="legendonly" if what == "lengths" and row.part == "norm" else True,
            hovertemplate=f"%{{x}}<br>{hover}",
        )
    return drawn


def positions(result: Result, language: str) -> go.Figure:
    """The cosine of every two rows of the position table, and of the chosen one's with all."""
    found = result.positions
    grey = unpack(found.map, found.side, found.side)
    at = np.arange(found.side) * found.stride
    trace = {
        "type": "heatmap",
        "z": grey,
        "x": at,
        "y": at,
        "colorscale": _SIGNED,
        "zmin": 0,
        "zmax": 255,
        "hovertemplate": say("pg_emb_hover_positions", language) + "<extra></extra>",
        "colorbar": {
            "thickness": 10,
            "tickvals": [0, 127.5, 255],
            "ticktext": ["-1", "0", "1"],
            "outlinewidth": 0,
            "title": {"text": "cos"},
        },
    }
    layout = {
        "template": TEMPLATE,
        "height": 430,
        "title": {"text": say("pg_emb_positions_title", language)},
        "margin": {"l": 8, "r": 8, "t": 44, "b": 44},
        "xaxis": {"title": {"text": say("pg_emb_axis_position", language)}, "fixedrange": True, "showgrid": False},
        "yaxis": {
            "title": {"text": say("pg_emb_axis_position", language)},
            "autorange": "reversed",
            "fixedrange": True,
            "showgrid": False,
        },
    }
    return go.Figure([trace], layout)


def nearest(result: Result, language: str) -> go.Figure:
    """The chosen place's position row beside every other position's."""
    drawn = figure(
        title=say("pg_emb_nearest_title", language, place=result.place),
        height=240,
        margin={"l": 8, "r": 8, "t": 44, "b": 44},
        xaxis={"title": {"text": say("pg_emb_axis_position", language)}, "fixedrange": True},
        yaxis={"title": {"text": "cos"}, "fixedrange": True},
    )
    drawn.add_scatter(
        x=np.arange(result.positions.count),
        y=np.asarray(result.positions.row, np.float32),
        mode="lines",
        line={"color": GREEN, "width": 2},
        hovertemplate="%{x}: cos %{y:.2f}<extra></extra>",
    )
    return drawn
