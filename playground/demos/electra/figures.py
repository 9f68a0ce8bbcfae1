"""The discriminator's probabilities over the text, and where a token looks."""

import numpy as np
import plotly.graph_objects as go

from playground.demos.electra.schema import Result, Token
from playground.messages import say
from playground.plots.style import BLUE, HEAT, ORANGE, TEMPLATE, percent, text

_ACROSS = 6  # tokens a row: so many words can be read at 390 px
_MANY = 96  # tokens, from which on rows are lower

# Of a token whose probability reaches the threshold or should have.
HIT, MISS, FALSE_ALARM = "✓", "✗", "!"


def verdict(token: Token, threshold: float) -> str:
    """HIT, MISS, FALSE_ALARM, or nothing where an original token is left in peace."""
    said = token.replaced_probability >= threshold and not token.special
    if token.state == "replaced":
        return HIT if said else MISS
    return FALSE_ALARM if said else ""


def heatmap(result: Result, threshold: float, language: str) -> go.Figure:
    """Tokens in reading order, row by row; the colour is the probability of "replaced"."""
    count = len(result.tokens)
    rows = -(-count // _ACROSS)
    cells = rows * _ACROSS
    values = np.full(cells, np.nan, np.float32)
    values[:count] = [token.replaced_probability for token in result.tokens]
    blank = [""] * (cells - count)
    labels = [f"{verdict(token, threshold)} {text(token.text)}".strip() for token in result.tokens] + blank
    hovers = [_hover(token, place, language) for place, token in enumerate(result.tokens)] + blank
    area = "–" if result.auc is None else f"{result.auc:.3f}"
    # Made in one piece: each later change of a figure would check all of it again, which takes longer than the model.
    trace = {
        "type": "heatmap",
        "z": values.reshape(rows, _ACROSS),
        "text": _rows(labels),
        "texttemplate": "%{text}",
        "customdata": _rows(hovers),
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "colorscale": HEAT,
        "zmin": 0,
        "zmax": 1,
        "xgap": 3,
        "ygap": 3,
        "colorbar": {
            "orientation": "h",
            "y": 0,
            "yanchor": "top",
            "thickness": 10,
            "tickformat": ".0%",
            "title": {"text": say("pg_ele_axis", language), "side": "bottom", "font": {"size": 13}},
            "outlinewidth": 0,
        },
    }
    layout = {
        "template": TEMPLATE,
        "height": 150 + (44 if count <= _MANY else 30) * rows,
        "title": {"text": say("pg_ele_title", language, auc=area)},
        "margin": {"l": 4, "r": 4, "t": 44, "b": 80},
        "xaxis": {"visible": False, "fixedrange": True, "range": [-0.5, _ACROSS - 0.5]},
        "yaxis": {"visible": False, "fixedrange": True, "range": [rows - 0.5, -0.5]},
    }
    return go.Figure([trace], layout)


def _rows(cells: list[str]) -> list[list[str]]:
    return [cells[start : start + _ACROSS] for start in range(0, len(cells), _ACROSS)]


def _hover(token: Token, place: int, language: str) -> str:
    return say(
        f"pg_ele_hover_{'special' if token.special else token.state}",
        language,
        place=place,
        token=text(token.text),
        original=text(token.original) or "–",
        probability=percent(token.replaced_probability),
    )


def attention(result: Result, language: str) -> go.Figure | None:
    """Where one token looks, a bar for each other; None when no attention was asked for."""
    found = result.attention
    if found is None:
        return None
    names = [text(token.text) for token in result.tokens]
    head = say("pg_mlm_attention_mean", language) if found.head == 0 else str(found.head)
    colours = [ORANGE if token.state == "replaced" else BLUE for token in result.tokens]
    places = list(range(len(names)))
    trace = {
        "type": "bar",
        "x": places,
        "y": np.asarray(found.weights, np.float32),
        "marker": {"color": colours},
        "customdata": names,
        "hovertemplate": say("pg_ele_attention_hover", language) + "<extra></extra>",
    }
    title = say(
        "pg_ele_attention_title", language, token=names[found.place], place=found.place, layer=found.layer, head=head
    )
    few = len(names) <= 40
    layout = {
        "template": TEMPLATE,
        "height": 330,
        "title": {"text": title},
        "margin": {"l": 8, "r": 8, "t": 64, "b": 90},
        "xaxis": {
            "tickmode": "array" if few else "auto",
            "tickvals": places if few else None,
            "ticktext": names if few else None,
            "tickangle": -60 if few else 0,
            "showgrid": False,
            "title": {"text": "" if few else say("pg_ele_axis_place", language)},
        },
        "yaxis": {
            "tickformat": ".0%",
            "rangemode": "tozero",
            "title": {"text": say("pg_ele_axis_attention", language)},
        },
    }
    return go.Figure([trace], layout)
