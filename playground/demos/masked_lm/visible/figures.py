"""Two dots a token: its probability when it is hidden, and when it can be seen."""

import plotly.graph_objects as go

from playground.demos.masked_lm.visible.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, figure, percent, text


def dumbbells(result: Result, language: str) -> go.Figure:
    """Tokens from top to bottom; a line joins what hiding costs."""
    rows = list(range(len(result.compared)))
    names = [text(result.tokens[one.position]) for one in result.compared]
    count = max(1, len(rows))
    hits = [sum(one.right_masked for one in result.compared), sum(one.right_visible for one in result.compared)]
    drawn = figure(
        height=130 + 24 * len(rows),
        title_text=say("pg_vis_title", language, masked=hits[0], visible=hits[1], of=count),
        margin={"l": 8, "r": 16, "t": 84, "b": 44},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
    )
    joined_x: list[float | None] = []
    joined_y: list[float | None] = []
    for row, one in zip(rows, result.compared, strict=True):
        joined_x += [one.masked, one.visible, None]
        joined_y += [row, row, None]
    drawn.add_scatter(
        x=joined_x, y=joined_y, mode="lines", line={"color": GREY, "width": 2}, hoverinfo="skip", showlegend=False
    )
    for kind, colour in (("masked", BLUE), ("visible", ORANGE)):
        values = [getattr(one, kind) for one in result.compared]
        drawn.add_scatter(
            x=values,
            y=rows,
            mode="markers",
            marker={"color": colour, "size": 11, "symbol": "circle" if kind == "masked" else "diamond"},
            name=say(f"pg_vis_{kind}", language),
            customdata=[[name, percent(value)] for name, value in zip(names, values, strict=True)],
            hovertemplate="%{customdata[0]}: %{customdata[1]}",
        )
    drawn.update_xaxes(
        range=[-0.02, 1.02], tickformat=".0%", title_text=say("pg_mlm_axis", language), fixedrange=True, showgrid=True
    )
    drawn.update_yaxes(
        tickmode="array", tickvals=rows, ticktext=names, range=[count - 0.5, -0.5], fixedrange=True, showgrid=False
    )
    return drawn
