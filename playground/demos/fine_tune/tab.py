"""Four ways to learn: which of them, from how many labels, how often; and curves that grow."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from playground.demos.fine_tune import DEMO, figures
from playground.demos.fine_tune.choosing import encoder_choice, seed_choice, sizes_choice
from playground.demos.fine_tune.schema import MAX_SEEDS, METHODS, Curve, Result
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
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="ft-notice", elem_classes="pg-notice-box")
            sentences = sentences_choice(asked["source"], t("pg_ft_source"), "ft")
            model = encoder_choice(asked["model"], "ft")
            with gr.Accordion(t("pg_ft_settings"), open=False):
                with gr.Row():
                    learning_rate = rate_choice("learning_rate", asked["learning_rate"], "ft")
                    head_rate = rate_choice("head_rate", asked["head_rate"], "ft")
                pooling = gr.Radio(
                    [(t(f"pg_ft_pooling_{name}"), name) for name in ("mean", "cls")],
                    value=asked["pooling"],
                    label=t("pg_ft_pooling"),
                    elem_id="ft-pooling",
                )
                line = Range(0, 1, value=asked["bar"], step=0.01, label=t("pg_ft_bar"), elem_id="ft-bar")
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
                    "learning_rate": learning_rate,
                    "head_rate": head_rate,
                    "pooling": pooling,
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


def rate_choice(name: str, value: float, prefix: str) -> gr.Number:
    """A learning rate."""
    return gr.Number(value, label=t(f"pg_ft_{name}"), elem_id=f"{prefix}-{name.replace('_', '-')}", min_width=130)


def draw(run: Run, language: str) -> list[Any]:
    """Values of the curves, of what is gained, and of the table."""
    result = Result.model_validate(run.result)
    names: dict[str, str] = {method: say(f"pg_ft_{method}", language) for method in METHODS}
    return [
        figures.curves(result, names, run.request["bar"], language),
        figures.gains(result, names, language),
        learned_from(result, language) + numbers_of(result, names, run.request["bar"], language) + _paper(language),
    ]


def learned_from(result: Result, language: str) -> str:
    """What the sentences are, once they are read."""
    if not result.train:
        return ""
    values = {
        "train": result.train,
        "judged": result.judged,
        "classes": ", ".join(result.classes),
        "done": result.seeds,
    }
    return small(say("pg_ft_learned", language, **values))


def numbers_of(result: Result, names: Mapping[str, str], bar: float, language: str) -> str:
    """Accuracy and interval of each way by labels, and the labels that it needs for the bar."""
    sizes = sorted({curve.labels for curve in result.curves})
    found = {(curve.method, curve.labels): curve for curve in result.curves}
    needed = {one.method: one.labels for one in result.needed}
    heads = [say("pg_ft_col_way", language), *(say("pg_ft_col_labels", language, labels=size) for size in sizes)]
    heads.append(say("pg_ft_col_needed", language, bar=f"{bar:.0%}"))
    rows = []
    for way in dict.fromkeys(curve.method for curve in result.curves):
        cells = [_cell(found.get((way, size))) for size in sizes]
        labels = needed.get(way)
        rows.append([names.get(way, way), *cells, "–" if labels is None else f"{labels:.0f}"])
    return table(heads, rows, numbers=range(1, len(heads))) if rows else ""


def _cell(curve: Curve | None) -> str:
    if curve is None:
        return "–"
    half = "" if curve.low is None or curve.high is None else f"\u00a0±\u00a0{50 * (curve.high - curve.low):.1f}"
    return f"{100 * curve.accuracy:.1f}{half}"


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
