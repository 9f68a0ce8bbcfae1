"""The accuracy of each head on what it learned from and on what it had not seen."""

import plotly.graph_objects as go

from playground.demos.sentence_pairs.probe.schema import FOLDS, Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, figure, percent


def folds(result: Result, language: str) -> go.Figure:
    """A dot for each fold; the band is the interval of all held-out pairs together."""
    names = [say("pg_prb_fold", language, number=number + 1) for number in range(FOLDS)]
    title = say("pg_prb_title_running", language)
    if result.accuracy is not None:
        assert result.low is not None and result.high is not None
        values = {"accuracy": percent(result.accuracy), "low": percent(result.low), "high": percent(result.high)}
        title = say("pg_prb_title", language, **values)
    drawn = figure(
        title=title,
        height=360,
        yaxis={"range": [0.35, 1.04], "tickformat": ".0%", "fixedrange": True},
        xaxis={"range": [-0.5, FOLDS - 0.5], "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"},
        margin={"t": 48, "b": 40},
    )
    for name, colour, symbol in (("train", ORANGE, "circle-open"), ("held_out", BLUE, "diamond")):
        drawn.add_scatter(
            x=names[: len(result.folds)],
            y=[getattr(fold, name) for fold in result.folds],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 13, "line": {"width": 2, "color": colour}},
            name=say(f"pg_prb_{name}", language),
            hovertemplate="%{x}: %{y:.1%}",
        )
    drawn.add_hline(y=0.5, line={"color": GREY, "dash": "dot"})
    if result.low is not None:
        drawn.add_hrect(y0=result.low, y1=result.high, fillcolor=BLUE, opacity=0.12, line_width=0)
    return drawn
