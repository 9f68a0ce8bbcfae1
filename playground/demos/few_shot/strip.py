"""A text as a row of tokens, the darker the less the model expected them; a chosen one shows what else could stand
there."""

from collections.abc import Sequence
from itertools import accumulate
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


def tokens_of(seen: Sequence[Seen], language: str, chosen: int = -1, kept: int | None = None) -> list[Token]:
    """The row of tokens; those after the first `kept` are pale: the text has ended before them."""
    last = len(seen) if kept is None else kept
    return [
        {
            "text": visible(one.token),
            "below": percent(one.probability),
            "shade": round(0.75 * (1 - one.probability), 3),
            "state": ("calm" if place < last else "unseen") + (" pg-picked" if place == chosen else ""),
            "title": say(
                "pg_fgn_token" if place < last else "pg_fgn_token_past",
                language,
                place=place + 1,
                probability=percent(one.probability),
                rank=f"{one.rank:,}",
            ),
        }
        for place, one in enumerate(seen)
    ]


def kept_of(seen: Sequence[Seen], stops: Sequence[str]) -> int:
    """How many of the tokens of a text that ended at a stop string stand in it, the last one maybe in part.

    Places are counted in the tokens' own texts, which may be longer than the text: a part of a character is "�" there.
    """
    text = "".join(one.token for one in seen)
    # A stop string ends in the last token, or the text would have ended before.
    before = len(text) - len(seen[-1].token) if seen else 0
    found = [text.find(stop, max(0, before - len(stop) + 1)) for stop in stops]
    cut = min((place for place in found if place >= 0), default=len(text))
    begins = [0, *accumulate(len(one.token) for one in seen)][: len(seen)]
    return sum(begin < cut for begin in begins)


def wire_strip(parts: TabParts, shell: Shell, strip: TokenStrip, figure: Figure) -> None:
    """Choosing a token shows its alternatives, from the run on the screen and without any model."""

    def choose(event: gr.SelectData, stored: str, lang: str) -> tuple[Any, Any]:
        seen, kept = _seen(stored)
        place = int(event.index)
        if not 0 <= place < len(seen):
            return gr.skip(), gr.skip()
        return tokens_of(seen, lang, place, kept), drawn(seen, place, lang)

    strip.select(choose, [parts.run, shell.lang], [strip, figure], queue=False, **PRIVATE)


def drawn(seen: Sequence[Seen], place: int, language: str) -> go.Figure:
    return alternatives(seen[place] if place < len(seen) else None, language)


def _seen(stored: str) -> tuple[list[Seen], int]:
    """The tokens of a run, and how many of them its text keeps."""
    if not stored:
        return [], 0
    run = Run.model_validate_json(stored)
    seen = [Seen.model_validate(one) for one in run.result["tokens"]]
    return seen, kept_of(seen, run.request["stops"]) if run.result.get("ended") == "stop" else len(seen)
