"""Two maps, before and after fine-tuning: a column a position, a row a layer."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.fine_tune.where.schema import Best, Cell, Result, Stage
from playground.messages import say
from playground.plots.style import TEMPLATE, percent

_WIDE = 14  # columns
_STAGES: tuple[Stage, ...] = ("before", "after")
# Light to dark, told apart by the colour-blind; the numbers are written into the cells as well.
_SCALE = [[0.0, "rgba(49,130,189,0.05)"], [0.5, "rgba(49,130,189,0.5)"], [1.0, "rgba(49,130,189,1)"]]


def maps(result: Result, language: str) -> go.Figure:
    """Both stages in one scale, from guessing to the best cell."""
    names = [_name(position, language) for position in result.positions]
    layers = list(range(result.layers + 1))
    found = {(cell.stage, cell.layer, cell.position): cell for cell in result.cells}
    top = max((cell.accuracy for cell in result.cells), default=1.0)
    drawn = make_subplots(
        rows=2,
        cols=1,
        vertical_spacing=0.14,
        subplot_titles=[say(f"pg_ftw_{stage}", language) for stage in _STAGES],
    )
    for row, stage in enumerate(_STAGES, start=1):
        cells = [[found.get((stage, layer, position)) for position in result.positions] for layer in layers]
        drawn.add_heatmap(
            x=names,
            y=layers,
            z=[[None if cell is None else cell.accuracy for cell in line] for line in cells],
            text=[["" if cell is None else f"{100 * cell.accuracy:.0f}" for cell in line] for line in cells],
            texttemplate="%{text}",
            textfont={"size": 9 if _turned(names) else 11},
            customdata=[[_hover(cell) for cell in line] for line in cells],
            zmin=min(result.chance, top),
            zmax=top,
            colorscale=_SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=say("pg_ftw_hover", language) + "<extra></extra>",
            row=row,
            col=1,
        )
    drawn.update_annotations({"x": 0, "xref": "paper", "xanchor": "left", "align": "left", "font_size": 14})
    drawn.update_xaxes(
        type="category", fixedrange=True, tickangle=_turned(names), tickfont={"size": 11}, showgrid=False
    )
    drawn.update_xaxes(title_text=say("pg_ftw_axis_position", language), row=2, col=1)
    drawn.update_yaxes(
        range=[-0.5, result.layers + 0.5],
        title_text=say("pg_ftw_axis_layer", language),
        fixedrange=True,
        dtick=1 if result.layers <= 12 else 4,
        showgrid=False,
    )
    if not result.cells:
        drawn.update_xaxes(visible=False)
        drawn.update_yaxes(visible=False)
    height = 150 + 2 * max(180, 26 * (result.layers + 1))
    drawn.update_layout(template=TEMPLATE, height=height, margin={"t": 48, "b": 56})
    return drawn


def best(result: Result, language: str) -> go.Figure:
    """The best layer of each position, before and after, one above the other."""
    drawn = go.Figure(layout={"template": TEMPLATE})
    for stage, symbol, colour in zip(_STAGES, ("circle-open", "diamond"), ("#d95f02", "#3182bd"), strict=True):
        own = {one.position: one for one in result.best if one.stage == stage}
        shown = [position for position in result.positions if position in own]
        drawn.add_scatter(
            x=[_name(position, language) for position in shown],
            y=[own[position].accuracy for position in shown],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [own[position].high - own[position].accuracy for position in shown],
                "arrayminus": [own[position].accuracy - own[position].low for position in shown],
                "color": colour,
                "thickness": 1,
            },
            customdata=[_best_hover(own[position]) for position in shown],
            mode="markers",
            marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
            name=say(f"pg_ftw_short_{stage}", language),
            hovertemplate=say("pg_ftw_hover_best", language),
        )
    if result.chance:
        drawn.add_hline(y=result.chance, line={"color": "#8a8f98", "dash": "dot", "width": 1})
    drawn.update_layout(
        title=say("pg_ftw_best", language),
        height=330,
        xaxis={
            "visible": bool(result.best),
            "type": "category",
            "fixedrange": True,
            "tickangle": _turned(result.positions),
            "tickfont": {"size": 11},
        },
        yaxis={
            "visible": bool(result.best),
            "tickformat": ".0%",
            "fixedrange": True,
            "title": {"text": say("pg_ft_axis_accuracy", language)},
        },
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        margin={"t": 48, "b": 80},
    )
    return drawn


def _turned(columns: Sequence[str]) -> int:
    """Degrees of the names of the positions: so many columns of a narrow screen have no room for them."""
    return -90 if len(columns) > _WIDE else 0


def _hover(cell: Cell | None) -> list[str | int]:
    """Sentences, and the interval of what they say."""
    return [0, ""] if cell is None else [cell.of, f"{percent(cell.low)} … {percent(cell.high)}"]


def _best_hover(one: Best) -> list[str | int]:
    return [one.layer, percent(one.accuracy), f"{percent(one.low)} … {percent(one.high)}"]


def _name(position: str, language: str) -> str:
    """As short as a narrow screen needs it."""
    return {"cls": "CLS", "sep": "SEP"}.get(position) or (
        say("pg_ftw_mean", language) if position == "mean" else position
    )
