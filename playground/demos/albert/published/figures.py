"""How far each count lies from the printed number."""

import plotly.graph_objects as go

from playground.demos.albert.published.schema import RULES, Result, Rule
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, figure, label_pixels

# The colour-blind tell them apart by shape.
MARKS: dict[Rule, tuple[str, str]] = {
    "transformers": (BLUE, "circle"),
    "no_pooler": (ORANGE, "diamond"),
    "no_projection": (GREEN, "square-open"),
    "neither": (PURPLE, "x"),
}


def differences(result: Result, language: str) -> go.Figure:
    """One line a model, one mark a rule; the band is what rounds to the printed number."""
    names = [
        say("pg_pub_row", language, name=row.name.replace(", ", "<br>"), printed=row.printed) for row in result.rows
    ]
    drawn = figure(
        title=say("pg_pub_title", language),
        height=160 + 44 * len(names),
        xaxis={"title": {"text": say("pg_pub_axis", language)}},
        yaxis={"autorange": "reversed", "categoryorder": "array", "categoryarray": names, "automargin": False},
        legend={"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
        margin={"t": 48, "b": 48, "l": 16 + max(label_pixels(line) for name in names for line in name.split("<br>"))},
    )
    for rule in RULES:
        colour, symbol = MARKS[rule]
        counted = [(row, name) for row, name in zip(result.rows, names, strict=True) if rule in row.counts]
        drawn.add_scatter(
            x=[row.counts[rule] / 1e6 - row.printed for row, _ in counted],
            y=[name for _, name in counted],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 12, "line": {"width": 2, "color": colour}},
            customdata=[f"{row.counts[rule]:,}" for row, _ in counted],
            name=say(f"pg_pub_rule_{rule}", language),
            hovertemplate="%{y}<br>%{customdata} (%{x:+.2f}M)",
        )
    drawn.add_vrect(x0=-0.5, x1=0.5, fillcolor=GREY, opacity=0.25, line_width=0)
    drawn.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
    return drawn
