"""The labels as bars; and of a text, what the model thought of its tokens."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from playground.demos.few_shot.schema import Result, Seen
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, TEMPLATE, figure, percent, text

_SHOWN = 24  # characters of a label on the axis
_EACH = 10  # tokens that each have a number on the axis


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
        xaxis={"range": [0, 1.28], "tickformat": ".0%", "fixedrange": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
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
        customdata=[[text(row.label), percent(row.whole)] for row in rows],
        name=say("pg_fsh_calibrated" if calibrated else "pg_fsh_ranked", language),
        hovertemplate=say("pg_fsh_hover", language) + "<extra></extra>",
    )
    # Above and below the middle of the bar, where its number stands.
    marks = (("plain", GREEN, "diamond", -0.3), ("content_free", GREY, "x", 0.3)) if calibrated else ()
    for key, colour, symbol, aside in marks:
        drawn.add_scatter(
            x=[getattr(row, key) for row in rows],
            y=[place + aside for place in places],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 9, "line": {"width": 1, "color": "#ffffff"}},
            name=say(f"pg_fsh_{key}", language),
            hovertemplate="%{x:.1%}",
        )
    return drawn


def visible(token: str) -> str:
    """A token with its white space to be seen: ␣ for a leading space, ⏎ for an end of line."""
    shown = token.replace("\n", "⏎").replace("\t", "⇥")
    return ("␣" + shown[1:] if shown.startswith(" ") else shown) or "∅"


def alternatives(seen: Seen | None, language: str) -> go.Figure:
    """The likeliest tokens at one place; what stands there is orange, with its rank where it is further down."""
    if seen is None:
        return figure(
            height=320, title=say("pg_fgn_choose", language), xaxis={"visible": False}, yaxis={"visible": False}
        )
    rows = [(visible(one.token), one.probability, one.token == seen.token) for one in seen.top]
    if not any(chosen for _, _, chosen in rows):
        rows.append((f"{visible(seen.token)} ({seen.rank:,}.)", seen.probability, True))
    places = list(range(len(rows)))
    drawn = figure(
        title=say("pg_fgn_alternatives", language, token=text(visible(seen.token)), entropy=f"{seen.entropy:.2f}"),
        height=130 + 28 * len(rows),
        xaxis={
            "range": [0, 1.25 * max(probability for _, probability, _ in rows)],
            "tickformat": "~%",
            "nticks": 5,
            "fixedrange": True,
        },
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [text(name) for name, _, _ in rows],
        },
        margin={"t": 56, "b": 40},
        showlegend=False,
    )
    drawn.add_bar(
        x=[probability for _, probability, _ in rows],
        y=places,
        orientation="h",
        marker_color=[ORANGE if chosen else BLUE for _, _, chosen in rows],
        text=[percent(probability) for _, probability, _ in rows],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    return drawn


def along(tokens: Sequence[Seen], language: str, surprisal: bool = False) -> go.Figure:
    """Two panels over the places of a text: above probability, or surprisal in bits; below the entropy in bits."""
    places = list(range(1, len(tokens) + 1))
    above = [-math.log2(max(one.probability, 1e-12)) if surprisal else one.probability for one in tokens]
    titles = [
        say(key, language) for key in ("pg_fgn_surprisal" if surprisal else "pg_fgn_probability", "pg_fgn_entropy")
    ]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": places,
            "y": values,
            "yaxis": f"y{axis}",
            "line": {"color": colour, "width": 1.5},
            "marker": {"color": colour, "size": 6, "symbol": symbol},
            "customdata": [text(visible(one.token)) for one in tokens],
            "hovertemplate": f"%{{x}}. %{{customdata}}<br>{said}: %{{y:{form}}}<extra></extra>",
        }
        for values, axis, colour, symbol, form, said in (
            (above, "", BLUE, "circle", ".2f" if surprisal else ".1%", titles[0]),
            ([one.entropy for one in tokens], "2", PURPLE, "diamond", ".2f", titles[1]),
        )
    ]
    shared = {"fixedrange": True, "rangemode": "tozero"}
    layout = {
        "template": TEMPLATE,
        "height": 400,
        "showlegend": False,
        "margin": {"t": 40, "b": 48},
        "xaxis": {
            "anchor": "y2",
            "title": {"text": say("pg_fgn_place", language)},
            "range": [0.5, max(2, len(places)) + 0.5],
            **({"dtick": 1} if len(places) <= _EACH else {}),
            "fixedrange": True,
        },
        "yaxis": {**shared, "domain": [0.58, 1], **({} if surprisal else {"tickformat": ".0%", "range": [0, 1.03]})},
        "yaxis2": {**shared, "domain": [0, 0.4]},
        "annotations": [
            {
                "text": title,
                "x": 0,
                "y": top,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "yshift": 6,
                "showarrow": False,
                "font": {"size": 14},
            }
            for title, top in zip(titles, (1, 0.4), strict=True)
        ],
    }
    return go.Figure(traces, layout)
