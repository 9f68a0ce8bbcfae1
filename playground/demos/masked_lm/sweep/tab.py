"""The sweep sub-tab: a text, Start and Cancel, and two curves that grow."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.masked_lm.sweep import DEMO, figures
from playground.demos.masked_lm.sweep.schema import MAX_SEED, Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_swp_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=4, max_lines=10, elem_id="swp-text")
            with gr.Row():
                draws = Range(2, 32, value=asked["draws"], step=1, label=t("pg_swp_draws"), elem_id="swp-draws")
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="swp-seed",
                    min_width=100,
                )
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="swp-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "swp")
            model = model_choice("masked_lm", asked["model"], "swp")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_swp_figure"), elem_id="swp-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                table = gr.HTML("", elem_id="swp-table")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model, "draws": draws, "seed": seed},
                outputs=[figure, table],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    wire_chips(parts, shell, chips, examples)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and the table."""
    result = Result.model_validate(run.result)
    return [figures.curves(result, language), _table(result, language)]


def _table(result: Result, language: str) -> str:
    heads = [say(f"pg_swp_col_{head}", language) for head in ("rate", "hidden", "accuracy", "loss")]
    rows = [
        (
            f"{point.rate:.0%}",
            f"{point.hidden}",
            f"{percent(point.accuracy)} ± {percent(point.accuracy_spread)}",
            f"{point.loss:.2f} ± {point.loss_spread:.2f}",
        )
        for point in result.points
    ]
    return table(heads, rows)
