"""Parameters against time."""

import math

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.albert.stopwatch.schema import Result, Time, Timed
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, TEMPLATE, label_pixels

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
        names = [say("pg_stw_yours", language) if one.name == "yours" else one.name for one, _ in found]
        dots = [(one.parameters / 1e6, time.median) for one, time in found]
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
            text=names,
            textposition=_sides(names, dots),
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


_PIXELS = (270, 170)  # of a panel on a phone
_SIDES = {"top center": (0, 1), "bottom center": (0, -1), "middle right": (1, 0), "middle left": (-1, 0)}
Box = tuple[float, float, float, float]


def _sides(names: list[str], dots: list[tuple[float, float]]) -> list[str]:
    """Where each name stands beside its dot (millions, ms): where it meets least of the other names and dots."""
    low, high = _range([millions for millions, _ in dots])
    most = 1.34 * max((time for _, time in dots), default=1.0)
    places = [
        (_PIXELS[0] * (math.log10(millions) - low) / (high - low), _PIXELS[1] * time / most) for millions, time in dots
    ]
    taken: list[Box] = [(x - 7, y - 7, x + 7, y + 7) for x, y in places]
    sides = []
    for name, (x, y) in zip(names, places, strict=True):
        around = {side: _box(name, x, y, *towards) for side, towards in _SIDES.items()}
        best = min(around, key=lambda side: _hidden(around[side], taken))
        taken.append(around[best])
        sides.append(best)
    return sides


_FAR = 1000.0
_EDGES: tuple[Box, Box] = ((-_FAR, -_FAR, 0, _FAR), (_PIXELS[0], -_FAR, _PIXELS[0] + _FAR, _FAR))


def _box(name: str, x: float, y: float, right: int, up: int) -> Box:
    """Left, bottom, right and top of a name."""
    width, height = float(label_pixels(name)), 14.0
    x, y = x + right * (9 + width / 2), y + up * (9 + height / 2)
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _hidden(one: Box, taken: list[Box]) -> float:
    """Square pixels lost to what is taken; what is cut off at an edge is worse than what lies upon another name."""
    return sum(_shared(one, other) for other in taken) + 3 * sum(_shared(one, edge) for edge in _EDGES)


def _shared(one: Box, other: Box) -> float:
    """Square pixels that two boxes have in common."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def _range(millions: list[float]) -> list[float]:
    """Of the logarithmic axis, as powers of ten."""
    low, high = math.log10(min(millions, default=1.0)), math.log10(max(millions, default=100.0))
    return [low - 0.2, high + 0.2]
