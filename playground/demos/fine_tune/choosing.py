"""What several sub-tabs ask for: the numbers of labels, the seed, the encoder, and how it learns."""

from collections.abc import Mapping
from typing import Any, get_args

import gradio as gr

from playground.demos.fine_tune.schema import MAX_SEED, SIZES, Pooling
from playground.models import encoders
from playground.ui.inputs import Whole
from playground.ui.language import t

_RATES = ("learning_rate", "head_rate", "random_rate")


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


def learning_choice(asked: Mapping[str, Any], prefix: str) -> dict[str, gr.components.Component]:
    """How the ways of a race learn, folded away: request field -> component."""
    with gr.Accordion(t("pg_ft_settings"), open=False):
        with gr.Row():
            rates = {name: rate_choice(name, asked[name], prefix) for name in _RATES}
        pooling = gr.Radio(
            [(t(f"pg_ft_pooling_{name}"), name) for name in get_args(Pooling)],
            value=asked["pooling"],
            label=t("pg_ft_pooling"),
            elem_id=f"{prefix}-pooling",
        )
    return {**rates, "pooling": pooling}
