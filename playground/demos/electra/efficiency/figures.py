"""What each encoder knows against the compute that it has cost."""

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.demos.electra.efficiency.schema import OBJECTIVES, Objective, Point, Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, TEMPLATE

COLOURS: dict[Objective, str] = {"mlm": BLUE, "rtd_masked": GREEN, "rtd": ORANGE}
_SYMBOLS: dict[Objective, str] = {"mlm": "circle", "rtd_masked": "square", "rtd": "diamond"}
_DOMAINS = ((0.56, 1.0), (0.0, 0.42))  # the upper and the lower panel


def curves(result: Result, language: str) -> go.Figure:
    """A point a seed, a line through the means; above replaced-or-not, below the topics where they are judged."""
    names = ["auc", *(["accuracy"] if any(point.accuracy is not None for point in result.points) else [])]
    domains = _DOMAINS if len(names) == 2 else ((0.0, 1.0),)
    traces = []
    for panel, name in enumerate(names):
        for objective in OBJECTIVES:
            own = [point for point in result.points if point.objective == objective]
            traces += [_seeds(own, name, objective, panel, language), _means(own, name, objective, panel, language)]
    layout = {
        "template": TEMPLATE,
        "height": 90 + 250 * len(names) + 60,
        "margin": {"t": 48, "b": 110},
        "legend": {"orientation": "h", "x": 0, "y": -0.16 if len(names) == 2 else -0.3, "yanchor": "top"},
        "annotations": [_title(say(f"pg_elf_title_{name}", language), domains[at][1]) for at, name in enumerate(names)],
        "shapes": [] if result.gflops is None else [_line(result.gflops, at) for at in range(len(names))],
    }
    for at, name in enumerate(names):
        axis = "" if at == 0 else "2"
        last = at == len(names) - 1
        layout[f"xaxis{axis}"] = {
            "anchor": f"y{axis}",
            "rangemode": "tozero",
            "fixedrange": True,
            **({"title": {"text": say("pg_elf_axis_compute", language)}} if last else {"matches": "x2"}),
        }
        layout[f"yaxis{axis}"] = {
            "anchor": f"x{axis}",
            "domain": list(domains[at]),
            "fixedrange": True,
            "title": {"text": say(f"pg_elf_axis_{name}", language)},
            **({"tickformat": ".0%"} if name == "accuracy" else {}),
        }
    return go.Figure(traces, layout)


def _axes(panel: int) -> dict[str, str]:
    return {} if panel == 0 else {"xaxis": "x2", "yaxis": "y2"}


def _seeds(points: Sequence[Point], name: str, objective: Objective, panel: int, language: str) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "markers",
        **_axes(panel),
        "x": [point.gflops for point in points],
        "y": [getattr(point, name) for point in points],
        "customdata": [[point.seed, point.step] for point in points],
        "marker": {"color": COLOURS[objective], "size": 6, "opacity": 0.55, "symbol": _SYMBOLS[objective]},
        "showlegend": False,
        "hovertemplate": say(f"pg_elf_hover_{name}", language) + "<extra></extra>",
    }


def _means(points: Sequence[Point], name: str, objective: Objective, panel: int, language: str) -> dict[str, object]:
    by_step: dict[int, list[Point]] = {}
    for point in points:
        by_step.setdefault(point.step, []).append(point)
    groups = [by_step[step] for step in sorted(by_step)]
    return {
        "type": "scatter",
        "mode": "lines",
        **_axes(panel),
        "x": [group[0].gflops for group in groups],
        "y": [sum(getattr(point, name) for point in group) / len(group) for group in groups],
        "line": {"color": COLOURS[objective], "width": 3},
        "name": say(f"pg_elf_{objective}", language),
        "legendgroup": objective,
        "showlegend": panel == 0,
        "hoverinfo": "skip",
    }


def _line(gflops: float, panel: int) -> dict[str, object]:
    """Where the objectives are compared."""
    axis = "" if panel == 0 else "2"
    return {
        "type": "line",
        "x0": gflops,
        "x1": gflops,
        "xref": f"x{axis}",
        "y0": 0,
        "y1": 1,
        "yref": f"y{axis} domain",
        "line": {"color": GREY, "dash": "dot", "width": 1},
    }


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
