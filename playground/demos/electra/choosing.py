"""The two models as dropdowns: choosing a discriminator chooses the generator that it was trained with."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from playground.models import catalogue
from playground.ui.language import t

_DROPDOWN: dict[str, Any] = {"elem_classes": "pg-model", "min_width": 220}
_HIDDEN: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


def pair_choice(asked: dict[str, Any], name: str) -> tuple[gr.Dropdown, gr.Dropdown]:
    """Discriminator and generator, below each other's partners."""
    with gr.Row():
        model = gr.Dropdown(
            catalogue.options("replaced_token"),
            value=asked["model"],
            label=t("pg_ele_discriminator"),
            info=t("pg_model_info"),
            elem_id=f"{name}-model",
            **_DROPDOWN,
        )
        generator = gr.Dropdown(
            catalogue.options("masked_lm"),
            value=asked["generator_model"],
            label=t("pg_ele_generator"),
            info=t("pg_ele_generator_info"),
            elem_id=f"{name}-generator",
            **_DROPDOWN,
        )
    return model, generator


def follow_pair(
    model: gr.Dropdown, generator: gr.Dropdown, also: Callable[[Callable[..., Any]], None] | None = None
) -> None:
    """`also`: asks anew, once the generator has followed."""

    def partner(chosen: str) -> Any:
        return catalogue.partner(chosen) or gr.skip()

    followed = model.input(partner, model, generator, **_HIDDEN)
    if also is not None:
        also(followed.then)
