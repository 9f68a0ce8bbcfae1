"""A task, several models, their curves, and GPT-3's sizes counted again."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.few_shot.choosing import patterns_choice, task_choice
from playground.demos.few_shot.curve.schema import LEAST_QUERIES, MAX_DRAWS, MAX_QUERIES
from playground.demos.few_shot.schema import MAX_SEED
from playground.demos.few_shot.sizes import DEMO, figures
from playground.demos.few_shot.sizes.schema import MAX_MODELS, Result, Size
from playground.messages import say
from playground.models import catalogue
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
            gr.Markdown(t("pg_fsz_question"), elem_classes="pg-question")
            models = gr.Dropdown(
                catalogue.options("causal_lm"),
                value=asked["language_models"],
                multiselect=True,
                max_choices=MAX_MODELS,
                label=t("pg_fsz_models"),
                info=t("pg_model_info"),
                elem_id="fsz-models",
            )
            task = task_choice(asked["task"], "fsz")
            with gr.Row():
                draws = Range(
                    1,
                    MAX_DRAWS,
                    value=asked["draws"],
                    step=1,
                    label=t("pg_fcv_draws"),
                    elem_id="fsz-draws",
                    min_width=150,
                )
            with gr.Row():
                queries = Range(
                    LEAST_QUERIES,
                    MAX_QUERIES,
                    value=asked["queries"],
                    step=1,
                    label=t("pg_fcv_queries"),
                    elem_id="fsz-queries",
                    min_width=150,
                )
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="fsz-seed",
                    min_width=100,
                )
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="fsz-notice", elem_classes="pg-notice-box")
            pattern = patterns_choice(asked["pattern"], "fsz")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_fsz_figure"), elem_id="fsz-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                numbers = gr.HTML("", elem_id="fsz-table")
    printed = gr.HTML("", elem_id="fsz-sizes", elem_classes="pg-result")
    parts = TabParts(
        demo=DEMO,
        fields={
            "task": task,
            "language_models": models,
            "draws": draws,
            "queries": queries,
            "seed": seed,
            "pattern": pattern,
        },
        outputs=[figure, numbers, printed],
        draw=draw,
        run=gr.State(""),
        notice=notice,
    )
    run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and both tables."""
    result = Result.model_validate(run.result)
    heads = [say(key, language) for key in ("pg_model", "pg_fcv_col_shots", "pg_fcv_col_accuracy", "pg_fcv_col_right")]
    rows = [
        (one.model, str(point.shots), f"{percent(point.accuracy)} ({point.low:.0%}–{point.high:.0%})", _count(point))
        for one in result.curves
        for point in one.points
    ]
    return [
        figures.curves(result, run.request["task"], language),
        table(heads, rows, numbers=(1, 2, 3)),
        _sizes(result, language),
    ]


def _count(point: Any) -> str:
    return f"{point.right:,} / {point.of:,}"


def _sizes(result: Result, language: str) -> str:
    names = ("model", "printed", "layers", "width", "heads", "product", "counted", "by_heads")
    heads = [say(f"pg_fsz_col_{name}", language) for name in names]
    shown = table(heads, [_row(size) for size in result.sizes], numbers=range(1, len(heads)))
    return small(say("pg_fsz_sizes", language)) + shown + small(say("pg_pub_source", language, source=result.source))


def _row(size: Size) -> tuple[str, ...]:
    product = size.heads * size.head_width
    return (
        size.name.replace(" ", "\u00a0").replace("-", "\u2011"),
        size.printed,
        str(size.layers),
        f"{size.width:,}",
        f"{size.heads} · {size.head_width}",
        f"{'✓' if product == size.width else '✗'} {product:,}",
        figures.short(size.counted),
        "" if size.by_heads is None else figures.short(size.by_heads),
    )
