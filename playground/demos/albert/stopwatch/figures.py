"""Parameters against time."""

import math

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.albert.stopwatch.schema import Result, Time, Timed
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, TEMPLATE

_PANELS = (("forward", BLUE), ("training_step", ORANGE))


def times(result: Result, language: str) -> go.Figure:
    """Above: forward passes; below: training steps. One dot an encoder, with the middle half of its rounds."""
    drawn = make_subplots(
        rows=2,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.16,
        subplot_titles=[say(f"pg_stw_{panel}", language) for panel, _ in _PANELS],
    )
    for row, (panel, colour) in enumerate(_PANELS, start=1):
        found: list[tuple[Timed, Time]] = [(one, getattr(one, panel)) for one in result.timed]
        drawn.add_scatter(
            x=[one.parameters / 1e6 for one, _ in found],
            y=[time.median for _, time in found],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [time.high - time.median for _, time in found],
                "arrayminus": [time.median - time.low for _, time in found],
            },
            mode="markers+text",
            text=[say("pg_stw_yours", language) if one.name == "yours" else one.name for one, _ in found],
            textposition=_sides([one.parameters for one, _ in found]),
            marker={"size": 12, "color": colour},
            customdata=[[f"{one.parameters:,}", round(1000 * result.tokens / time.median)] for one, time in found],
            hovertemplate=say("pg_stw_hover", language) + "<extra></extra>",
            showlegend=False,
            row=row,
            col=1,
        )
    drawn.update_xaxes(type="log", range=_range([one.parameters / 1e6 for one in result.timed]), fixedrange=True)
    drawn.update_xaxes(title_text=say("pg_stw_axis_parameters", language), row=2, col=1)
    for row, (panel, _) in enumerate(_PANELS, start=1):
        most = max((getattr(one, panel).high for one in result.timed), default=1.0)
        drawn.update_yaxes(range=[-0.16 * most, 1.18 * most], title_text="ms", fixedrange=True, row=row, col=1)
    drawn.update_annotations(x=0, xanchor="left", font_size=14)
    drawn.update_layout(template=TEMPLATE, height=520, margin={"t": 40, "b": 48})
    return drawn


def _sides(widths: list[int]) -> list[str]:
    """Where each name stands: above one dot, below the next, so that neighbours do not meet."""
    order = sorted(range(len(widths)), key=widths.__getitem__)
    return ["top center" if order.index(place) % 2 == 0 else "bottom center" for place in range(len(widths))]


def _range(millions: list[float]) -> list[float]:
    """Of the logarithmic axis, as powers of ten."""
    low, high = math.log10(min(millions, default=1.0)), math.log10(max(millions, default=100.0))
    return [low - 0.2, high + 0.2]
