"""A panel a batch size, a colour a learning rate: the loss of each step against the tokens read."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.fine_tune.rates.schema import RATES, Rate, Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, TEMPLATE

_TOP = 2.2  # nats; what is higher is cut off
# Each rate has a colour of its own, whichever are chosen; neighbours differ in lightness and mark.
_MARKS: dict[Rate, tuple[str, str]] = dict(
    zip(
        RATES,
        (
            (GREY, "x"),
            (GREEN, "square"),
            (BLUE, "circle"),
            (PURPLE, "cross"),
            (ORANGE, "diamond"),
            (GREEN, "star"),
            (PURPLE, "triangle-up"),
            (GREY, "triangle-down"),
        ),
        strict=True,
    )
)


def losses(result: Result, language: str) -> go.Figure:
    """Thin dots for the steps, a line through their running mean; dotted: the loss of guessing."""
    batches = sorted({run.batch for run in result.runs}) or [0]
    titles = [say("pg_ftr_panel", language, batch=batch) if batch else " " for batch in batches]
    drawn = make_subplots(
        rows=len(batches),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.3 / (len(batches) + 1),
        subplot_titles=titles,
    )
    named: set[Rate] = set()
    for run in result.runs:
        colour, symbol = _MARKS[run.rate]
        row = batches.index(run.batch) + 1
        drawn.add_scatter(
            x=run.tokens,
            y=run.losses,
            mode="lines+markers",
            line={"color": colour, "width": 1.5},
            marker={"color": colour, "symbol": symbol, "size": 5 if len(run.losses) > 30 else 8},
            name=run.rate,
            legendgroup=run.rate,
            showlegend=run.rate not in named,
            customdata=list(range(1, len(run.losses) + 1)),
            hovertemplate=say("pg_ftr_hover", language, rate=run.rate) + "<extra></extra>",
            row=row,
            col=1,
        )
        named.add(run.rate)
    highest = max((loss for run in result.runs for loss in run.losses), default=1.0)
    for row in range(1, len(batches) + 1):
        drawn.add_hline(y=result.guess, line={"color": GREY, "dash": "dot", "width": 1}, row=row, col=1)
        drawn.update_yaxes(range=[0, min(_TOP, 1.05 * highest)], fixedrange=True, row=row, col=1)
    drawn.update_annotations({"x": 0, "xref": "paper", "xanchor": "left", "align": "left", "font_size": 14})
    drawn.update_xaxes(fixedrange=True, rangemode="tozero")
    drawn.update_xaxes(title_text=say("pg_ftr_axis_tokens", language), row=len(batches), col=1)
    drawn.update_yaxes(title_text=say("pg_ftr_axis_loss", language), row=(len(batches) + 1) // 2, col=1)
    height = 150 + 190 * len(batches)
    drawn.update_layout(
        template=TEMPLATE,
        height=height,
        margin={"t": 40, "b": 110},
        legend={
            "orientation": "h",
            "x": 0,
            "y": -70 / (height - 150),
            "yanchor": "top",
            "title": {"text": say("pg_ftr_rates", language)},
        },
    )
    return drawn
