"""What each example adds to the right label's probability."""

import plotly.graph_objects as go

from playground.demos.few_shot.leave_out.schema import Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, figure, percent, text

_SHOWN = 22  # characters of an example on the axis
_TWO_LINES = 12  # examples that have room for their labels on a line of their own


def bars(result: Result, language: str) -> go.Figure:
    """A bar an example, in the order of the prompt: to the right where it helps."""
    rows = result.left_out
    changes = [100 * (result.probability - row.probability) for row in rows]
    places = list(range(len(rows)))
    names = [f"{place + 1}. {_short(row.input)}" for place, row in enumerate(rows)]
    if len(rows) <= _TWO_LINES:
        names = [f"{name}<br>→ {_short(row.label)}" for name, row in zip(names, rows, strict=True)]
    most = max(1.0, *(abs(change) for change in changes)) * 1.6
    drawn = figure(
        title=say("pg_flo_title", language, label=_short(result.label), probability=percent(result.probability)),
        height=150 + max(2, len(rows)) * (40 if len(rows) <= _TWO_LINES else 22),
        xaxis={
            "title": {"text": say("pg_flo_axis", language)},
            "range": [-most, most],
            "fixedrange": True,
            "zeroline": True,
            "zerolinecolor": GREY,
        },
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": places,
            "ticktext": names,
            "tickfont": {"size": 12},
        },
        margin={"t": 56, "b": 48, "r": 28},
        showlegend=False,
    )
    drawn.add_bar(
        x=changes,
        y=places,
        orientation="h",
        marker_color=[BLUE if change >= 0 else ORANGE for change in changes],
        text=[f"{change:+.1f}" if abs(change) >= 0.05 else "0.0" for change in changes],
        textposition="outside",
        cliponaxis=False,
        customdata=[[text(row.input[:200]), text(row.label), percent(row.probability)] for row in rows],
        hovertemplate=say("pg_flo_hover", language) + "<extra></extra>",
    )
    return drawn


def _short(words: str, size: int = _SHOWN) -> str:
    return text(words if len(words) <= size else words[: size - 1].rstrip() + "…")
