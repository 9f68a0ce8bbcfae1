"""EM and F1 against the threshold for "no answer"."""

import plotly.graph_objects as go

from playground.demos.squad.scoring.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, figure

_LINES = (
    ("f1", BLUE, "solid"),
    ("exact", ORANGE, "dash"),
    ("has_answer", GREEN, "dot"),
    ("no_answer", PURPLE, "dashdot"),
)


def curve(result: Result, language: str) -> go.Figure:
    """Four lines over the threshold, the one chosen on half of the passages, and the score without answering."""
    drawn = figure(
        title=say("pg_sqs_curve", language),
        height=400,
        xaxis={"title": {"text": say("pg_sqs_axis_threshold", language)}, "fixedrange": True},
        yaxis={"range": [0, 104], "ticksuffix": "%", "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        margin={"t": 48, "b": 48},
    )
    for name, colour, dash in _LINES:
        drawn.add_scatter(
            x=[point.threshold for point in result.curve],
            y=[getattr(point, name) for point in result.curve],
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2},
            name=say(f"pg_sqs_{name}", language),
            hovertemplate="%{x:.2f}: %{y:.1f}%",
        )
    if result.always_none is not None:
        drawn.add_hline(
            y=result.always_none,
            line={"color": GREY, "dash": "dot"},
            annotation_text=say("pg_sqs_always_none", language),
            annotation_position="bottom right",
        )
    if result.chosen is not None:
        drawn.add_vline(x=result.chosen, line={"color": GREY}, annotation_text=say("pg_sqs_chosen", language))
    return drawn
