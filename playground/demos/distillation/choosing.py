"""The choice of a teacher, in every sub-tab."""

import gradio as gr

from playground.demos.distillation.task import teachers
from playground.ui.language import t


def teacher_choice(value: str, prefix: str) -> gr.Dropdown:
    """Classifiers, masked language models, and the name of one that was fine-tuned here, which is typed or comes with a
    link."""
    return gr.Dropdown(
        teachers(),
        value=value,
        label=t("pg_dis_teacher_model"),
        info=t("pg_dis_teacher_info"),
        allow_custom_value=True,
        elem_id=f"{prefix}-model",
        elem_classes="pg-model",
    )
