"""Accuracy and loss against the masking rate."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.masked_lm.sweep.schema import RATES, Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, TEMPLATE

_BERT = 0.15
_FILL = {BLUE: "rgba(49,130,189,0.22)", ORANGE: "rgba(217,95,2,0.22)"}


def curves(result: Result, language: str) -> go.Figure:
    """Two curves with their spread; BERT's 15% is marked."""
    drawn = make_subplots(
        rows=2,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.2,
        subplot_titles=[say("pg_swp_accuracy", language), say("pg_swp_loss", language)],
    )
    rates = [point.rate for point in result.points]
    hidden = [[point.hidden, result.draws] for point in result.points]
    for row, (name, colour) in enumerate((("accuracy", BLUE), ("loss", ORANGE)), start=1):
        means = [getattr(point, name) for point in result.points]
        spreads = [getattr(point, f"{name}_spread") for point in result.points]
        drawn.add_scatter(
            x=rates + rates[::-1],
            y=[m + s for m, s in zip(means, spreads, strict=True)]
            + [m - s for m, s in zip(means, spreads, strict=True)][::-1],
            fill="toself",
            fillcolor=_FILL[colour],
            line_width=0,
            mode="lines",
            hoverinfo="skip",
            row=row,
            col=1,
        )
        drawn.add_scatter(
            x=rates,
            y=means,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 8, "color": colour},
            customdata=[[*more, spread] for more, spread in zip(hidden, spreads, strict=True)],
            hovertemplate=say(f"pg_swp_hover_{name}", language) + "<extra></extra>",
            row=row,
            col=1,
        )
        drawn.add_vline(x=_BERT, line={"color": GREY, "width": 1, "dash": "dot"}, row=row, col=1)
    drawn.add_annotation(
        x=_BERT,
        y=1,
        yref="y domain",
        text=say("pg_swp_bert", language),
        showarrow=False,
        xanchor="left",
        yanchor="top",
        font_size=12,
        name="bert",
    )
    titles = {"x": 0, "xref": "paper", "xanchor": "left", "align": "left", "xshift": -30, "font_size": 14}
    drawn.update_annotations(titles, selector={"name": None})
    drawn.update_xaxes(range=[0, max(RATES) + 0.03], tickformat=".0%", fixedrange=True)
    drawn.update_xaxes(title_text=say("pg_swp_axis", language), row=2, col=1)
    drawn.update_yaxes(fixedrange=True)
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero", row=1, col=1)
    drawn.update_yaxes(title_text=say("pg_swp_nats", language), row=2, col=1)
    drawn.update_layout(template=TEMPLATE, height=500, showlegend=False, margin={"t": 56, "b": 48})
    return drawn
