"""What several sub-tabs ask for: the numbers of labels, the seed, the encoder, and how it learns."""

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


def rate_choice(name: str, value: float, prefix: str) -> gr.Number:
    """A learning rate."""
    return gr.Number(value, label=t(f"pg_ft_{name}"), elem_id=f"{prefix}-{name.replace('_', '-')}", min_width=130)


def pooling_choice(value: str, prefix: str) -> gr.Radio:
    return gr.Radio(
        [(t(f"pg_ft_pooling_{name}"), name) for name in ("mean", "cls")],
        value=value,
        label=t("pg_ft_pooling"),
        elem_id=f"{prefix}-pooling",
    )
