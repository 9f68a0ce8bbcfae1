"""F1 measured here beside what was published for others."""

import plotly.graph_objects as go

from playground.demos.few_shot.reading.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, figure, percent, text


def bars(result: Result, model: str, language: str) -> go.Figure:
    """This model with its 95% interval, any three words, and the published ones, which are hatched."""
    rows: list[tuple[str, float, str, str]] = []
    if result.f1 is not None and result.guess is not None:
        rows = [
            (text(model.rsplit("/", 1)[-1]), result.f1, ORANGE, ""),
            (say("pg_frd_guess", language), result.guess, BLUE, ""),
        ]
    rows += [
        (say(f"pg_frd_{name.lower().replace('-', '')}", language), f1, GREY, "/")
        for name, f1 in result.published.items()
    ]
    places = list(range(len(rows)))
    drawn = figure(
        title=say("pg_frd_title", language, done=len(result.answers), questions=result.questions),
        height=150 + 48 * len(rows),
        xaxis={"range": [0, 1.2], "tickformat": ".0%", "fixedrange": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [name for name, _, _, _ in rows],
        },
        margin={"t": 56, "b": 48},
        showlegend=False,
    )
    shown = [percent(f1) for _, f1, _, _ in rows]
    # Of answers that are all alike the bootstrap knows no interval: one of no width would say that all is sure.
    if rows and result.low is not None and result.high is not None and result.low < result.high:
        shown[0] += f" ({result.low:.0%}–{result.high:.0%})"
    drawn.add_bar(
        x=[f1 for _, f1, _, _ in rows],
        y=places,
        orientation="h",
        marker={
            "color": [colour for _, _, colour, _ in rows],
            "pattern": {"shape": [shape for _, _, _, shape in rows]},
        },
        text=shown,
        textposition="outside",
        cliponaxis=False,
        customdata=[name for name, _, _, _ in rows],
        hovertemplate="%{customdata}: F1 %{x:.1%}<extra></extra>",
    )
    return drawn
