"""Sentences, Start and Cancel, the ROC curve as it fills, and what the AUC depends on."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.electra.choosing import follow_pair, pair_choice
from playground.demos.electra.measure import DEMO, figures
from playground.demos.electra.measure.schema import Point, Result
from playground.demos.electra.schema import MAX_SEED, MAX_TEMPERATURE
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_elm_question"), elem_classes="pg-question")
            text = gr.Textbox(
                asked["text"],
                label=t("pg_elm_text"),
                placeholder=t("pg_elm_placeholder"),
                lines=4,
                max_lines=12,
                elem_id="elm-text",
            )
            with gr.Row():
                rate = Range(
                    0.05, 1, value=asked["rate"], step=0.05, label=t("pg_cor_rate"), elem_id="elm-rate", min_width=180
                )
                temperature = Range(
                    0,
                    MAX_TEMPERATURE,
                    value=asked["temperature"],
                    step=0.1,
                    label=t("pg_ele_temperature"),
                    elem_id="elm-temperature",
                    min_width=180,
                )
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="elm-seed",
                    min_width=100,
                )
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="elm-notice", elem_classes="pg-notice-box")
            model, generator_model = pair_choice(asked, "elm")
        with gr.Column(min_width=340, scale=6):
            counts = gr.HTML("", elem_id="elm-counts", elem_classes="pg-result")
            curves = Figure(None, label=t("pg_elm_figure"), elem_id="elm-figure", elem_classes="pg-result")
            sweeps = Figure(None, label=t("pg_elm_sweeps"), elem_id="elm-sweeps", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                numbers = gr.HTML("", elem_id="elm-table")
            with gr.Accordion(t("pg_elm_fooled"), open=False, elem_classes="pg-result"):
                fooled = gr.HTML("", elem_id="elm-fooled")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "text": text,
                    "model": model,
                    "generator_model": generator_model,
                    "rate": rate,
                    "temperature": temperature,
                    "seed": seed,
                },
                outputs=[counts, curves, sweeps, numbers, fooled],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    follow_pair(model, generator_model)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the counts, both figures, the table, and what the discriminator believed."""
    result = Result.model_validate(run.result)
    counts = say(
        "pg_elm_counts",
        language,
        done=result.done,
        sentences=result.sentences,
        tokens=result.tokens,
        replaced=result.replaced,
        guessed=result.guessed,
    )
    return [
        small(counts),
        figures.curves(result, language),
        figures.sweeps(result, language),
        _table(result, language),
        _fooled(result, language),
    ]


def _table(result: Result, language: str) -> str:
    """Each setting once, with its interval."""
    heads = [say(f"pg_elm_col_{head}", language) for head in ("rate", "temperature", "auc", "replaced", "right")]
    points = {(point.rate, point.temperature): point for point in (*result.by_temperature, *result.by_rate)}
    return table(heads, [_cells(point) for point in points.values()], numbers=(0, 1, 3, 4))


def _cells(point: Point) -> tuple[str, ...]:
    area = "–" if point.auc is None else f"{point.auc:.3f} ({point.low or 0:.3f}–{point.high or 0:.3f})"
    return f"{point.rate:.0%}", f"{point.temperature:g}", area, f"{point.replaced:,}", percent(point.right)


def _fooled(result: Result, language: str) -> str:
    heads = [say(f"pg_elm_col_{head}", language) for head in ("sentence", "original", "probability")]
    rows = [
        (f"{one.before} [{one.word}] {one.after}".strip(), one.original, percent(one.probability))
        for one in result.fooled
    ]
    return table(heads, rows, numbers=(2,))
