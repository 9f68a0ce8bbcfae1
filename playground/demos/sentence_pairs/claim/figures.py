"""How often each head is right, kind by kind."""

import plotly.graph_objects as go

from playground.demos.sentence_pairs.claim.schema import KINDS, Result
from playground.demos.sentence_pairs.figures import NSP, SOP
from playground.messages import say
from playground.plots.style import GREY, figure, percent

_COLOURS = {"nsp": NSP, "sop": SOP}


def shares(result: Result, language: str) -> go.Figure:
    """Bars with 95% intervals; the dotted line is guessing."""
    names = [say(f"pg_clm_{kind}", language) for kind in KINDS]
    drawn = figure(
        title=say("pg_clm_title", language, pairs=result.pairs),
        height=380,
        barmode="group",
        yaxis={"range": [0, 1.08], "tickformat": ".0%", "fixedrange": True},
        xaxis={"fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"},
        margin={"t": 48, "b": 40},
    )
    for judged in result.judged:
        found = [judged.kinds[kind] for kind in KINDS]
        drawn.add_bar(
            x=names,
            y=[share.right for share in found],
            name=say(f"pg_clm_head_{judged.head}", language, model=judged.model),
            marker_color=_COLOURS[judged.head],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [share.high - share.right for share in found],
                "arrayminus": [share.right - share.low for share in found],
                "color": GREY,
            },
            text=[percent(share.right) for share in found],
            textposition="inside",
            insidetextanchor="start",
            customdata=[f"{percent(share.low)}–{percent(share.high)}" for share in found],
            hovertemplate="%{x}: %{y:.1%} (%{customdata})",
        )
    drawn.add_hline(y=0.5, line={"color": GREY, "dash": "dot"})
    return drawn
