"""One lean Plotly template, colours that the colour-blind can tell apart, and escaping.

The page recolours text, grid and background for light and dark (ui/figure.js); marks keep these colours,
which reach a contrast of 3:1 on both.
"""

import html
import unicodedata

import plotly.graph_objects as go

# Okabe and Ito 2008, "Color Universal Design"; slightly darkened or lightened to read on white and on black.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#3182bd", "#d95f02", "#1b9e77", "#a05195", "#8a8f98"

# From nothing to orange: readable on light and dark, and by the colour-blind, who see it as lightness.
HEAT = [[0.0, "rgba(217,95,2,0.04)"], [0.5, "rgba(217,95,2,0.45)"], [1.0, "rgba(217,95,2,0.95)"]]

_AXIS = {"automargin": True, "zeroline": False, "ticks": "", "title": {"standoff": 8, "font": {"size": 13}}}
TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": "system-ui, 'Noto Sans', 'Noto Sans CJK KR', sans-serif", "size": 13},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": [BLUE, ORANGE, GREEN, PURPLE, GREY],
        "margin": {"l": 8, "r": 16, "t": 48, "b": 44},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "title": {"x": 0, "xanchor": "left", "font": {"size": 15}},
        "hoverlabel": {"align": "left"},
    }
)


def figure(**layout: object) -> go.Figure:
    """An empty figure in the one template."""
    return go.Figure(layout={"template": TEMPLATE, **layout})


def text(raw: str) -> str:
    """A token or label as Plotly shows it literally: plotly.js would read `<b>` or `<s>` as markup."""
    return html.escape(raw, quote=False)


def label_pixels(label: str) -> int:
    """About how wide a label is at the template's size of 13 px, so that a margin can be set before it is drawn."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in html.unescape(label))
    return 13 * wide + 8 * (len(html.unescape(label)) - wide)


def percent(probability: float) -> str:
    """A probability as the screen shows it: 12.3%, 0.04%, < 0.01%."""
    if probability and probability < 0.0001:
        return "< 0.01%"
    return f"{probability:.1%}" if probability >= 0.001 else f"{probability:.2%}"
