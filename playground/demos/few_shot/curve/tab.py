"""A task, Start and Cancel, the accuracy against the number of examples, and what was measured on all tasks."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.few_shot.choosing import patterns_choice, task_choice, task_note
from playground.demos.few_shot.curve import DEMO, figures
from playground.demos.few_shot.curve.schema import (
    KINDS,
    LEAST_QUERIES,
    MAX_DRAWS,
    MAX_ORDERS,
    MAX_QUERIES,
    Point,
    Result,
)
from playground.demos.few_shot.measured import Row, measured, totals
from playground.demos.few_shot.schema import MAX_SEED
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import PRIVATE, help_fold, model_choice
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request

    def slider(name: str, least: int, most: int) -> Range:
        return Range(
            least, most, value=asked[name], step=1, label=t(f"pg_fcv_{name}"), elem_id=f"fcv-{name}", min_width=150
        )

    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_fcv_question"), elem_classes="pg-question")
            task = task_choice(asked["task"], "fcv")
            labels = gr.CheckboxGroup(
                [(t(f"pg_fcv_labels_{kind}"), kind) for kind in KINDS],
                value=asked["labels"],
                label=t("pg_fcv_labels"),
                elem_id="fcv-labels",
            )
            with gr.Row():
                draws, orders = slider("draws", 1, MAX_DRAWS), slider("orders", 1, MAX_ORDERS)
            with gr.Row():
                queries = slider("queries", LEAST_QUERIES, MAX_QUERIES)
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="fcv-seed",
                    min_width=100,
                )
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="fcv-notice", elem_classes="pg-notice-box")
            pattern = patterns_choice(asked["pattern"], "fcv")
            model = model_choice("causal_lm", asked["model"], "fcv")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_fcv_figure"), elem_id="fcv-figure", elem_classes="pg-result")
            verdict = gr.HTML("", elem_id="fcv-verdict", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                numbers = gr.HTML("", elem_id="fcv-table")
            with gr.Accordion(t("pg_fcv_measured"), open=False, elem_id="fcv-measured") as fold:
                here = gr.HTML("", elem_id="fcv-here")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "task": task,
                    "labels": labels,
                    "draws": draws,
                    "orders": orders,
                    "queries": queries,
                    "seed": seed,
                    "pattern": pattern,
                    "model": model,
                },
                outputs=[figure, verdict, numbers],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    fold.expand(lambda lang: measured_table(lang), here, here, queue=False, **PRIVATE)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure, the verdict and the table."""
    result, asked = Result.model_validate(run.result), run.request
    figure = figures.curve(result, asked["task"], asked["model"], language)
    return [figure, _verdict(result, asked, language), _table(result, language)]


def _verdict(result: Result, request: dict[str, Any], language: str) -> str:
    """Whether more examples helped or hurt, and what the model was trained on."""
    points = [point for point in result.points if point.labels == "right"]
    said = effect(points, language) if len(points) > 1 else ""
    out = [point for point in points if point.dropped]
    cut = (
        say("pg_fcv_dropped", language, shots=out[0].shots, dropped=f"{out[0].dropped:g}", most=f"{out[-1].dropped:g}")
        if out
        else ""
    )
    return small(said, cut, task_note(request["task"], request["model"], language))


def effect(points: Sequence[Point], language: str) -> str:
    """From the best point, and from the first one, to the last: told where the bands do not overlap."""
    first, last, best = points[0], points[-1], max(points, key=lambda point: point.accuracy)
    values = {"last": last.shots, "to": percent(last.accuracy)}
    for before in (best, first):  # the best one's band may be the wider
        if last.high < before.low:
            return say("pg_fcv_hurts", language, shots=before.shots, share=percent(before.accuracy), **values)
    if last.low > first.high:
        return say("pg_fcv_helps", language, shots=first.shots, share=percent(first.accuracy), **values)
    return say("pg_fcv_unclear", language, shots=first.shots, share=percent(first.accuracy), **values)


def _table(result: Result, language: str) -> str:
    heads = [
        say(f"pg_fcv_col_{head}", language) for head in ("labels", "shots", "accuracy", "interval", "right", "runs")
    ]
    rows = [
        (
            say(f"pg_fcv_labels_{point.labels}", language),
            str(point.shots),
            percent(point.accuracy),
            f"{point.low:.1%}–{point.high:.1%}",
            f"{point.right:,} / {point.of:,}",
            str(point.runs),
        )
        for point in result.points
    ]
    return table(heads, rows, numbers=(1, 2, 3, 4, 5))


def measured_table(language: str) -> str:
    """The bundled model's accuracy on all tasks, as the command measured it."""
    found = measured()
    if found is None:
        return small(say("pg_fcv_unmeasured", language))
    heads = [say("pg_fsh_task", language), say("pg_fcv_chance", language)]
    heads += [say("pg_fcv_shots", language, shots=shots) for shots in found.shots]

    def cells(key: str, row: Row) -> list[str]:
        shares = [f"{percent(count / of)} ({count:,} / {of:,})" for count, of in zip(row.right, row.of, strict=True)]
        return [say(key, language), percent(row.chance), *shares]

    rows = [cells(f"pg_fsh_task_{row.task}", row) for row in found.rows]
    *sums, foot = [cells(f"pg_fcv_{row.task}", row) for row in totals(found)]
    rows += sums
    how = say("pg_fcv_measured_how", language, model=found.model, draws=found.draws, device=found.device)
    return small(how) + table(heads, rows, numbers=range(1, len(heads)), foot=foot)
