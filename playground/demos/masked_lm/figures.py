"""The candidates of every hole as bars, one panel a hole."""

import numpy as np
import plotly.graph_objects as go

from playground.demos.masked_lm.schema import Prediction, Result
from playground.messages import say
from playground.plots.style import BLUE, HEAT, ORANGE, TEMPLATE, figure, label_pixels, percent, text

_ROW_PIXELS = 24
_LABEL_GAP = 6  # between a label and its bar
_PANEL_PIXELS = 76  # a panel's title and the gap below it


def candidates(result: Result, language: str) -> go.Figure:
    """Bars of P(token | the rest of the text) for each hole; the word that stood there in orange.

    A hidden word that is not among the best gets a bar of its own at the foot, with its rank.
    """
    panels = result.predictions
    if not panels:
        return _invitation(language)
    rows = [_bars(prediction, language) for prediction in panels]
    pixels = [len(bars) * _ROW_PIXELS for bars in rows]
    height = sum(pixels) + _PANEL_PIXELS * len(panels) + 40
    domains = _domains(pixels, _PANEL_PIXELS / height)
    # Titles start at the left edge of the figure, where the eye looks first and a telephone has room for them.
    left = _LABEL_GAP + min(200, max(label_pixels(label) for bars in rows for label, _, _ in bars))
    # Room on the right for the numbers that stand outside the longest bar.
    longest = max(probability for bars in rows for _, probability, _ in bars)
    # Made in one piece: each later change of a figure would check all of it again, which takes longer than the model.
    layout: dict[str, object] = {
        "template": TEMPLATE,
        "height": height,
        "showlegend": False,
        "bargap": 0.22,
        "margin": {"l": left, "t": 46, "b": 40},
        "annotations": [
            {
                "text": _title(result, prediction, language),
                "x": 0,
                "y": top,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "xshift": -left,
                "align": "left",
                "showarrow": False,
                "font": {"size": 14},
            }
            for prediction, (_, top) in zip(panels, domains, strict=True)
        ],
    }
    for number, (bars, domain) in enumerate(zip(rows, domains, strict=True), start=1):
        last = number == len(panels)
        layout[f"xaxis{_axis(number)}"] = {
            "anchor": f"y{_axis(number)}",
            "matches": None if number == 1 else "x",
            "range": [0, min(1.0, longest) * 1.22],
            "tickformat": ".0%",
            "fixedrange": True,
            "showgrid": True,
            "showticklabels": last,
            **({"title": {"text": say("pg_mlm_axis", language)}} if last else {}),
        }
        layout[f"yaxis{_axis(number)}"] = {
            "anchor": f"x{_axis(number)}",
            "domain": list(domain),
            "tickmode": "array",
            "tickvals": list(range(len(bars))),
            "ticktext": [label for label, _, _ in bars],
            "range": [len(bars) - 0.5, -0.5],  # the best on top
            "fixedrange": True,
            "showgrid": False,
        }
    traces = [
        _trace(prediction, bars, number, language)
        for number, (prediction, bars) in enumerate(zip(panels, rows, strict=True), start=1)
    ]
    return go.Figure(traces, layout)


def _axis(number: int) -> str:
    """Plotly's first axis has no number."""
    return "" if number == 1 else str(number)


def _domains(pixels: list[int], gap: float) -> list[tuple[float, float]]:
    """(bottom, top) of each panel from the top down, as shares of the height; gap: between two of them."""
    room = (1 - gap * (len(pixels) - 1)) / sum(pixels)
    tops = [1 - sum(pixels[:number]) * room - gap * number for number in range(len(pixels))]
    return [(max(0.0, top - size * room), top) for top, size in zip(tops, pixels, strict=True)]


def _bars(prediction: Prediction, language: str) -> list[tuple[str, float, bool]]:
    """(label, probability, is the hidden word) for each bar of a panel."""
    bars = [(_label(c.token), c.probability, c.token == prediction.original) for c in prediction.candidates]
    if prediction.original is not None and not any(original for _, _, original in bars):
        assert prediction.original_probability is not None
        label = say("pg_mlm_bar_rank", language, token=_label(prediction.original), rank=prediction.original_rank)
        bars.append((label, prediction.original_probability, True))
    return bars


def _label(token: str) -> str:
    """A token as the axis shows it: a mere full stop would be a speck."""
    return text(token) if any(character.isalnum() for character in token) else f"“{text(token)}”"


def _title(result: Result, prediction: Prediction, language: str) -> str:
    values = {"position": prediction.position, "entropy": f"{prediction.entropy:.1f}"}
    if prediction.original is None:
        return say("pg_mlm_panel_unknown", language, **values)
    assert prediction.original_probability is not None
    return say(
        "pg_mlm_panel",
        language,
        original=text(prediction.original),
        rank=prediction.original_rank,
        probability=percent(prediction.original_probability),
        **values,
    )


def _trace(
    prediction: Prediction, bars: list[tuple[str, float, bool]], number: int, language: str
) -> dict[str, object]:
    return {
        "type": "bar",
        "xaxis": f"x{_axis(number)}",
        "yaxis": f"y{_axis(number)}",
        "x": [probability for _, probability, _ in bars],
        "y": list(range(len(bars))),
        "orientation": "h",
        "marker_color": [ORANGE if original else BLUE for _, _, original in bars],
        "text": [percent(probability) for _, probability, _ in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [label for label, _, _ in bars],
        "hovertemplate": say("pg_mlm_hover", language, position=prediction.position) + "<extra></extra>",
    }


def _invitation(language: str) -> go.Figure:
    drawn = figure(height=220)
    drawn.update_xaxes(visible=False).update_yaxes(visible=False)
    return drawn.add_annotation(
        text=say("pg_mlm_invite", language), showarrow=False, font_size=15, x=0.5, y=0.5, xref="paper", yref="paper"
    )


def attention(result: Result, language: str) -> go.Figure | None:
    """Where each hole looks: a row a hole, a column a token; None when no attention was asked for."""
    found = result.attention
    if found is None:
        return None
    hidden = {p.position for p in result.predictions}
    # What the model looks at: it does not see the words that were hidden.
    read = ["[MASK]" if place in hidden else text(token) for place, token in enumerate(result.tokens)]
    names = [f"{place}: {token}" for place, token in enumerate(read)]
    rows = [say("pg_mlm_attention_row", language, place=p.position) for p in result.predictions]
    head = say("pg_mlm_attention_mean", language) if found.head == 0 else str(found.head)
    drawn = figure(
        height=170 + 30 * len(rows),
        title_text=say("pg_mlm_attention_title", language, layer=found.layer, head=head),
        margin={"l": 8, "r": 8, "t": 40, "b": 90},
    )
    drawn.add_heatmap(
        z=np.asarray(found.weights, np.float32),
        x=names,
        y=rows,
        colorscale=HEAT,
        zmin=0,
        xgap=2,
        ygap=2,
        hovertemplate=say("pg_mlm_attention_hover", language) + "<extra></extra>",
        colorbar={"tickformat": ".0%", "thickness": 12},
    )
    drawn.update_xaxes(
        tickangle=-60,
        tickmode="array",
        tickvals=names,
        ticktext=read,
        fixedrange=True,
    )
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(autorange="reversed", fixedrange=True, showgrid=False)
    return drawn
