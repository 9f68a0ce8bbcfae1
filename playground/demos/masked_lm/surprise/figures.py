"""The text as a heatmap: the darker a token, the more it surprised the model."""

import plotly.graph_objects as go

from playground.demos.masked_lm.surprise.schema import Result
from playground.messages import say
from playground.plots.style import HEAT, figure, text

_ACROSS = 6  # tokens a row: so many words can be read at 390 px
_SCALE = 16.0  # bits: one chance in 65,536 is as dark as it gets


def heatmap(result: Result, language: str) -> go.Figure:
    """Tokens in reading order, row by row; the colour is the surprisal in bits."""
    bits = {one.position: one for one in result.surprises}
    rows = [range(start, min(start + _ACROSS, len(result.tokens))) for start in range(0, len(result.tokens), _ACROSS)]
    values: list[list[float | None]] = []
    labels: list[list[str]] = []
    hovers: list[list[str]] = []
    for row in rows:
        pad = _ACROSS - len(row)
        values.append([bits[p].surprisal if p in bits else None for p in row] + [None] * pad)
        labels.append([text(result.tokens[p]) for p in row] + [""] * pad)
        hovers.append([_hover(result, p, language) for p in row] + [""] * pad)
    drawn = figure(
        height=150 + 44 * len(rows),
        title_text=say("pg_sur_title", language, perplexity=f"{result.pseudo_perplexity:,.1f}"),
        margin={"l": 4, "r": 4, "t": 44, "b": 80},
    )
    drawn.add_heatmap(
        z=values,
        text=labels,
        texttemplate="%{text}",
        customdata=hovers,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        colorscale=HEAT,
        zmin=0,
        zmax=_SCALE,
        xgap=3,
        ygap=3,
        colorbar={
            "orientation": "h",
            "y": 0,
            "yanchor": "top",
            "thickness": 10,
            "tickvals": [0, 4, 8, 12, 16],
            "title": {"text": say("pg_sur_col_bits", language), "side": "bottom", "font": {"size": 13}},
            "outlinewidth": 0,
        },
    )
    drawn.update_xaxes(visible=False, fixedrange=True, range=[-0.5, _ACROSS - 0.5])
    drawn.update_yaxes(visible=False, fixedrange=True, range=[len(rows) - 0.5, -0.5])
    return drawn


def _hover(result: Result, place: int, language: str) -> str:
    one = next((one for one in result.surprises if one.position == place), None)
    if one is None:
        return ""
    return say(
        "pg_sur_hover",
        language,
        token=text(result.tokens[place]),
        place=place,
        bits=f"{one.surprisal:.1f}",
        answer=text(one.answer),
    )
