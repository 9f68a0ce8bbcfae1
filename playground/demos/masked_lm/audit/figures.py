"""How many tokens each draw chose, and how far the shares lie from what was promised."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.demos.masked_lm.audit.schema import Kind, Result, Share
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, TEMPLATE

COLOURS: dict[Kind, str] = {"chosen": PURPLE, "mask": BLUE, "random": ORANGE, "kept": GREEN}
_LIMIT = 3  # standard deviations


def audit(result: Result, language: str) -> go.Figure:
    """Above: the histogram; below: the distances, with the band of three standard deviations."""
    drawn = make_subplots(
        rows=2,
        cols=1,
        row_heights=[0.52, 0.48],
        vertical_spacing=0.24,
        subplot_titles=[
            say("pg_aud_histogram", language, draws=result.draws, variance=f"{result.variance:.2f}"),
            say("pg_aud_distance", language),
        ],
    )
    drawn.add_bar(
        x=[bar.tokens for bar in result.histogram],
        y=[bar.draws for bar in result.histogram],
        marker_color=PURPLE,
        name=say("pg_aud_counted", language),
        hovertemplate=say("pg_aud_hover_count", language) + "<extra></extra>",
        row=1,
        col=1,
    )
    drawn.add_scatter(
        x=[bar.tokens for bar in result.expected_histogram],
        y=[bar.draws for bar in result.expected_histogram],
        mode="lines+markers" if len(result.expected_histogram) > 1 else "markers",
        line={"color": ORANGE, "width": 2},
        marker={"size": 5 if len(result.expected_histogram) > 1 else 12, "symbol": "diamond"},
        name=say("pg_aud_expected", language),
        hovertemplate=say("pg_aud_hover_expected", language) + "<extra></extra>",
        row=1,
        col=1,
    )
    _distances(drawn, result.shares, language)
    places = [bar.tokens for bar in (*result.histogram, *result.expected_histogram)]
    spread = max(4, max(places) - min(places))
    middle = (max(places) + min(places)) / 2
    drawn.update_xaxes(
        range=[middle - 0.6 * spread, middle + 0.6 * spread],
        title_text=say("pg_aud_axis_chosen", language, tokens=result.tokens),
        row=1,
        col=1,
    )
    drawn.update_yaxes(title_text=say("pg_aud_axis_draws", language), row=1, col=1)
    drawn.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
    drawn.update_annotations(x=0, xanchor="left", align="left", xshift=-60, font_size=14)
    drawn.update_layout(
        template=TEMPLATE,
        height=520,
        bargap=0.05,
        legend={"orientation": "h", "x": 0, "y": 1.1, "yanchor": "bottom"},
        margin={"t": 84, "b": 48},
    )
    return drawn


def _distances(drawn: go.Figure, shares: list[Share], language: str) -> None:
    widest = max(4.0, *(abs(share.distance) + 0.5 for share in shares))
    names = [say(f"pg_aud_{share.kind}", language) for share in shares]
    drawn.add_scatter(
        x=[share.distance for share in shares],
        y=names,
        mode="markers",
        marker={"size": 14, "color": [COLOURS[share.kind] for share in shares]},
        customdata=[
            [f"{share.counted:.4%}", f"{share.expected:.4%}", f"{_LIMIT * share.deviation:.4%}"] for share in shares
        ],
        hovertemplate=say("pg_aud_hover_share", language) + "<extra></extra>",
        showlegend=False,
        row=2,
        col=1,
    )
    drawn.add_vrect(x0=-_LIMIT, x1=_LIMIT, fillcolor=GREY, opacity=0.25, line_width=0, row=2, col=1)
    drawn.update_xaxes(range=[-widest, widest], title_text=say("pg_aud_axis_distance", language), row=2, col=1)
    drawn.update_yaxes(autorange="reversed", row=2, col=1)
