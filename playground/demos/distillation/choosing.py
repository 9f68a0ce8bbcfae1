"""The choice of a teacher, in every sub-tab."""

import json

import gradio as gr

from playground.demos.distillation.task import teachers
from playground.messages import Complaint
from playground.models import catalogue
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


def layers_of(model: str) -> int:
    """Of a teacher, as far as it is known without loading it: 12 where it is not."""
    try:
        entry = catalogue.find(model)
    except Complaint:
        return 12
    if entry.layers or entry.folder is None:
        return entry.layers or 12
    return int(json.loads((entry.folder / "config.json").read_bytes())["num_hidden_layers"])
