"""The terms of the loss, and what the students know, step by step."""

from collections.abc import Sequence
from itertools import pairwise
from math import nan

import numpy as np
import plotly.graph_objects as go

from playground.demos.distillation.schema import Point, Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, TEMPLATE, percent

# One colour and one dash a term, so that none is told from another by its colour alone.
_TERMS = {
    "soft": (BLUE, "solid"),
    "hard": (ORANGE, "dot"),
    "cosine": (GREEN, "dashdot"),
    "embedding": (PURPLE, "dash"),
    "attention": (BLUE, "longdash"),
    "hidden": (ORANGE, "longdashdot"),
    "prediction": (GREEN, "12px,3px"),
}
_TICKS = [mark * 10.0**power for power in range(-5, 4) for mark in (1, 3)]
_UPPER, _LOWER = [0.6, 1.0], [0.0, 0.42]


def curves(result: Result, language: str) -> go.Figure:
    """Above, each term of the student's loss and their weighted sum, on a logarithmic axis; below, accuracy on the test
    sentences of student, controls and teacher, and the student's agreement with the teacher."""
    names = list(dict.fromkeys(term for point in result.history for term in point.terms))
    traces = [_term(result.history, name, language) for name in names]
    task = _task_stage(result.history)
    traces.append(_total(result.history, task, language))
    traces += _scores(result, language)
    steps = max((point.step for point in result.history), default=1)
    if result.teacher is not None:
        traces.append(_level("pg_dis_teacher_line", "dash", result.teacher.accuracy, steps, language))
        if result.material is not None and result.material.chance:
            traces.append(_level("pg_dis_chance_line", "dot", result.material.chance, steps, language))
    return go.Figure(
        traces,
        {
            "template": TEMPLATE,
            "height": 640,
            "margin": {"t": 48, "b": 190},
            "legend": {"orientation": "h", "x": 0, "y": -0.17, "yanchor": "top"},
            "annotations": [
                _title(say("pg_dis_title_terms", language), _UPPER[1]),
                _title(say("pg_dis_title_scores", language), _LOWER[1]),
                *([] if task is None else [_label(say("pg_dis_task", language), task)]),
            ],
            "shapes": [] if task is None else [_boundary(task)],
            "xaxis": {"anchor": "y", "matches": "x2", "fixedrange": True, "showticklabels": False},
            "yaxis": {
                "anchor": "x",
                "domain": _UPPER,
                "type": "log",
                "fixedrange": True,
                "tickvals": _TICKS,
                "ticktext": [f"{tick:g}" for tick in _TICKS],
                "title": {"text": say("pg_dis_axis_loss", language)},
                # Before the first point a range of its own: Plotly's would go up to thousands.
                **({} if result.history else {"range": [-2, 1]}),
            },
            "xaxis2": {
                "anchor": "y2",
                "rangemode": "tozero",
                "fixedrange": True,
                "title": {"text": say("pg_dis_axis_step", language)},
            },
            "yaxis2": {
                "anchor": "x2",
                "domain": _LOWER,
                "fixedrange": True,
                "tickformat": ".0%",
                "title": {"text": say("pg_dis_axis_share", language)},
                **({} if result.teacher is not None else {"range": [0, 1]}),
            },
        },
    )


def _term(history: Sequence[Point], name: str, language: str) -> dict[str, object]:
    colour, dash = _TERMS[name]
    own = [point for point in history if name in point.terms]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": _array([point.step for point in own]),
        "y": _array([point.terms[name] for point in own]),
        "name": say(f"pg_dis_term_{name}", language),
        "line": {"color": colour, "dash": dash, "width": 2},
        "hovertemplate": say("pg_dis_hover_loss", language),
    }


def _task_stage(history: Sequence[Point]) -> float | None:
    """Where the task stage begins behind the general one, halfway between two points; None where there is one stage."""
    for before, after in pairwise(history):
        if before.terms.keys() != after.terms.keys():
            return (before.step + after.step) / 2
    return None


def _total(history: Sequence[Point], task: float | None, language: str) -> dict[str, object]:
    """Other terms have another sum: no line leads from one stage to the next."""
    drawn: list[tuple[float, float]] = [(point.step, point.total) for point in history]
    if task is not None:
        drawn = sorted([*drawn, (task, nan)], key=lambda one: one[0])
    return {
        "type": "scatter",
        "mode": "lines",
        "x": _array([step for step, _ in drawn]),
        "y": _array([total for _, total in drawn]),
        "name": say("pg_dis_total", language),
        "line": {"color": GREY, "width": 3},
        "hovertemplate": say("pg_dis_hover_loss", language),
    }


def _scores(result: Result, language: str) -> list[dict[str, object]]:
    found = [_share(result.history, "accuracy", "pg_dis_student", BLUE, "circle", "solid", language)]
    for control, colour, symbol in ((result.control, ORANGE, "square"), (result.control_random, PURPLE, "diamond")):
        if control is not None:
            name = f"pg_dis_control_{control.start}"
            found.append(_share(control.history, "accuracy", name, colour, symbol, "solid", language))
    found.append(_share(result.history, "agreement", "pg_dis_agreement", BLUE, "circle-open", "dot", language))
    return found


def _share(
    history: Sequence[Point], what: str, name: str, colour: str, symbol: str, dash: str, language: str
) -> dict[str, object]:
    own = [point for point in history if getattr(point, what) is not None]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "xaxis": "x2",
        "yaxis": "y2",
        "x": _array([point.step for point in own]),
        "y": _array([getattr(point, what) for point in own]),
        "name": say(name, language),
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"color": colour, "symbol": symbol, "size": 8},
        "hovertemplate": say("pg_dis_hover_share", language),
    }


def _level(name: str, dash: str, share: float, steps: int, language: str) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "lines",
        "xaxis": "x2",
        "yaxis": "y2",
        "x": _array([0, steps]),
        "y": _array([share, share]),
        "name": say(name, language, share=percent(share)),
        "line": {"color": GREY, "dash": dash, "width": 2},
        "hoverinfo": "skip",
    }


def _boundary(step: float) -> dict[str, object]:
    line = {"color": GREY, "dash": "dot", "width": 1}
    return {"type": "line", "x0": step, "x1": step, "xref": "x2", "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _label(said: str, step: float) -> dict[str, object]:
    where = {"x": step, "xref": "x2", "xanchor": "left", "xshift": 3, "y": _UPPER[0], "yref": "paper", "yanchor": "top"}
    return {"text": f"{said} →", "showarrow": False, "font": {"size": 12}, **where}


def _array(values: Sequence[float]) -> np.ndarray:
    return np.asarray(values, np.float32)


def _title(said: str, top: float) -> dict[str, object]:
    return {
        "text": said,
        "x": 0,
        "y": top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 6,
        "align": "left",
        "showarrow": False,
        "font": {"size": 14},
    }
