"""ROC, calibration, and the AUC by temperature and masking rate."""

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.demos.electra.measure.schema import Point, Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, TEMPLATE

_AXIS = {"fixedrange": True}
_SHARE = {"range": [-0.02, 1.03], "tickformat": ".0%", **_AXIS}
_DOMAINS = ((0.58, 1.0), (0.0, 0.42))  # the upper and the lower panel


def curves(result: Result, language: str) -> go.Figure:
    """Above the ROC curve with its diagonal of guessing, below the share of replaced tokens by probability."""
    filled = [one for one in result.calibration if one.of]
    area = "–" if result.auc is None else f"{result.auc:.3f}"
    if result.low is not None and result.high is not None:
        area += f" ({result.low:.3f}–{result.high:.3f})"
    error = "–" if result.error is None else f"{result.error:.3f}"
    traces = [
        *(_diagonal(number) for number in (1, 2)),
        {
            "type": "scatter",
            "mode": "lines",
            "x": [point.false_alarms for point in result.roc],
            "y": [point.hits for point in result.roc],
            "customdata": [point.threshold for point in result.roc],
            "line": {"color": BLUE, "width": 2},
            "hovertemplate": say("pg_elm_hover_roc", language) + "<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers+lines",
            "xaxis": "x2",
            "yaxis": "y2",
            "x": [one.mean for one in filled],
            "y": [one.share for one in filled],
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [(one.high or 0) - (one.share or 0) for one in filled],
                "arrayminus": [(one.share or 0) - (one.low or 0) for one in filled],
                "thickness": 1,
                "color": ORANGE,
            },
            "customdata": [one.of for one in filled],
            "marker": {"color": ORANGE, "size": 8, "symbol": "diamond"},
            "line": {"color": ORANGE, "width": 1},
            "hovertemplate": say("pg_elm_hover_bin", language) + "<extra></extra>",
        },
    ]
    layout = {
        "template": TEMPLATE,
        "height": 680,
        "showlegend": False,
        "margin": {"t": 44, "b": 48},
        "xaxis": {**_SHARE, "anchor": "y", "title": {"text": say("pg_elm_axis_false", language)}},
        "yaxis": {
            **_SHARE,
            "anchor": "x",
            "domain": list(_DOMAINS[0]),
            "title": {"text": say("pg_elm_axis_hits", language)},
        },
        "xaxis2": {**_SHARE, "anchor": "y2", "title": {"text": say("pg_ele_axis", language)}},
        "yaxis2": {
            **_SHARE,
            "anchor": "x2",
            "domain": list(_DOMAINS[1]),
            "title": {"text": say("pg_elm_axis_share", language)},
        },
        "annotations": [
            _title(say("pg_elm_roc", language, auc=area), 0),
            _title(say("pg_elm_calibration", language, error=error), 1),
        ],
    }
    return go.Figure(traces, layout)


def _title(said: str, panel: int) -> dict[str, object]:
    return {
        "text": said,
        "x": 0,
        "y": _DOMAINS[panel][1],
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 8,
        "align": "left",
        "showarrow": False,
        "font": {"size": 14},
    }


def _diagonal(number: int) -> dict[str, object]:
    axis = "" if number == 1 else str(number)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "line": {"color": GREY, "dash": "dot", "width": 1},
        "hoverinfo": "skip",
    }


def sweeps(result: Result, language: str) -> go.Figure:
    """The AUC against the generator's temperature, and against the masking rate; bars are 95% intervals."""
    traces = [
        _sweep(result.by_temperature, "temperature", BLUE, "", language),
        _sweep(result.by_rate, "rate", ORANGE, "2", language),
    ]
    area = {"title": {"text": "AUC"}, "fixedrange": True}
    layout = {
        "template": TEMPLATE,
        "height": 560,
        "showlegend": False,
        "margin": {"t": 44, "b": 48},
        "xaxis": {
            "anchor": "y",
            "title": {"text": say("pg_ele_temperature", language)},
            "rangemode": "tozero",
            **_AXIS,
        },
        "yaxis": {"anchor": "x", "domain": list(_DOMAINS[0]), **area},
        "xaxis2": {
            "anchor": "y2",
            "title": {"text": say("pg_cor_rate", language)},
            "tickformat": ".0%",
            "rangemode": "tozero",
            **_AXIS,
        },
        "yaxis2": {"anchor": "x2", "domain": list(_DOMAINS[1]), **area},
        "annotations": [
            _title(say("pg_elm_by_temperature", language), 0),
            _title(say("pg_elm_by_rate", language), 1),
        ],
    }
    return go.Figure(traces, layout)


def _sweep(points: Sequence[Point], name: str, colour: str, axis: str, language: str) -> dict[str, object]:
    defined = [point for point in points if point.auc is not None]
    return {
        "type": "scatter",
        "mode": "markers+lines",
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "x": [getattr(point, name) for point in defined],
        "y": [point.auc for point in defined],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [(point.high or 0) - (point.auc or 0) for point in defined],
            "arrayminus": [(point.auc or 0) - (point.low or 0) for point in defined],
            "thickness": 1,
            "color": colour,
        },
        "customdata": [[point.replaced, f"{point.right:.0%}"] for point in defined],
        "marker": {"color": colour, "size": 8},
        "line": {"color": colour, "width": 2},
        "hovertemplate": say(f"pg_elm_hover_{name}", language) + "<extra></extra>",
    }
