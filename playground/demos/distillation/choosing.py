"""The choice of a teacher, in every sub-tab, and what is known of one without loading it."""

from dataclasses import dataclass

import gradio as gr

from playground.demos.distillation.task import teachers
from playground.locks import TRANSFORMERS
from playground.messages import Complaint
from playground.models import catalogue
from playground.ui.language import t


@dataclass(frozen=True)
class Sizes:
    """Of an encoder; BERT-base's where nothing is known."""

    layers: int = 12
    width: int = 768
    heads: int = 12
    ffn: int = 3072


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


def sizes_of(model: str) -> Sizes:
    """From its settings, where these are on this machine; of a model that was never fetched the listed layers."""
    from transformers import AutoConfig

    try:
        entry = catalogue.find(model)
    except Complaint:
        return Sizes()
    try:
        with TRANSFORMERS:
            of = AutoConfig.from_pretrained(entry.folder or entry.hub_id, local_files_only=True)
        width = int(of.hidden_size)
        ffn = int(getattr(of, "intermediate_size", 4 * width))
        return Sizes(int(of.num_hidden_layers), width, int(of.num_attention_heads), ffn)
    except (OSError, ValueError, AttributeError):
        return Sizes(entry.layers or 12)
