"""A text as a row of tokens, the darker the less the model expected them; a chosen one shows what else could stand
there."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
import plotly.graph_objects as go

from playground.demos.few_shot.figures import alternatives, visible
from playground.demos.few_shot.schema import Seen
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import PRIVATE
from playground.ui.figure import Figure
from playground.ui.shell import Shell, TabParts
from playground.ui.tokens import Token, TokenStrip


def tokens_of(seen: Sequence[Seen], language: str, chosen: int = -1) -> list[Token]:
    """The row of tokens."""
    return [
        {
            "text": visible(one.token),
            "below": percent(one.probability),
            "shade": round(0.75 * (1 - one.probability), 3),
            "state": "calm" + (" pg-picked" if place == chosen else ""),
            "title": say(
                "pg_fgn_token", language, place=place + 1, probability=percent(one.probability), rank=f"{one.rank:,}"
            ),
        }
        for place, one in enumerate(seen)
    ]


def wire_strip(parts: TabParts, shell: Shell, strip: TokenStrip, figure: Figure) -> None:
    """Choosing a token shows its alternatives, from the run on the screen and without any model."""

    def choose(event: gr.SelectData, stored: str, lang: str) -> tuple[Any, Any]:
        seen = _seen(stored)
        place = int(event.index)
        if not 0 <= place < len(seen):
            return gr.skip(), gr.skip()
        return tokens_of(seen, lang, place), drawn(seen, place, lang)

    strip.select(choose, [parts.run, shell.lang], [strip, figure], queue=False, **PRIVATE)


def drawn(seen: Sequence[Seen], place: int, language: str) -> go.Figure:
    return alternatives(seen[place] if place < len(seen) else None, language)


def _seen(stored: str) -> list[Seen]:
    if not stored:
        return []
    return [Seen.model_validate(one) for one in Run.model_validate_json(stored).result["tokens"]]
