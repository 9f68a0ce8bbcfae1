"""The options as bars."""

import plotly.graph_objects as go

from playground.demos.multiple_choice.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, ORANGE, figure, percent, text

_SHOWN = 60  # characters of an option on the axis


def options(result: Result, language: str) -> go.Figure:
    """One bar an option; the chosen one in orange."""
    names = [f"{number}. {_short(choice.option)}" for number, choice in enumerate(result.choices, start=1)]
    best = max(range(len(names)), key=lambda place: result.choices[place].probability)
    drawn = figure(
        title=say("pg_mch_title", language),
        height=130 + 44 * len(names),
        xaxis={"range": [0, 1.15], "tickformat": ".0%", "fixedrange": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={"autorange": "reversed", "fixedrange": True},
        margin={"t": 48, "b": 40},
        showlegend=False,
    )
    drawn.add_bar(
        x=[choice.probability for choice in result.choices],
        y=names,
        orientation="h",
        marker_color=[ORANGE if place == best else BLUE for place in range(len(names))],
        text=[percent(choice.probability) for choice in result.choices],
        textposition="outside",
        cliponaxis=False,
        customdata=[f"{choice.score:+.2f}" for choice in result.choices],
        hovertemplate=say("pg_mch_hover", language) + "<extra></extra>",
    )
    return drawn


def _short(option: str) -> str:
    words = " ".join(option.split())
    if len(words) > _SHOWN:
        words = words[: _SHOWN - 1].rstrip() + "…"
    middle = words.rfind(" ", 0, len(words) // 2 + 8) if len(words) > 26 else -1
    return text(words) if middle < 0 else f"{text(words[:middle])}<br>{text(words[middle + 1 :])}"
