"""A model, a task, Start, and five dots."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.sentence_pairs.probe import DEMO, figures
from playground.demos.sentence_pairs.probe.schema import Result
from playground.messages import say
from playground.models import catalogue
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import help_fold, model_of
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_prb_question"), elem_classes="pg-question")
            model = model_of(_options(), asked["model"], "prb")
            task = gr.Radio(
                [(t(f"pg_prb_task_{name}"), name) for name in ("order", "next")],
                value=asked["task"],
                label=t("pg_prb_task"),
                elem_id="prb-task",
            )
            first = gr.Textbox(asked["first"], label=t("pg_pairs_first"), lines=1, max_lines=4, elem_id="prb-first")
            second = gr.Textbox(asked["second"], label=t("pg_pairs_second"), lines=1, max_lines=4, elem_id="prb-second")
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="prb-notice", elem_classes="pg-notice-box")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_prb_figure"), elem_id="prb-figure", elem_classes="pg-result")
            answer = gr.HTML("", elem_id="prb-answer", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={"model": model, "task": task, "first": first, "second": second},
                outputs=[figure, answer],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    return parts


def _options() -> list[tuple[str, str]]:
    """Every model with a pooler."""
    found = [option for head in ("sentence_order", "next_sentence", "encoder") for option in catalogue.options(head)]
    return sorted(dict.fromkeys(found), key=lambda option: not catalogue.find(option[1]).bundled)


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure, and of what the head says of the visitor's sentences."""
    result = Result.model_validate(run.result)
    said = ""
    if result.in_order is not None and result.swapped is not None:
        key = f"pg_prb_answer_{run.request['task']}"
        said = say(key, language, right=percent(result.in_order), swapped=percent(result.swapped))
    counted = say("pg_prb_examples", language, examples=result.examples, width=result.width)
    return [figures.folds(result, language), small(said, counted)]
