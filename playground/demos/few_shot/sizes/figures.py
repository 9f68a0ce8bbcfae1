"""Accuracy against the number of examples, a line a model."""

import plotly.graph_objects as go

from playground.demos.few_shot.curve.schema import SHOTS
from playground.demos.few_shot.sizes.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, figure, text

# The colour-blind tell them apart by shape.
_LOOKS = ((BLUE, "circle"), (ORANGE, "diamond"), (GREEN, "square"), (PURPLE, "triangle-up"))
_APART = 0.06  # so that the intervals of two models do not lie on each other


def curves(result: Result, task: str, language: str) -> go.Figure:
    """Each point with its 95% interval, and chance."""
    drawn = figure(
        title=say("pg_fsz_title", language, task=say(f"pg_fsh_task_{task}", language), queries=result.queries),
        height=430,
        xaxis={
            "title": {"text": say("pg_fsh_shots", language)},
            "tickmode": "array",
            "tickvals": list(range(len(SHOTS))),
            "ticktext": [str(shots) for shots in SHOTS],
            "range": [-0.3, len(SHOTS) - 0.7],
            "fixedrange": True,
        },
        yaxis={"tickformat": ".0%", "range": [0, 1.03], "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top"},
        margin={"t": 56, "b": 48},
    )
    for number, (one, (colour, symbol)) in enumerate(zip(result.curves, _LOOKS, strict=False)):
        aside = (number - (len(result.curves) - 1) / 2) * _APART
        drawn.add_scatter(
            x=[SHOTS.index(point.shots) + aside for point in one.points],
            y=[point.accuracy for point in one.points],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [point.high - point.accuracy for point in one.points],
                "arrayminus": [point.accuracy - point.low for point in one.points],
                "thickness": 1,
                "color": colour,
            },
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"color": colour, "size": 9, "symbol": symbol},
            name=f"{text(one.model.rsplit('/', 1)[-1])} ({short(one.parameters)})",
            customdata=[[point.shots, point.right, point.of] for point in one.points],
            hovertemplate=say("pg_fsz_hover", language),
        )
    drawn.add_scatter(
        x=[-0.3, len(SHOTS) - 0.7],
        y=[result.chance] * 2,
        mode="lines",
        line={"color": GREY, "width": 1.5, "dash": "dot"},
        name=say("pg_fcv_chance", language),
        hovertemplate="%{y:.1%}",
    )
    return drawn


def short(parameters: int) -> str:
    """125.2M; 12.95B."""
    return f"{parameters / 1e9:.2f}B" if parameters >= 1e9 else f"{parameters / 1e6:.1f}M"
