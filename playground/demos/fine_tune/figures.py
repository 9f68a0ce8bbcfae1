"""Accuracy on held-out sentences against the number of labels."""

import math
from collections.abc import Collection, Mapping, Sequence

import plotly.graph_objects as go

from playground.demos.fine_tune.schema import Curve, Gain, Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, figure, text

_MARKS = (
    (GREY, "x", "dot"),
    (GREEN, "square", "dash"),
    (BLUE, "circle", "solid"),
    (ORANGE, "diamond", "solid"),
    (PURPLE, "triangle-up", "dashdot"),
)


def curves(result: Result, names: Mapping[str, str], bar: float, language: str) -> go.Figure:
    """A line for each way with its 95% band. names: way -> what the legend calls it, in the order of the colours."""
    drawn = figure(
        title=say(f"pg_ft_title{_banded(result.curves)}", language, judged=result.judged),
        height=440,
        xaxis={"type": "log", "title": {"text": say("pg_ft_axis_labels", language)}, "fixedrange": True},
        yaxis={"tickformat": ".0%", "title": {"text": say("pg_ft_axis_accuracy", language)}, "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top"},
        margin={"t": 48, "b": 120},
    )
    for number, (way, name) in enumerate(names.items()):
        own = sorted((curve for curve in result.curves if curve.method == way), key=lambda curve: curve.labels)
        if own:
            _band(drawn, own, number)
            _line(drawn, [curve for curve in own if curve.accuracy is not None], name, number, language)
    _diverged(drawn, result, names, language)
    _labels(drawn, {curve.labels for curve in result.curves})
    if result.chance:
        _level(drawn, result.chance, say("pg_ft_chance", language), "bottom left")
    _level(drawn, bar, say("pg_ft_bar_drawn", language), "top left")
    return drawn


def gains(result: Result, names: Mapping[str, str], language: str) -> go.Figure:
    """What each way knows more than the one that began at random, with its 95% interval; 0 is no difference."""
    over = next((gain.over for gain in result.gains), "")
    title = say(f"pg_ft_gains_title{_banded(result.gains)}", language, over=text(names.get(over, over)))
    drawn = figure(
        title=title if over else say("pg_ft_gains_none", language),
        height=336,
        xaxis={"type": "log", "title": {"text": say("pg_ft_axis_labels", language)}, "fixedrange": True},
        yaxis={"tickformat": "+.0%", "title": {"text": say("pg_ft_axis_gain", language)}, "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.3, "yanchor": "top"},
        margin={"t": 72, "b": 120},
    )
    shown = [way for way in names if any(gain.method == way for gain in result.gains)]
    for place, way in enumerate(shown):
        number = list(names).index(way)
        own = sorted((gain for gain in result.gains if gain.method == way), key=lambda gain: gain.labels)
        shift = 1.06 ** (place - (len(shown) - 1) / 2)  # beside each other, not over each other
        colour, symbol, _ = _MARKS[number % len(_MARKS)]
        drawn.add_scatter(
            x=[gain.labels * shift for gain in own],
            y=[gain.gain for gain in own],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [0 if gain.high is None else gain.high - gain.gain for gain in own],
                "arrayminus": [0 if gain.low is None else gain.gain - gain.low for gain in own],
                "color": colour,
            },
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 9},
            name=names[way],
            customdata=[[gain.labels, _interval(gain)] for gain in own],
            hovertemplate=say("pg_ft_hover_gain", language),
        )
    _labels(drawn, {gain.labels for gain in result.gains})
    if over:
        drawn.add_hline(y=0, line={"color": GREY, "width": 1})
    else:
        drawn.update_yaxes(visible=False)
    return drawn


def _labels(drawn: go.Figure, found: Collection[int]) -> None:
    """The numbers of labels below a picture, with room beside a single one; no axis where there is none."""
    sizes = sorted(found)
    if not sizes:
        drawn.update_xaxes(visible=False)
        return
    room = 0.3 if len(sizes) == 1 else 0.05
    edges = [math.log10(sizes[0]) - room, math.log10(sizes[-1]) + room]
    drawn.update_xaxes(tickvals=sizes, ticktext=[str(size) for size in sizes], range=edges)


def _banded(all_of_them: Sequence[Curve] | Sequence[Gain]) -> str:
    """Which title: intervals need two seeds."""
    return "" if any(one.low is not None for one in all_of_them) else "_one"


def _band(drawn: go.Figure, own: Sequence[Curve], number: int) -> None:
    banded = [curve for curve in own if curve.low is not None and curve.high is not None]
    if banded:
        drawn.add_scatter(
            x=[curve.labels for curve in banded] + [curve.labels for curve in reversed(banded)],
            y=[curve.high for curve in banded] + [curve.low for curve in reversed(banded)],
            fill="toself",
            fillcolor=_faint(_MARKS[number % len(_MARKS)][0]),
            line={"width": 1, "dash": "dot", "color": _faint(_MARKS[number % len(_MARKS)][0], 0.7)},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )


def _line(drawn: go.Figure, own: Sequence[Curve], name: str, number: int, language: str) -> None:
    colour, symbol, dash = _MARKS[number % len(_MARKS)]
    drawn.add_scatter(
        x=[curve.labels for curve in own],
        y=[curve.accuracy for curve in own],
        mode="lines+markers",
        line={"color": colour, "width": 2.5, "dash": dash},
        marker={"color": colour, "symbol": symbol, "size": 9},
        name=name,
        customdata=[[_interval(curve), len(curve.values)] for curve in own],
        hovertemplate=say("pg_ft_hover", language),
    )


def _diverged(drawn: go.Figure, result: Result, names: Mapping[str, str], language: str) -> None:
    """Below all curves: where seeds came to no number."""
    lost = [curve for curve in result.curves if curve.diverged and curve.method in names]
    if lost:
        edges = [curve.low if curve.low is not None else curve.accuracy for curve in result.curves]
        lowest = min([result.chance, *(edge for edge in edges if edge is not None)])
        drawn.add_scatter(
            x=[curve.labels for curve in lost],
            y=[lowest - 0.05] * len(lost),
            mode="markers",
            marker={
                "color": [_MARKS[list(names).index(curve.method) % len(_MARKS)][0] for curve in lost],
                "symbol": "x-thin-open",
                "size": 12,
                "line": {"width": 3},
            },
            name=say("pg_ft_diverged", language),
            customdata=[[text(names[one.method]), one.diverged, one.diverged + len(one.values)] for one in lost],
            hovertemplate=say("pg_ft_hover_diverged", language) + "<extra></extra>",
        )


def _interval(one: Curve | Gain) -> str:
    """As the hover text shows it; a dash for a single seed."""
    sign = "+" if isinstance(one, Gain) else ""
    return "–" if one.low is None or one.high is None else f"{one.low:{sign}.1%} … {one.high:{sign}.1%}"


def _level(drawn: go.Figure, height: float, said: str, where: str) -> None:
    drawn.add_hline(
        y=height,
        line={"color": GREY, "dash": "dot", "width": 1},
        annotation={"text": said, "font": {"size": 12}},
        annotation_position=where,
    )


def _faint(colour: str, strength: float = 0.09) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"
