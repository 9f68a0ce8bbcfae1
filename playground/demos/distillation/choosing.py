"""The choice of a teacher, in every sub-tab, and what is known of one without loading it."""

import json
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from huggingface_hub import try_to_load_from_cache

from playground.demos.distillation.task import teachers
from playground.messages import Complaint
from playground.models import catalogue
from playground.ui.language import t

# What settings call them: BERT's, then DistilBERT's.
_NAMES = {
    "layers": ("num_hidden_layers", "n_layers"),
    "width": ("hidden_size", "dim"),
    "heads": ("num_attention_heads", "n_heads"),
    "ffn": ("intermediate_size", "hidden_dim"),
}


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
    try:
        entry = catalogue.find(model)
    except Complaint:
        return Sizes()
    path = entry.folder / "config.json" if entry.folder else try_to_load_from_cache(str(entry.hub_id), "config.json")
    try:
        settings = json.loads(Path(path).read_bytes()) if isinstance(path, str | Path) else {}
    except (OSError, ValueError):
        settings = {}
    found = {
        size: int(settings[name])
        for size, names in _NAMES.items()
        for name in names
        if isinstance(settings.get(name), int)
    }
    return Sizes(**({"layers": entry.layers or Sizes.layers} | found))
