"""Every change with the probability that the discriminator gives it."""

import plotly.graph_objects as go

from playground.demos.electra.by_hand.schema import Result
from playground.messages import say
from playground.plots.style import GREEN, GREY, ORANGE, TEMPLATE, figure, label_pixels, percent, text


def changes(result: Result, threshold: float, language: str) -> go.Figure:
    """A bar for each change: green where it slipped past; the line is the threshold."""
    found = result.changes
    if not found:
        drawn = figure(height=160)
        drawn.update_xaxes(visible=False).update_yaxes(visible=False)
        return drawn.add_annotation(
            text=say("pg_elh_invite", language), showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper"
        )
    names = [f"{text(change.original)} → {text(change.word)}" for change in found]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [change.probability for change in found],
        "y": list(range(len(found))),
        "marker": {"color": [GREEN if change.slipped else ORANGE for change in found]},
        "text": [
            f"{percent(change.probability)} {say('pg_elh_slipped' if change.slipped else 'pg_elh_found', language)}"
            for change in found
        ],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": names,
        "hovertemplate": "%{customdata}: %{x:.1%}<extra></extra>",
    }
    layout = {
        "template": TEMPLATE,
        "height": 110 + 30 * len(found),
        "title": {"text": say("pg_elh_title", language, slipped=result.slipped, changes=len(found))},
        "margin": {"l": 8 + min(200, max(map(label_pixels, names))), "r": 110, "t": 44, "b": 48},
        "bargap": 0.3,
        "xaxis": {
            "range": [0, 1],
            "tickformat": ".0%",
            "fixedrange": True,
            "title": {"text": say("pg_ele_axis", language)},
        },
        "yaxis": {
            "tickmode": "array",
            "tickvals": list(range(len(found))),
            "ticktext": names,
            "range": [len(found) - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
        },
        "shapes": [
            {
                "type": "line",
                "x0": threshold,
                "x1": threshold,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": GREY, "dash": "dot", "width": 2},
            }
        ],
    }
    return go.Figure([trace], layout)
