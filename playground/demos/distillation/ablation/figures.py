"""The sets by accuracy and agreement: a bar for the mean, with the standard deviation over the seeds."""

import numpy as np
import plotly.graph_objects as go

from playground.demos.distillation.ablation.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, TEMPLATE


def ranking(result: Result, language: str) -> go.Figure:
    """The best accuracy above. The dashed line is the teacher's accuracy."""
    ranks = list(reversed(result.ranks))
    names = [say(f"pg_dia_set_{rank.terms}", language) for rank in ranks]
    traces = []
    for what, colour, shape in (("agreement", ORANGE, "/"), ("accuracy", BLUE, "")):
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": np.asarray([getattr(rank, what) for rank in ranks], np.float32),
                "error_x": {
                    "array": np.asarray([getattr(rank, f"{what}_spread") for rank in ranks], np.float32),
                    "color": GREY,
                },
                "name": say(f"pg_dia_{what}", language),
                "marker": {"color": colour, "pattern": {"shape": shape}},
                "hovertemplate": "%{y}: %{x:.1%}",
            }
        )
    shapes = []
    if result.teacher is not None:
        shapes.append(
            {
                "type": "line",
                "x0": result.teacher,
                "x1": result.teacher,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": GREY, "dash": "dash", "width": 2},
            }
        )
    return go.Figure(
        traces,
        {
            "template": TEMPLATE,
            "title": {"text": say("pg_dia_title", language)},
            "height": 210 + 56 * max(1, len(ranks)),
            "margin": {"b": 110},
            "legend": {"orientation": "h", "x": 0, "y": -0.25, "yanchor": "top", "traceorder": "reversed"},
            "shapes": shapes,
            "xaxis": {
                "range": [0, 1],
                "tickformat": ".0%",
                "fixedrange": True,
                "title": {"text": say("pg_dia_axis", language)},
            },
            "yaxis": {"fixedrange": True, "type": "category", "showticklabels": bool(ranks)},
        },
    )
