"""Four ways to learn: which of them, from how many labels, how often; and curves that grow."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from playground.demos.fine_tune import DEMO, figures
from playground.demos.fine_tune.choosing import encoder_choice, learning_choice, seed_choice, sizes_choice
from playground.demos.fine_tune.schema import MAX_SEEDS, METHODS, Curve, Needed, Result
from playground.messages import say
from playground.published import published
from playground.runs import Run
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.sentences import sentences_choice
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_ft_question"), elem_classes="pg-question")
            methods = gr.CheckboxGroup(
                [(t(f"pg_ft_{method}"), method) for method in METHODS],
                value=asked["methods"],
                label=t("pg_ft_methods"),
                elem_id="ft-methods",
            )
            labels = sizes_choice(asked["labels"], "ft")
            with gr.Row():
                seeds = Range(
                    1,
                    MAX_SEEDS,
                    value=asked["seeds"],
                    step=1,
                    label=t("pg_ft_seeds"),
                    elem_id="ft-seeds",
                    min_width=150,
                )
                seed = seed_choice(asked["seed"], "ft")
                line = Range(0, 1, value=asked["bar"], step=0.01, label=t("pg_ft_bar"), elem_id="ft-bar", min_width=150)
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="ft-notice", elem_classes="pg-notice-box")
            sentences = sentences_choice(asked["source"], t("pg_ft_source"), "ft")
            model = encoder_choice(asked["model"], "ft")
            learning = learning_choice(asked, "ft")
        with gr.Column(min_width=340, scale=6):
            curves = Figure(None, label=t("pg_ft_figure"), elem_id="ft-figure", elem_classes="pg-result")
            gained = Figure(None, label=t("pg_ft_gains"), elem_id="ft-gains", elem_classes="pg-result")
            numbers = gr.HTML("", elem_id="ft-table", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "model": model,
                    "methods": methods,
                    "labels": labels,
                    "seeds": seeds,
                    "seed": seed,
                    **learning,
                    "bar": line,
                    "source": sentences.source,
                    "data": sentences.text,
                },
                outputs=[curves, gained, numbers],
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
    """Values of the curves, of what is gained, and of the table."""
    result = Result.model_validate(run.result)
    names: dict[str, str] = {method: say(f"pg_ft_{method}", language) for method in METHODS}
    return [
        figures.curves(result, names, run.request["bar"], language),
        figures.gains(result, names, language),
        said_of(result, names, run.request["bar"], language, say("pg_ft_col_way", language)) + _paper(language),
    ]


def said_of(result: Result, names: Mapping[str, str], bar: float, language: str, column: str) -> str:
    """What the sentences are, once they are read; the numbers; and what each way was given. column: what heads the
    names."""
    if not result.train:
        return ""
    values = {
        "train": result.train,
        "judged": result.judged,
        "classes": ", ".join(result.classes),
        "done": result.seeds,
    }
    learned = small(say("pg_ft_learned", language, **values))
    intervals = say("pg_ft_band", language) if any(curve.low is not None for curve in result.curves) else ""
    rough = say("pg_ft_rough", language, judged=result.judged) if result.curves else ""
    numbers = numbers_of(result, names, bar, language, column)
    return learned + numbers + small(intervals, rough) + _given(result, names, language, column)


def _given(result: Result, names: Mapping[str, str], language: str, column: str) -> str:
    """The steps and the rates of each way, and how far they bring its loss."""
    if not result.plans or not result.curves:
        return ""
    found = {(curve.method, curve.labels): curve for curve in result.curves}
    sizes = sorted({labels for _, labels in found})
    heads = [column, *(say("pg_ft_col_given", language, labels=size) for size in sizes)]
    rows = []
    for plan in result.plans:
        given = dict(zip(plan.labels, zip(plan.steps, plan.batches, strict=True), strict=True))
        cells = []
        for size in sizes:
            (steps, batch), curve = given[size], found.get((plan.method, size))
            loss = "–" if curve is None or curve.loss is None else f"{curve.loss:.2f}"
            cells.append(f"{steps} × {batch}: {loss}")
        rows.append([names.get(plan.method, plan.method), *cells, f"{plan.learning_rate:g}, {plan.head_rate:g}"])
    heads.append(say("pg_ft_col_rates", language))
    return table(heads, rows, numbers=range(1, len(heads))) + small(say("pg_ft_given", language))


def numbers_of(result: Result, names: Mapping[str, str], bar: float, language: str, column: str) -> str:
    """Accuracy and interval of each way by labels, and the labels that it needs for the bar."""
    sizes = sorted({curve.labels for curve in result.curves})
    found = {(curve.method, curve.labels): curve for curve in result.curves}
    needed = {one.method: one for one in result.needed}
    heads = [column, *(say("pg_ft_col_labels", language, labels=size) for size in sizes)]
    heads.append(say("pg_ft_col_needed", language, bar=f"{bar:.0%}"))
    rows = []
    for way in dict.fromkeys(curve.method for curve in result.curves):
        cells = [_cell(found.get((way, size)), language) for size in sizes]
        rows.append([names.get(way, way), *cells, _needed(needed.get(way), sizes, language)])
    return table(heads, rows, numbers=range(1, len(heads))) if rows else ""


def _cell(curve: Curve | None, language: str) -> str:
    if curve is None:
        return "–"
    if curve.accuracy is None:
        return say("pg_ft_diverged", language)
    share = f"{100 * curve.accuracy:.1f}"
    if curve.low is None or curve.high is None:
        return share
    return f"{share} ({100 * curve.low:.0f}\u2060–\u2060{100 * curve.high:.0f})"  # broken at the space alone


def _needed(one: Needed | None, sizes: Sequence[int], language: str) -> str:
    """Median, range, and how many seeds reach the bar; what the first size already reaches may need fewer."""
    if one is None or not one.seeds:
        return "–"
    middle = "–" if one.labels is None else _at_least(one.labels, sizes)
    if one.least is None or one.most is None:
        return say("pg_ft_needed_never", language, seeds=one.seeds)
    values = {"labels": middle, "reached": one.reached, "seeds": one.seeds}
    if one.least == one.most == one.labels:
        return say("pg_ft_needed_alike", language, **values)
    return say("pg_ft_needed", language, least=f"{one.least:.0f}", most=f"{one.most:.0f}", **values)


def _at_least(labels: float, sizes: Sequence[int]) -> str:
    return f"≤ {labels:.0f}" if labels <= min(sizes) else f"{labels:.0f}"


def _paper(language: str) -> str:
    """What BERT and GPT-1 measured, beside it."""
    lines = []
    for name in ("fine_tune_bert", "fine_tune_gpt"):
        paper = published(name)
        heads = [say(f"pg_{name}", language), *paper.columns]
        rows = [[row.model, *row.scores] for row in paper.rows]
        lines.append(table(heads, rows, numbers=range(1, len(heads))))
        lines.append(small(say("pg_pub_source", language, source=paper.source)))
    return "".join(lines)
