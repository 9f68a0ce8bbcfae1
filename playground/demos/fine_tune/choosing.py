"""What several sub-tabs ask for: the numbers of labels, the seed, and the encoder."""

import gradio as gr

from playground.demos.fine_tune.schema import MAX_SEED, SIZES
from playground.models import encoders
from playground.ui.inputs import Whole
from playground.ui.language import t


def encoder_choice(value: str, name: str) -> gr.Dropdown:
    return gr.Dropdown(
        encoders.options(),
        value=value,
        label=t("pg_ft_encoder"),
        info=t("pg_model_info"),
        elem_id=f"{name}-model",
        elem_classes="pg-model",
    )


def sizes_choice(value: list[int], name: str) -> gr.CheckboxGroup:
    return gr.CheckboxGroup(
        [(str(size), size) for size in SIZES], value=value, label=t("pg_ft_labels"), elem_id=f"{name}-labels"
    )


def seed_choice(value: int, name: str) -> Whole:
    return Whole(
        value, label=t("pg_seed"), precision=0, minimum=0, maximum=MAX_SEED, elem_id=f"{name}-seed", min_width=100
    )
