"""The four forms as rows of squares: one a position, coloured where it feeds the head."""

import plotly.graph_objects as go

from playground.demos.fine_tune.forms.schema import Form, Result
from playground.messages import say
from playground.plots.style import BLUE, GREY, ORANGE, figure, text

_SHOWN = 40  # positions of the longest form that are drawn


def positions(result: Result, language: str) -> go.Figure:
    """A row a form, a square a position; a line goes up from each that feeds the head."""
    names = [say(f"pg_ftf_{form.name}", language) for form in result.forms]
    longest = min(_SHOWN, max(len(form.slots) for form in result.forms))
    drawn = figure(
        title=say("pg_ftf_title", language),
        height=380,
        xaxis={
            "title": {"text": say("pg_ftf_axis", language)},
            "range": [-0.8, longest - 0.2],
            "fixedrange": True,
            "showgrid": False,
        },
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "range": [len(names) - 0.4, -0.8],
            "fixedrange": True,
            "showgrid": False,
        },
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        margin={"t": 48, "b": 100},
    )
    xs: list[float | None] = []
    ys: list[float | None] = []
    for row, form in enumerate(result.forms):
        for place, slot in enumerate(form.slots[:_SHOWN]):
            if slot.feeds:
                xs += [place, place, None]
                ys += [row, row - 0.42, None]
    drawn.add_scatter(
        x=xs, y=ys, mode="lines", line={"color": ORANGE, "width": 1.5}, hoverinfo="skip", showlegend=False
    )
    for kind, colour, symbol in (("feeds", ORANGE, "square"), ("word", BLUE, "square-open"), ("special", GREY, "x")):
        spots = [
            (place, row, slot)
            for row, form in enumerate(result.forms)
            for place, slot in enumerate(form.slots[:_SHOWN])
            if _kind(form, place) == kind
        ]
        drawn.add_scatter(
            x=[place for place, _, _ in spots],
            y=[row for _, row, _ in spots],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 8 if longest > 24 else 11, "line": {"width": 1.5}},
            name=say(f"pg_ftf_kind_{kind}", language),
            customdata=[[text(slot.text), "AB"[slot.segment]] for _, _, slot in spots],
            hovertemplate=say("pg_ftf_hover", language) + "<extra></extra>",
        )
    return drawn


def _kind(form: Form, place: int) -> str:
    slot = form.slots[place]
    return "feeds" if slot.feeds else "special" if slot.special else "word"
