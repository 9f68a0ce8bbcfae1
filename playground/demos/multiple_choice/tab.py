"""A passage, a question, options one a line, and their bars."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.multiple_choice import DEMO, figures
from playground.demos.multiple_choice.schema import Result
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Lines
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_mch_question"), elem_classes="pg-question")
            passage = gr.Textbox(
                asked["passage"], label=t("pg_sqd_passage"), lines=3, max_lines=10, elem_id="mch-passage"
            )
            question = gr.Textbox(
                asked["question"], label=t("pg_mch_asked"), lines=1, max_lines=3, elem_id="mch-question"
            )
            options = Lines(asked["options"], label=t("pg_mch_options"), lines=4, max_lines=10, elem_id="mch-options")
            notice = gr.HTML("", elem_id="mch-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "mch", _label)
            model = model_choice(("multiple_choice", "next_sentence"), asked["model"], "mch")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_mch_figure"), elem_id="mch-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_mch_packed"), open=False, elem_classes="pg-result"):
                packed = gr.HTML("", elem_id="mch-packed")
            parts = TabParts(
                demo=DEMO,
                fields={"passage": passage, "question": question, "options": options, "model": model},
                outputs=[figure, packed],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [passage.change, question.change, options.change], [model.input])
    wire_chips(parts, shell, chips, examples)
    return parts


def _label(run: Run) -> str:
    text = run.request["passage"]
    return text if len(text) <= 44 else text[:43].rstrip() + "…"


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and of the packed inputs."""
    result = Result.model_validate(run.result)
    return [figures.options(result, language), _packed(result, language)]


def _packed(result: Result, language: str) -> str:
    """What was read for each option: segment B is marked."""
    rows = []
    for choice in result.choices:
        tokens = "".join(
            f"<mark>{html.escape(token)}</mark> " if segment else f"{html.escape(token)} "
            for token, segment in zip(choice.tokens, choice.segments, strict=True)
        )
        score = html.escape(say("pg_mch_score", language, score=f"{choice.score:+.2f}"))
        rows.append(f"<p class='pg-small'>{score}</p><div class='pg-passage' dir='auto'>{tokens}</div>")
    return "".join(rows)
