"""Where an answer starts and ends, every span's score, and how the answer emerges from layer to layer."""

import numpy as np
import plotly.graph_objects as go

from playground.demos.squad.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, HEAT, ORANGE, figure, text

_LABELLED = 60  # tokens that an axis has room for
_SHOWN = 16  # characters of a token on an axis


def words(result: Result, passage: str) -> dict[int, str]:
    """Place -> the token in the passage's own characters, escaped."""
    tokens = result.tokens
    rows = zip(tokens.place, tokens.start, tokens.end, strict=True)
    return {place: text(passage[start:end][:_SHOWN]) for place, start, end in rows}


def curves(result: Result, passage: str, language: str) -> go.Figure:
    """Start and end probability of every token of the passage."""
    tokens = words(result, passage)
    drawn = figure(
        title=say("pg_sqd_curves", language),
        height=300,
        xaxis={"title": {"text": say("pg_sqd_axis_token", language)}, "range": [-0.5, result.tokens.count - 0.5]},
        yaxis={"tickformat": ".0%", "range": [0, 1.05], "fixedrange": True},
        barmode="group",
        bargap=0.1,
        legend={"orientation": "h", "x": 0, "y": -0.3, "yanchor": "top"},
        margin={"t": 48, "b": 48},
    )
    for name, colour, values in (
        ("start", BLUE, result.tokens.start_probability),
        ("end", ORANGE, result.tokens.end_probability),
    ):
        drawn.add_bar(
            x=result.tokens.place,
            y=values,
            customdata=list(tokens.values()),
            marker={"color": colour, "line": {"color": colour, "width": 1.5}},  # one in thousands is seen, too
            name=say(f"pg_sqd_{name}", language),
            hovertemplate="%{customdata}: %{y:.1%}",
        )
    if result.tokens.count <= _LABELLED:
        places, names = list(tokens), list(tokens.values())
        drawn.update_xaxes(tickmode="array", tickvals=places, ticktext=names, tickangle=-60, title_text="")
    return drawn


def lattice(result: Result, passage: str, language: str) -> go.Figure:
    """Scores of the spans near the best answer; what lies on the grey ground is no legal span."""
    tokens = words(result, passage)
    size = len(result.lattice.scores)
    first = result.lattice.first
    names = [f"{place}: {tokens[place]}" for place in range(first, first + size)]
    scores = np.array([[np.nan if s is None else s for s in row] for row in result.lattice.scores], np.float32)
    best = result.answers[0]
    start = result.tokens.place[result.tokens.start.index(best.start)]
    end = result.tokens.place[result.tokens.end.index(best.end)]
    drawn = figure(
        title=say("pg_sqd_lattice", language),
        height=600,
        xaxis={"title": {"text": say("pg_sqd_end", language)}, "tickangle": -90, "tickfont": {"size": 11}},
        yaxis={
            "title": {"text": say("pg_sqd_start", language)},
            "autorange": "reversed",
            "tickfont": {"size": 11},
        },
        plot_bgcolor="rgba(138,143,152,0.35)",
        margin={"t": 48, "b": 60},
    )
    drawn.add_heatmap(
        z=scores,
        x=names,
        y=names,
        colorscale=HEAT,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate=say("pg_sqd_hover_span", language) + "<extra></extra>",
        colorbar={"thickness": 12, "title": {"text": say("pg_sqd_score", language), "side": "top"}},
    )
    drawn.add_scatter(
        x=[names[end - first]],
        y=[names[start - first]],
        mode="markers",
        marker={"symbol": "square-open", "size": 16, "color": GREEN, "line": {"width": 3}},
        hoverinfo="skip",
        showlegend=False,
    )
    shown = [name.split(": ", 1)[1] for name in names]
    drawn.update_xaxes(tickmode="array", tickvals=names, ticktext=shown, showgrid=False, fixedrange=True)
    drawn.update_yaxes(tickmode="array", tickvals=names, ticktext=shown, showgrid=False, fixedrange=True)
    return drawn


def depth(result: Result, language: str) -> go.Figure:
    """Start and end probability of the best answer, read off every layer's hidden states."""
    layers = [one.layer for one in result.depth]
    drawn = figure(
        title=say("pg_sqd_depth", language),
        height=300,
        xaxis={"title": {"text": say("pg_sqd_axis_layer", language)}, "dtick": 1, "fixedrange": True},
        yaxis={"tickformat": ".0%", "range": [0, 1.05], "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.3, "yanchor": "top"},
        margin={"t": 48, "b": 48},
    )
    for name, colour, symbol in (("start", BLUE, "circle"), ("end", ORANGE, "diamond")):
        drawn.add_scatter(
            x=layers,
            y=[getattr(one, f"{name}_probability") for one in result.depth],
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"symbol": symbol, "size": 9},
            name=say(f"pg_sqd_{name}", language),
            hovertemplate=say("pg_sqd_hover_layer", language),
        )
    return drawn


def windows(result: Result, language: str) -> go.Figure:
    """Which tokens each window read, its best score and its null score."""
    names = [str(number + 1) for number in range(len(result.window_list))]
    drawn = figure(
        title=say("pg_sqd_windows", language, windows=len(names)),
        height=120 + 26 * len(names),
        xaxis={"title": {"text": say("pg_sqd_axis_token", language)}, "fixedrange": True},
        yaxis={"title": {"text": say("pg_sqd_axis_window", language)}, "autorange": "reversed", "fixedrange": True},
        showlegend=False,
        margin={"t": 48, "b": 48},
    )
    best = max(result.window_list, key=lambda window: window.best_score)
    drawn.add_bar(
        x=[window.last - window.first for window in result.window_list],
        base=[window.first for window in result.window_list],
        y=names,
        orientation="h",
        marker_color=[BLUE if window is best else GREY for window in result.window_list],
        customdata=[[w.first, w.last, f"{w.best_score:.2f}", f"{w.null_score:.2f}"] for w in result.window_list],
        hovertemplate=say("pg_sqd_hover_window", language) + "<extra></extra>",
    )
    drawn.update_yaxes(type="category")
    return drawn
