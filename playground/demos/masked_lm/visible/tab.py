"""The visible sub-tab: a sentence, and what hiding each of its tokens costs."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.masked_lm.visible import DEMO, figures
from playground.demos.masked_lm.visible.schema import Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_vis_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=2, max_lines=8, elem_id="vis-text")
            notice = gr.HTML("", elem_id="vis-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "vis")
            model = model_choice("masked_lm", asked["model"], "vis")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_vis_figure"), elem_id="vis-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                table = gr.HTML("", elem_id="vis-table")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model},
                outputs=[figure, table],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [text.change], [text.submit, model.input])
    wire_chips(parts, shell, chips, examples)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and the table."""
    result = Result.model_validate(run.result)
    return [figures.dumbbells(result, language), _table(result, language)]


def _table(result: Result, language: str) -> str:
    heads = [say(f"pg_vis_col_{head}", language) for head in ("place", "token", "masked", "visible")]
    rows = [
        (str(one.position), result.tokens[one.position], percent(one.masked), percent(one.visible))
        for one in result.compared
    ]
    return table(heads, rows)
