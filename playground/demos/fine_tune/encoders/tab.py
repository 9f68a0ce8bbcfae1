"""Several encoders and one way to learn."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.fine_tune.choosing import encoder_choice, learning_choice, seed_choice, sizes_choice
from playground.demos.fine_tune.encoders import DEMO, figures
from playground.demos.fine_tune.encoders.schema import MAX_MODELS
from playground.demos.fine_tune.schema import MAX_SEEDS, METHODS, Result
from playground.demos.fine_tune.tab import said_of
from playground.messages import say
from playground.models import encoders
from playground.runs import Run
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.sentences import sentences_choice
from playground.ui.shell import Shell, TabParts, run_bar


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_fte_question"), elem_classes="pg-question")
            model = encoder_choice(asked["model"], "fte")
            others = gr.Dropdown(
                encoders.options(),
                value=asked["other_models"],
                multiselect=True,
                max_choices=MAX_MODELS - 1,
                label=t("pg_fte_others"),
                elem_id="fte-others",
            )
            method = gr.Radio(
                [(t(f"pg_ft_{name}"), name) for name in METHODS],
                value=asked["method"],
                label=t("pg_fte_method"),
                elem_id="fte-method",
            )
            labels = sizes_choice(asked["labels"], "fte")
            with gr.Row():
                seeds = Range(
                    1,
                    MAX_SEEDS,
                    value=asked["seeds"],
                    step=1,
                    label=t("pg_ft_seeds"),
                    elem_id="fte-seeds",
                    min_width=150,
                )
                seed = seed_choice(asked["seed"], "fte")
                bar_ = Range(
                    0, 1, value=asked["bar"], step=0.01, label=t("pg_ft_bar"), elem_id="fte-bar", min_width=150
                )
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="fte-notice", elem_classes="pg-notice-box")
            sentences = sentences_choice(asked["source"], t("pg_ft_source"), "fte")
            learning = learning_choice(asked, "fte")
        with gr.Column(min_width=340, scale=6):
            curves = Figure(None, label=t("pg_ft_figure"), elem_id="fte-figure", elem_classes="pg-result")
            numbers = gr.HTML("", elem_id="fte-table", elem_classes="pg-result")
            gained = Figure(None, label=t("pg_ft_gains"), elem_id="fte-gains", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "model": model,
                    "other_models": others,
                    "method": method,
                    "labels": labels,
                    "seeds": seeds,
                    "seed": seed,
                    **learning,
                    "bar": bar_,
                    "source": sentences.source,
                    "data": sentences.text,
                },
                outputs=[curves, numbers, gained],
                draw=draw,
                run=gr.State(""),
                notice=box,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    sentences.wire(shell, box)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the curves, the table, and the differences."""
    result, bar = Result.model_validate(run.result), run.request["bar"]
    names = {curve.method: curve.method for curve in result.curves}
    return [
        figures.curves(result, bar, language),
        said_of(result, names, bar, language, say("pg_ft_encoder", language)),
        figures.gains(result, language),
    ]
