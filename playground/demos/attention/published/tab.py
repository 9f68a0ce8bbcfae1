"""The sub-tab of published scores against size, sizes, and errata."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.attention.published import DEMO, figures
from playground.demos.attention.published.schema import Erratum, Result
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, wire_chips
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table

_BOARDS = ("gpt_lambada", "albert_average", "albert_squad", "albert_race")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    gr.Markdown(t("pg_big_question"), elem_classes="pg-question")
    board = gr.Radio(
        [(t(f"pg_big_board_{name}"), name) for name in _BOARDS],
        value=examples[0].request["board"],
        label=t("pg_big_board"),
        elem_id="big-board",
    )
    notice = gr.HTML("", elem_id="big-notice", elem_classes="pg-notice-box")
    chips = chip_row(examples, "big", _label)
    figure = Figure(None, label=t("pg_big_figure"), elem_id="big-figure", elem_classes="pg-result")
    source = gr.HTML("", elem_id="big-source", elem_classes="pg-result")
    with gr.Accordion(t("pg_big_errata"), open=True, elem_id="big-errata-fold"):
        errata = gr.HTML("", elem_id="big-errata")
    with gr.Accordion(t("pg_big_sizes"), open=False, elem_id="big-sizes-fold"):
        sizes = gr.HTML("", elem_id="big-sizes")
    parts = TabParts(
        demo=DEMO,
        fields={"board": board},
        outputs=[figure, source, errata, sizes],
        draw=draw,
        run=gr.State(""),
        notice=notice,
    )
    run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [], [board.input])
    wire_chips(parts, shell, chips, examples)
    return parts


def _label(run: Run) -> str:
    """The board that a run shows."""
    return t(f"pg_big_board_{run.request['board']}")


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    return [
        figures.against_size(result, run.request["board"], language),
        small(say("pg_pub_source", language, source=result.source)),
        "".join(_erratum(one, language) for one in result.errata),
        _sizes(result, language),
    ]


def _erratum(one: Erratum, language: str) -> str:
    """What notes say, what holds, and where it stands."""
    wrong = html.escape(say(f"pg_big_wrong_{one.key}", language))
    right = html.escape(say(f"pg_big_right_{one.key}", language, **one.values))
    source = html.escape(say("pg_pub_source", language, source=one.source))
    return f"<div class='pg-erratum'><p>✗ <s>{wrong}</s></p><p>✓ {right}</p><p class='pg-small'>{source}</p></div>"


def _sizes(result: Result, language: str) -> str:
    heads = [say("pg_pub_col_model", language), say("pg_big_axis_size", language)]
    heads += [say(f"pg_big_col_{column}", language) for column in result.columns]
    rows = [
        [size.model, figures.short(size.parameters), *(cell or "–" for cell in size.cells)] for size in result.sizes
    ]
    numbers = range(1, len(heads))
    return table(heads, rows, numbers=numbers) + small(say("pg_pub_source", language, source=result.sizes_source))
