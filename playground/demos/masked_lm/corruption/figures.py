"""How often the model is right where a word was hidden, replaced, or kept."""

import plotly.graph_objects as go

from playground.demos.masked_lm.corruption.schema import Action, Result, Tally
from playground.messages import say
from playground.plots.style import BLUE, GREEN, ORANGE, figure, percent

COLOURS: dict[Action, str] = {"mask": BLUE, "random": ORANGE, "kept": GREEN}


def accuracy(result: Result, language: str) -> go.Figure:
    """A bar for each kind of place, with its 95% interval."""
    shown = [(action, tally) for action, tally in result.accuracy.items() if tally.of]
    shares = [tally.right / tally.of for _, tally in shown]
    drawn = figure(
        height=90 + 58 * max(1, len(shown)),
        title_text=say("pg_cor_accuracy", language, draws=result.draws),
        margin={"l": 8, "r": 28, "t": 44, "b": 44},
        showlegend=False,
        bargap=0.35,
    )
    drawn.add_bar(
        x=shares,
        y=[_row(action, tally, language) for action, tally in shown],
        orientation="h",
        marker_color=[COLOURS[action] for action, _ in shown],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [tally.high - share for share, (_, tally) in zip(shares, shown, strict=True)],
            "arrayminus": [share - tally.low for share, (_, tally) in zip(shares, shown, strict=True)],
            "thickness": 1.5,
        },
        customdata=[
            [_row(action, tally, language).replace("<br>", ": "), percent(tally.low), percent(tally.high)]
            for action, tally in shown
        ],
        hovertemplate=say("pg_cor_hover", language) + "<extra></extra>",
    )
    drawn.update_xaxes(range=[0, 1], tickformat=".0%", title_text=say("pg_cor_axis", language), fixedrange=True)
    drawn.update_yaxes(autorange="reversed", fixedrange=True)
    return drawn


def _row(action: Action, tally: Tally, language: str) -> str:
    share = percent(tally.right / tally.of)
    return say("pg_cor_row", language, kind=say(f"pg_cor_{action}", language), share=share, **tally.model_dump())
