"""A panel a batch size, a colour a learning rate: the loss of each step against the tokens read."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.fine_tune.rates.schema import Rate, Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, TEMPLATE

_TOP = 2.2  # nats; what is higher is cut off
# Each rate has its own mark and colour, whichever are chosen; neighbours differ in both.
_MARKS: dict[Rate, tuple[str, str]] = {
    "1e-6": (GREY, "x"),
    "1e-5": (GREEN, "square"),
    "2e-5": (ORANGE, "hexagon"),
    "3e-5": (PURPLE, "pentagon"),
    "4e-5": (GREY, "hourglass"),
    "5e-5": (BLUE, "circle"),
    "6.25e-5": (ORANGE, "triangle-left"),
    "1e-4": (PURPLE, "cross"),
    "3e-4": (ORANGE, "diamond"),
    "1e-3": (GREEN, "star"),
    "3e-3": (PURPLE, "triangle-up"),
    "1e-2": (GREY, "triangle-down"),
}


def losses(result: Result, language: str) -> go.Figure:
    """A mark for each step, or the mean of a few where there are many; dotted: the loss of guessing."""
    batches = sorted({run.batch for run in result.runs}) or [0]
    titles = [_title(result, batch, language) for batch in batches]
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
            customdata=[min((place + 1) * run.every, run.steps) for place in range(len(run.losses))],
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
            "title": {"text": say("pg_ftr_rates", language), "side": "top"},
        },
    )
    return drawn


def _title(result: Result, batch: int, language: str) -> str:
    """Of a panel; it says how high a loss is that leaves it."""
    highest = max((loss for run in result.runs if run.batch == batch for loss in run.losses), default=0.0)
    if not batch:
        return " "
    if highest > _TOP:
        return say("pg_ftr_panel_cut", language, batch=batch, highest=f"{highest:.1f}")
    return say("pg_ftr_panel", language, batch=batch)
