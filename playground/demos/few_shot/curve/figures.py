"""Accuracy against the number of examples."""

import plotly.graph_objects as go

from playground.demos.few_shot.curve.schema import SHOTS, Labels, Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, figure, text

# The colour-blind tell them apart by shape and dash.
LOOKS: dict[Labels, tuple[str, str, str]] = {
    "right": (BLUE, "circle", "solid"),
    "flipped": (ORANGE, "diamond", "dash"),
    "shuffled": (GREEN, "square", "dot"),
}
_BANDS = {BLUE: "rgba(49,130,189,0.18)", ORANGE: "rgba(217,95,2,0.18)", GREEN: "rgba(27,158,119,0.18)"}


def curve(result: Result, task: str, model: str, language: str) -> go.Figure:
    """A line for each kind of labels with its 95% band, and what guessing would score."""
    drawn = figure(
        title=say(
            "pg_fcv_title",
            language,
            task=say(f"pg_fsh_task_{task}", language),
            model=text(model.rsplit("/", 1)[-1]),
            queries=result.queries,
            runs=result.runs,
        ),
        height=430,
        # Evenly spaced: 0, 1, 2, 4 ... have no common scale.
        xaxis={
            "title": {"text": say("pg_fsh_shots", language)},
            "tickmode": "array",
            "tickvals": list(range(len(SHOTS))),
            "ticktext": [str(shots) for shots in SHOTS],
            "range": [-0.3, len(SHOTS) - 0.7],
            "fixedrange": True,
        },
        yaxis={"tickformat": ".0%", "range": [0, 1.03], "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top"},
        margin={"t": 56, "b": 48},
    )
    for kind, (colour, symbol, dash) in LOOKS.items():
        points = [point for point in result.points if point.labels == kind]
        if not points:
            continue
        places = [SHOTS.index(point.shots) for point in points]
        drawn.add_scatter(
            x=places + places[::-1],
            y=[point.high for point in points] + [point.low for point in points][::-1],
            fill="toself",
            fillcolor=_BANDS[colour],
            line_width=0,
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
        drawn.add_scatter(
            x=places,
            y=[point.accuracy for point in points],
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": dash},
            marker={"color": colour, "size": 9, "symbol": symbol},
            name=say(f"pg_fcv_labels_{kind}", language),
            customdata=[
                [point.shots, f"{point.low:.0%}–{point.high:.0%}", point.right, point.of, point.runs]
                for point in points
            ],
            hovertemplate=say("pg_fcv_hover", language) + "<extra></extra>",
        )
    ends = [-0.3, len(SHOTS) - 0.7]
    lines = [("chance", result.chance, GREY, "dot")]
    if result.majority is not None:
        lines.append(("majority", result.majority, PURPLE, "dashdot"))
    for key, share, colour, dash in lines:
        drawn.add_scatter(
            x=ends,
            y=[share, share],
            mode="lines",
            line={"color": colour, "width": 1.5, "dash": dash},
            name=say(f"pg_fcv_{key}", language, label=result.majority_label),
            hovertemplate="%{y:.1%}",
        )
    return drawn
