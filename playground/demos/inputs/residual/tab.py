"""The sub-tab of GPT-2's initialisation."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.inputs.residual import DEMO, figures
from playground.demos.inputs.residual.schema import MAX_LAYERS, MAX_SEED, WIDTHS, Result
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=4):
            gr.Markdown(t("pg_res_question"), elem_classes="pg-question")
            layers = Range(2, MAX_LAYERS, value=asked["layers"], step=1, label=t("pg_res_layers"), elem_id="res-layers")
            width = gr.Radio(list(WIDTHS), value=asked["width"], label=t("pg_res_width"), elem_id="res-width")
            seed = Whole(
                asked["seed"], label=t("pg_seed"), precision=0, minimum=0, maximum=MAX_SEED, elem_id="res-seed"
            )
            notice = gr.HTML("", elem_id="res-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "res", _label)
            said = gr.HTML("", elem_id="res-said", elem_classes="pg-result")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_res_figure"), elem_id="res-figure", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={"layers": layers, "width": width, "seed": seed},
                outputs=[figure, said],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [seed.change], [seed.submit, layers.input, width.input])
    wire_chips(parts, shell, chips, examples)
    return parts


def _label(run: Run) -> str:
    """The sizes that a run asks for."""
    return f"{run.request['layers']} × {run.request['width']}"


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    growth = {name: getattr(result, name)[-1] / getattr(result, name)[0] for name in ("plain", "scaled")}
    said = say(
        "pg_res_said",
        language,
        added=result.added,
        factor=f"{result.factor:.3f}",
        plain=f"{growth['plain']:.1f}",
        scaled=f"{growth['scaled']:.1f}",
        tokens=result.tokens,
    )
    return [figures.by_depth(result, language), small(said)]
