"""The loss of each step, and which labels are taken for which."""

import plotly.graph_objects as go

from playground.demos.fine_tune.keep.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, figure, text

_SMOOTH = 0.8
_MOST = 14  # letters of a label
_SCALE = [[0.0, "rgba(49,130,189,0.04)"], [1.0, "rgba(49,130,189,0.9)"]]


def losses(result: Result, language: str) -> go.Figure:
    """Thin: each step, or the mean of a few where there are many; thick: a running mean that forgets a fifth at each of
    them."""
    steps = [place * result.every for place in range(1, len(result.losses) + 1)]
    mean, means = 0.0, []
    for step, loss in enumerate(result.losses, start=1):
        mean = _SMOOTH * mean + (1 - _SMOOTH) * loss
        means.append(mean / (1 - _SMOOTH**step))
    drawn = figure(
        title=say("pg_ftk_losses", language),
        height=300,
        xaxis={"title": {"text": say("pg_ftk_axis_step", language)}, "fixedrange": True, "rangemode": "tozero"},
        yaxis={"title": {"text": say("pg_ftr_axis_loss", language)}, "fixedrange": True, "rangemode": "tozero"},
        legend={"orientation": "h", "x": 0, "y": -0.28, "yanchor": "top"},
        margin={"t": 48, "b": 90},
    )
    drawn.add_scatter(
        x=steps,
        y=result.losses,
        mode="lines",
        line={"color": BLUE, "width": 1},
        opacity=0.6,
        name=say("pg_ftk_step", language),
        hovertemplate=say("pg_ftk_hover", language),
    )
    drawn.add_scatter(
        x=steps,
        y=means,
        mode="lines",
        line={"color": ORANGE, "width": 3},
        name=say("pg_ftk_mean", language),
        hoverinfo="skip",
    )
    return drawn


def confusion(result: Result, language: str) -> go.Figure:
    """Rows: true labels; columns: given ones."""
    # By number: two labels may begin alike, and are cut where they do.
    places = list(range(len(result.classes)))
    names = [text(name if len(name) <= _MOST else name[: _MOST - 1] + "…") for name in result.classes]
    whole = [text(name) for name in result.classes]
    axis = {"tickvals": places, "ticktext": names, "fixedrange": True, "showgrid": False}
    drawn = figure(
        title=say("pg_ftk_confusion", language),
        height=170 + 44 * max(2, len(names)),
        xaxis={"title": {"text": say("pg_ftk_given", language)}, **axis},
        yaxis={"title": {"text": say("pg_ftk_true", language)}, "autorange": "reversed", **axis},
        margin={"t": 48, "b": 60},
    )
    if result.confusion:
        drawn.add_heatmap(
            x=places,
            y=places,
            customdata=[[[true, given] for given in whole] for true in whole],
            z=result.confusion,
            text=[[str(count) for count in row] for row in result.confusion],
            texttemplate="%{text}",
            colorscale=_SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=say("pg_ftk_hover_confusion", language) + "<extra></extra>",
        )
    return drawn
