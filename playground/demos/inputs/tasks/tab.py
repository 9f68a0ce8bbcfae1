"""The sub-tab of task inputs: GPT-1's sequences, BERT's beside them, and the diagram."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.inputs.tasks import DEMO, figures
from playground.demos.inputs.tasks.schema import FAMILIES, Result
from playground.demos.inputs.tasks.schema import Sequence as Packed
from playground.messages import say
from playground.models import catalogue
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_of, wire_chips
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small

_TASKS = ("classification", "entailment", "similarity", "choice")
_HEADS = ("masked_lm", "replaced_token", "question_answering", "sequence_classification")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_tsk_question"), elem_classes="pg-question")
            task = gr.Radio(
                [(t(f"pg_tsk_{name}"), name) for name in _TASKS],
                value=asked["task"],
                label=t("pg_tsk_task"),
                elem_id="tsk-task",
            )
            first = gr.Textbox(asked["first"], label=t("pg_tsk_first"), lines=1, max_lines=4, elem_id="tsk-first")
            second = gr.Textbox(asked["second"], label=t("pg_tsk_second"), lines=1, max_lines=4, elem_id="tsk-second")
            options = gr.Textbox(
                asked["options"], label=t("pg_tsk_options"), lines=2, max_lines=6, elem_id="tsk-options"
            )
            notice = gr.HTML("", elem_id="tsk-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "tsk", _label)
            model = model_of(offered(), asked["model"], "tsk")
        with gr.Column(min_width=340, scale=6):
            gpt = gr.HTML("", elem_id="tsk-gpt", elem_classes="pg-result")
            bert = gr.HTML("", elem_id="tsk-bert", elem_classes="pg-result")
            figure = Figure(None, label=t("pg_tsk_figure"), elem_id="tsk-figure", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={"task": task, "first": first, "second": second, "options": options, "model": model},
                outputs=[gpt, bert, figure],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(
        parts,
        shell,
        [first.change, second.change, options.change],
        [first.submit, second.submit, task.input, model.input],
    )
    wire_chips(parts, shell, chips, examples)
    return parts


def offered() -> list[tuple[str, str]]:
    """(label, id) of the models that read as the texts here say."""
    return [one for one in catalogue.options(*_HEADS) if catalogue.find(one[1]).family in FAMILIES]


def _label(run: Run) -> str:
    """What a run reads first."""
    return str(run.request["first"])


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result, task = Result.model_validate(run.result), run.request["task"]
    return [
        _packed("gpt", result.gpt, task, language),
        _packed("bert", result.bert, task, language),
        figures.diagram(result, task, language),
    ]


def _packed(family: str, sequences: list[Packed], task: str, language: str) -> str:
    """The sequences of one family, and how its answer comes about."""
    title = html.escape(say(f"pg_tsk_title_{family}", language, passes=len(sequences)))
    lines = "".join(_line(one, task, family, language) for one in sequences)
    how = small(say(f"pg_tsk_{family}_{task}", language, passes=len(sequences)))
    return f"<p class='pg-legend'><b>{title}</b></p>{lines}{how}"


def _line(one: Packed, task: str, family: str, language: str) -> str:
    pieces = "".join(f"<span class='pg-{piece.kind}'>{html.escape(piece.text)}</span>" for piece in one.pieces)
    key = "pg_tsk_order" if task == "similarity" else "pg_tsk_option"
    named = "" if one.option is None else f"<small>{html.escape(say(key, language, number=one.option))}</small>"
    reads = html.escape(say(f"pg_tsk_reads_{family}", language))
    return f"<div class='pg-sequence'>{named}<div>{pieces}</div><small>{reads}</small></div>"
