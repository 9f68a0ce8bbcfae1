"""All heads in small, and the chosen one large."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from playground.demos.attention.schema import Block, Head, Result, Sort
from playground.messages import say
from playground.pictures import unpack
from playground.plots.style import BLUE, GREY, HEAT, TEMPLATE, percent, text

LABELLED = 30  # tokens up to which both axes name them
_EXACT = 64  # tokens up to which a field of the map says its share; a larger map says its byte
_TILE = 42  # pixels
# Most weights are small: what is a tenth already shows.
_FAINT = [
    [0.0, "rgba(217,95,2,0.05)"],
    [0.1, "rgba(217,95,2,0.38)"],
    [0.4, "rgba(217,95,2,0.72)"],
    [1.0, "rgba(217,95,2,1)"],
]


def ordered(heads: list[Head], sort: Sort) -> list[Head]:
    """As they lie in the model, or the largest first."""
    return heads if sort == "place" else sorted(heads, key=lambda head: -float(getattr(head, sort)))


def mosaic(result: Result, sort: Sort, language: str) -> go.Figure | None:
    """Every head's map in small; one row a layer, or in the order of a measure. None without pictures."""
    if result.picture is None:
        return None
    layers, across, side = result.layers, result.heads_a_layer, result.picture.mosaic_side
    small = unpack(result.picture.mosaic, layers, across, side, side)
    order = ordered(result.heads, sort)
    step = side + 1
    canvas = np.zeros((layers * step - 1, across * step - 1), np.uint8)
    middles, chosen = [], None
    for number, head in enumerate(order):
        top, left = number // across * step, number % across * step
        canvas[top : top + side, left : left + side] = small[head.layer - 1, head.head - 1]
        middles.append((left + side / 2 - 0.5, top + side / 2 - 0.5))
        if (head.layer, head.head) == (result.layer, result.head):
            chosen = (left - 1, top - 1)
    by_place = sort == "place"
    measure = "" if by_place else say(f"pg_att_sort_{sort}", language)
    traces = [
        {
            "type": "heatmap",
            "z": canvas,
            "zmin": 0,
            "zmax": 255,
            "colorscale": _FAINT,
            "showscale": False,
            "hoverinfo": "skip",
        },
        {  # unseen, so that the mouse finds the nearest head
            "type": "scatter",
            "mode": "markers",
            "x": [x for x, _ in middles],
            "y": [y for _, y in middles],
            "marker": {"opacity": 0, "size": 1},
            "customdata": [[head.layer, head.head] for head in order],
            "text": None if by_place else [shown(head, sort) for head in order],
            "hovertemplate": _pointed(None if by_place else measure, language),
            "showlegend": False,
        },
    ]
    title = say("pg_att_mosaic_title", language) if by_place else say("pg_att_mosaic_by", language, measure=measure)
    layout = {
        "template": TEMPLATE,
        "height": 100 + _TILE * layers,
        "title": {"text": title},
        "hovermode": "closest",
        "hoverdistance": -1,
        "margin": {"l": 36, "r": 4, "t": 40, "b": 44},
        "shapes": [*_grid(layers, across, step), *([_frame(*chosen, step)] if chosen else [])],
        "xaxis": _ticks(across, step, by_place, say("pg_head", language)),
        "yaxis": _ticks(layers, step, by_place, say("pg_layer", language))
        | {
            "range": [canvas.shape[0] - 0.5 + 1, -1.5],
            "title": {"text": say("pg_layer", language) if by_place else ""},
        },
    }
    return go.Figure(traces, layout)


def _ticks(count: int, step: int, named: bool, title: str) -> dict[str, Any]:
    every = 1 if count <= 16 else 2
    places = list(range(0, count, every))
    return {
        "tickmode": "array",
        "tickvals": [place * step + step / 2 - 1 for place in places],
        "ticktext": [str(place + 1) for place in places] if named else [""] * len(places),
        "tickangle": 0,
        "range": [-1.5, count * step - 0.5],
        "fixedrange": True,
        "showgrid": False,
        "title": {"text": title if named else ""},
    }


def _grid(rows: int, columns: int, step: int) -> list[dict[str, Any]]:
    line = {"color": GREY, "width": 0.5}
    wide, high = columns * step - 1, rows * step - 1
    ends = [{"type": "line", "x0": -1, "x1": wide, "y0": y * step - 1, "y1": y * step - 1} for y in range(rows + 1)]
    ends += [{"type": "line", "y0": -1, "y1": high, "x0": x * step - 1, "x1": x * step - 1} for x in range(columns + 1)]
    return [{**one, "line": line} for one in ends]


def _frame(left: float, top: float, step: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": left,
        "x1": left + step,
        "y0": top,
        "y1": top + step,
        "line": {"color": BLUE, "width": 3},
    }


def _pointed(measure: str | None, language: str) -> str:
    """What is said of the head under the mouse: once for all, since a thousand heads' sentences are 100 KB."""
    name = say("pg_att_head", language, layer="%{customdata[0]}", head="%{customdata[1]}")
    return f"{name}{'' if measure is None else f'<br>{measure}: %{{text}}'}<extra></extra>"


