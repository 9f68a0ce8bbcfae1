"""The labels as bars."""

import plotly.graph_objects as go

from playground.demos.few_shot.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, figure, percent, text

_SHOWN = 24  # characters of a label on the axis


def short(label: str, size: int = _SHOWN) -> str:
    """A label as an axis has room for it, escaped."""
    return text(label if len(label) <= size else label[: size - 1] + "…")


def labels(result: Result, language: str) -> go.Figure:
    """One bar a label, the likeliest in orange, the right one ticked; where calibrated, marks show what was before."""
    rows = result.labels
    # Numbered inside: two labels may be shortened to the same text.
    places = list(range(len(rows)))
    names = [("✓ " if row.label == result.right else "") + short(row.label) for row in rows]
    best = max(places, key=lambda place: rows[place].probability)
    calibrated = rows[0].content_free is not None
    drawn = figure(
        title=say("pg_fsh_title_calibrated" if calibrated else "pg_fsh_title", language),
        height=130 + max(2, len(rows)) * (40 if len(rows) <= 10 else 24) + (30 if calibrated else 0),
        xaxis={"range": [0, 1.18], "tickformat": ".0%", "fixedrange": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": places,
            "ticktext": names,
        },
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        margin={"t": 48, "b": 40},
        showlegend=calibrated,
    )
    drawn.add_bar(
        x=[row.probability for row in rows],
        y=places,
        orientation="h",
        marker_color=[ORANGE if place == best else BLUE for place in places],
        text=[percent(row.probability) for row in rows],
        textposition="outside",
        cliponaxis=False,
        customdata=[[text(row.label), f"{row.whole:.3g}"] for row in rows],
        name=say("pg_fsh_calibrated" if calibrated else "pg_fsh_ranked", language),
        hovertemplate=say("pg_fsh_hover", language) + "<extra></extra>",
    )
    for key, colour, symbol in (("plain", GREEN, "diamond"), ("content_free", GREY, "x")) if calibrated else ():
        drawn.add_scatter(
            x=[getattr(row, key) for row in rows],
            y=places,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1, "color": "#ffffff"}},
            name=say(f"pg_fsh_{key}", language),
            hovertemplate="%{x:.1%}",
        )
    return drawn
