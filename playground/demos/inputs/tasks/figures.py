"""GPT-1 with its two outputs, as its figure 1 draws it; the way of the chosen task is coloured."""

from typing import Any

import plotly.graph_objects as go

from playground.demos.inputs.tasks.schema import Result, Task
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, TEMPLATE

_FILL = {BLUE: "rgba(49,130,189,0.18)", ORANGE: "rgba(217,95,2,0.22)", GREEN: "rgba(27,158,119,0.18)"}
_BLOCKS = 12


def diagram(result: Result, task: Task, language: str) -> go.Figure:
    """Embeddings below, 12 alike blocks of which one is opened, two heads above."""
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []

    def box(x0: float, x1: float, y: float, text: str, colour: str, height: float = 0.7) -> None:
        fill = _FILL.get(colour, "rgba(138,143,152,0.12)")
        shapes.append(
            {
                "type": "rect",
                "x0": x0,
                "x1": x1,
                "y0": y,
                "y1": y + height,
                "line": {"color": colour, "width": 1.5},
                "fillcolor": fill,
            }
        )
        notes.append({"x": (x0 + x1) / 2, "y": y + height / 2, "text": text, "showarrow": False, "font": {"size": 12}})

    def arrow(x: float, y0: float, y1: float, colour: str = GREY, x0: float | None = None) -> None:
        notes.append(
            {
                "x": x,
                "y": y1,
                "ax": x if x0 is None else x0,
                "ay": y0,
                "axref": "x",
                "ayref": "y",
                "text": "",
                "showarrow": True,
                "arrowhead": 2,
                "arrowwidth": 1.5,
                "arrowcolor": colour,
            }
        )

    box(1.0, 9.0, 0.0, say("pg_tsk_box_embed", language), BLUE)
    arrow(5, 0.72, 1.35)
    shapes.append(
        {
            "type": "rect",
            "x0": 0.6,
            "x1": 9.4,
            "y0": 1.35,
            "y1": 6.15,
            "line": {"color": GREY, "width": 1, "dash": "dot"},
        }
    )
    for y, key in ((1.6, "attention"), (2.75, "norm"), (3.9, "ffn"), (5.05, "norm")):
        box(1.0, 9.0, y, say(f"pg_tsk_box_{key}", language), BLUE)
        if y > 1.6:
            arrow(5, y - 0.43, y - 0.02)
    notes.append(
        {
            "x": 9.55,
            "y": 3.75,
            "text": f"<b>{_BLOCKS} ×</b>",
            "showarrow": False,
            "xanchor": "left",
            "font": {"size": 15},
        }
    )
    arrow(2.9, 6.17, 6.75)
    arrow(7.1, 6.17, 6.75, ORANGE)
    box(0.6, 4.8, 6.77, say("pg_tsk_box_text", language), GREEN, 0.95)
    passes = len(result.gpt)
    box(5.2, 9.4, 6.77, say(f"pg_tsk_box_{task}", language, passes=passes), ORANGE, 0.95)
    layout = {
        "template": TEMPLATE,
        "height": 440,
        "title": {"text": say("pg_tsk_diagram_title", language, blocks=_BLOCKS)},
        "margin": {"l": 4, "r": 4, "t": 40, "b": 4},
        "shapes": shapes,
        "annotations": notes,
        "xaxis": {"visible": False, "range": [0.3, 10.7], "fixedrange": True},
        "yaxis": {"visible": False, "range": [-0.15, 7.9], "fixedrange": True},
        "showlegend": False,
    }
    # A trace that is not seen: Plotly draws no axes, and so no boxes, for a figure without one.
    unseen = {"type": "scatter", "x": [5], "y": [3], "mode": "markers", "marker": {"opacity": 0}, "hoverinfo": "skip"}
    return go.Figure([unseen], layout)