def shown(head: Head, measure: str) -> str:
    """One measure of a head as text."""
    value = float(getattr(head, measure))
    return f"{value:.2f}" if measure in ("entropy", "distance") else percent(value)


def large(result: Result, row: int, rollout: bool, block: Block, language: str) -> go.Figure | None:
    """The chosen head's map: a row is the token that looks. None without pictures."""
    if result.picture is None:
        return None
    side, step = result.picture.map_side, step_of(result)
    bytes_ = unpack(result.picture.map, side, side)
    names = [f"{place} {text(token)}" for place, token in enumerate(result.tokens)]
    if step > 1:
        fields = [names[place : place + step] for place in range(0, len(names), step)]
        names = ["–".join(dict.fromkeys((field[0], field[-1]))) for field in fields]
    rows, columns = (_range(result, one, step) for one in _texts(block))
    bytes_, down, along = bytes_[rows, columns], names[rows], names[columns]
    exact = side <= _EXACT
    values: NDArray[Any] = (bytes_ / np.float32(255)).astype(np.float32) if exact else bytes_
    full = 1.0 if exact else 255.0
    most = max(float(bytes_.max()) / 255, 1 / 255) if bytes_.size else 1.0
    head = say("pg_mlm_attention_mean", language) if result.head == 0 else str(result.head)
    key = "pg_att_title_rollout" if rollout else "pg_mlm_attention_title"
    trace = {
        "type": "heatmap",
        "z": values,
        "x": along,
        "y": down,
        "colorscale": HEAT,
        "zmin": 0,
        "zmax": most * full,
        "hovertemplate": say("pg_att_hover" if exact else "pg_att_hover_byte", language) + "<extra></extra>",
        "colorbar": {
            "orientation": "h",
            "y": 1,
            "yanchor": "bottom",
            "thickness": 8,
            "len": 0.94,
            "tickvals": [0, most * full / 2, most * full],
            "ticktext": ["0%", f"{most / 2:.0%}", f"{most:.0%}"],
            "outlinewidth": 0,
        },
    }
    layout = {
        "template": TEMPLATE,
        "height": 600,
        "title": {"text": say(key, language, layer=result.layer, head=head)},
        "margin": {"l": 8, "r": 8, "t": 88, "b": 40},
        "shapes": [*_between(result, block, step), *_looking(result, row, block, step)],
        "xaxis": _named(along, result, _texts(block)[1], step) | {"title": {"text": say("pg_att_axis_to", language)}},
        "yaxis": _named(down, result, _texts(block)[0], step)
        | {"autorange": "reversed", "tickangle": 0, "title": {"text": say("pg_att_axis_from", language)}},
    }
    return go.Figure([trace], layout)


def step_of(result: Result) -> int:
    """Weights a side that share a field of the large map."""
    return (result.picture.pooled or 1) if result.picture is not None else 1


def _texts(block: Block) -> tuple[int | None, int | None]:
    """Of which text the rows and columns are; None for all."""
    return {"all": (None, None), "a_to_b": (0, 1), "b_to_a": (1, 0)}[block]


def _range(result: Result, number: int | None, step: int) -> slice:
    """Places of the map that a text's own tokens take."""
    if number is None:
        return slice(None)
    own = [p for p, segment in enumerate(result.segments) if segment == number and p not in result.special]
    start, end = (own[0], own[-1] + 1) if own else (0, 0)
    return slice(start // step, -(-end // step))


def first_row(result: Result, block: Block) -> int:
    """The place of the token in the map's first row."""
    start: int | None = _range(result, _texts(block)[0], 1).start
    return start or 0


def _named(names: list[str], result: Result, number: int | None, step: int) -> dict[str, Any]:
    """An axis with a token's name at each place, or where there are too many, with some of their numbers."""
    axis: dict[str, Any] = {"type": "category", "tickmode": "array", "fixedrange": True, "showgrid": False}
    if len(names) <= LABELLED and step == 1:
        start = _range(result, number, 1).start or 0
        read = [text(token) for token in result.tokens[start : start + len(names)]]
        return axis | {"tickvals": names, "ticktext": read, "tickangle": -90, "tickfont": {"size": 11}}
    every = 1 if len(names) <= LABELLED else max(10, -(-len(names) // 100) * 10)
    return axis | {
        "tickvals": names[::every],
        "ticktext": [name.split(" ")[0] for name in names[::every]],
        "tickangle": 0,
    }


def _between(result: Result, block: Block, step: int) -> list[dict[str, Any]]:
    """Lines between the two texts of a pair."""
    if block != "all" or 1 not in result.segments:
        return []
    at = result.segments.index(1) / step - 0.5
    line = {"color": GREY, "width": 1, "dash": "dot"}
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": line}
    return [across, {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at, "line": line}]


def _looking(result: Result, row: int, block: Block, step: int) -> list[dict[str, Any]]:
    """A frame around the row of the chosen token."""
    rows = _range(result, _texts(block)[0], step)
    start = rows.start or 0
    place = row // step - start
    if place < 0 or (rows.stop is not None and place >= rows.stop - start):
        return []
    edges = {"y0": place - 0.5, "y1": place + 0.5, "xref": "paper", "x0": 0, "x1": 1}
    return [{"type": "rect", **edges, "line": {"color": BLUE, "width": 1.5}}]
