"""One sentence for teacher and student: bars, attention maps, and the likeness of their layers."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.distillation.choosing import teacher_choice
from playground.demos.distillation.compare import DEMO, figures
from playground.demos.distillation.compare.schema import Result
from playground.demos.distillation.schema import MAX_HEADS, MAX_LAYERS
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_dic_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=2, max_lines=8, elem_id="dic-text")
            student = gr.Textbox(
                asked["student"], label=t("pg_dic_student"), info=t("pg_dic_student_info"), elem_id="dic-student"
            )
            with gr.Row():
                layer = Range(1, MAX_LAYERS, value=asked["layer"], step=1, label=t("pg_layer"), elem_id="dic-layer")
                head = Range(
                    0,
                    MAX_HEADS,
                    value=asked["head"],
                    step=1,
                    label=t("pg_head"),
                    info=t("pg_head_info"),
                    elem_id="dic-head",
                )
            notice = gr.HTML("", elem_id="dic-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "dic")
            model = teacher_choice(asked["model"], "dic")
        with gr.Column(min_width=340, scale=6):
            shares = Figure(None, label=t("pg_dic_shares"), elem_id="dic-figure", elem_classes="pg-result")
            similarity = Figure(None, label=t("pg_dic_cka"), elem_id="dic-cka", elem_classes="pg-result")
            own = Figure(None, label=t("pg_dic_map_student"), elem_id="dic-own", elem_classes="pg-result")
            other = Figure(None, label=t("pg_dic_map_teacher"), elem_id="dic-other", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model, "student": student, "layer": layer, "head": head},
                outputs=[shares, similarity, own, other, layer, head],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(
        parts,
        shell,
        [text.change],
        [text.submit, student.change, model.input, layer.input, head.input],
    )
    wire_chips(parts, shell, chips, examples)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figures; the sliders end where the student's layers and heads do. (Gradio's has at least 2.)"""
    result = Result.model_validate(run.result)
    return [
        figures.shares(result, language),
        figures.similarity(result, language),
        figures.attention(result, result.student_map, "pg_dis_student", language),
        figures.attention(result, result.teacher_map, "pg_dis_teacher", language),
        gr.update(maximum=max(2, result.student_map.layers), value=result.student_map.layer),
        gr.update(maximum=result.student_map.heads, value=result.student_map.head),
    ]
