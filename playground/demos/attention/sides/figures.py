"""Both models' words for the blank, and who sees whom in either."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.attention.sides.schema import Result, Side
from playground.messages import say
from playground.pictures import unpack
from playground.plots.style import BLUE, ORANGE, TEMPLATE, label_pixels, percent, text

_LABELLED = 16  # tokens up to which the masks name them


def candidates(result: Result, language: str) -> go.Figure:
    """Two panels of bars, one above the other, with one scale; the word that was taken out in orange."""
    sides = (result.both, result.left)
    drawn = make_subplots(
        rows=2,
        cols=1,
        vertical_spacing=0.2,
        shared_xaxes=True,
        subplot_titles=[_title(side, key, language) for side, key in zip(sides, ("both", "left"), strict=True)],
    )
    names = [[text(c.token) for c in side.candidates] for side in sides]
    for row, (side, labels) in enumerate(zip(sides, names, strict=True), start=1):
        drawn.add_bar(
            y=list(range(len(labels))),
            x=[c.probability for c in side.candidates],
            orientation="h",
            marker_color=[
                ORANGE if c.token.strip("␣").lower() == result.blank.lower() else BLUE for c in side.candidates
            ],
            text=[percent(c.probability) for c in side.candidates],
            textposition="outside",
            cliponaxis=False,
            customdata=labels,
            hovertemplate="%{customdata}: %{text}<extra></extra>",
            row=row,
            col=1,
        )
        drawn.update_yaxes(
            tickvals=list(range(len(labels))), ticktext=labels, range=[len(labels) - 0.5, -0.5], row=row, col=1
        )
    most = max(c.probability for side in sides for c in side.candidates)
    left = 10 + min(160, max(label_pixels(label) for labels in names for label in labels))
    drawn.update_annotations(x=0, xanchor="left", align="left", xshift=-left, font_size=14)
    drawn.update_xaxes(range=[0, min(1.0, most) * 1.22], tickformat=".0%", fixedrange=True)
    drawn.update_yaxes(fixedrange=True, showgrid=False)
    height = 150 + 52 * len(result.both.candidates)
    drawn.update_layout(template=TEMPLATE, height=height, showlegend=False, margin={"l": left, "t": 46, "b": 40})
    return drawn


def _title(side: Side, key: str, language: str) -> str:
    said = "–" if side.probability is None else percent(side.probability)
    return say(f"pg_sid_panel_{key}", language, probability=said, entropy=f"{side.entropy:.1f}")


def masks(result: Result, language: str) -> go.Figure:
    """Beside each other: a filled field where the row's token sees the column's."""
    drawn = make_subplots(
        rows=1,
        cols=2,
        horizontal_spacing=0.16,
        subplot_titles=[say("pg_sid_mask_both", language), say("pg_sid_mask_left", language)],
    )
    for column, (side, colour) in enumerate(((result.both, BLUE), (result.left, ORANGE)), start=1):
        size = len(side.tokens)
        names = [f"{place} {text(token)}" for place, token in enumerate(side.tokens)]
        drawn.add_heatmap(
            z=(unpack(side.mask, size, size) // 255).astype(np.uint8),
            x=names,
            y=names,
            zmin=0,
            zmax=1,
            colorscale=[[0, "rgba(128,128,128,0.06)"], [1, colour]],
            xgap=1,
            ygap=1,
            showscale=False,
            hovertemplate=say("pg_sid_hover_mask", language) + "<extra></extra>",
            row=1,
            col=column,
        )
        few = size <= _LABELLED
        shown = {
            "type": "category",
            "tickmode": "array",
            "tickvals": names if few else names[::10],
            "ticktext": [text(token) for token in side.tokens] if few else [name.split(" ")[0] for name in names[::10]],
            "tickfont": {"size": 10},
            "fixedrange": True,
            "showgrid": False,
        }
        drawn.update_xaxes(**shown, tickangle=-90, row=1, col=column)
        drawn.update_yaxes(**shown, autorange="reversed", row=1, col=column)
    drawn.update_annotations(font_size=13)
    drawn.update_layout(template=TEMPLATE, height=340, margin={"l": 8, "r": 8, "t": 40, "b": 8})
    return drawn
