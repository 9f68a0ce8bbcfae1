"""What both heads say of three pairs."""

import plotly.graph_objects as go

from playground.demos.sentence_pairs.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, figure, percent

NSP, SOP = ORANGE, BLUE


def answers(result: Result, language: str) -> go.Figure:
    """Two bars a pair; a head that is not there has none."""
    pairs = (("in_order", result), ("swapped", result.swapped), ("elsewhere", result.elsewhere))
    names = [say(f"pg_pairs_{name}", language) for name, _ in pairs]
    drawn = figure(
        title=say("pg_pairs_title", language),
        height=330,
        barmode="group",
        xaxis={"range": [0, 1.12], "tickformat": ".0%", "fixedrange": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={"autorange": "reversed", "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top", "traceorder": "normal"},
        margin={"t": 48, "b": 40},
    )
    for head, colour in (("nsp", NSP), ("sop", SOP)):
        values = [
            (pair.nsp.is_next if pair.nsp else None) if head == "nsp" else (pair.sop.in_order if pair.sop else None)
            for _, pair in pairs
        ]
        if any(value is not None for value in values):
            drawn.add_bar(
                x=values,
                y=names,
                orientation="h",
                name=say(f"pg_pairs_{head}", language),
                marker_color=colour,
                text=["" if value is None else percent(value) for value in values],
                textposition="outside",
                cliponaxis=False,
                hovertemplate="%{y}: %{x:.2%}",
            )
    drawn.add_vline(x=0.5, line={"color": GREY, "dash": "dot"})
    return drawn
