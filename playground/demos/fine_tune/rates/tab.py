"""Learning rates and batch sizes to choose, Start, and loss curves."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.fine_tune.choosing import encoder_choice, seed_choice
from playground.demos.fine_tune.rates import DEMO, figures
from playground.demos.fine_tune.rates.schema import BATCHES, RATES, Losses, Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.sentences import sentences_choice
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_ftr_question"), elem_classes="pg-question")
            rates = gr.CheckboxGroup(
                [(rate, rate) for rate in RATES], value=asked["rates"], label=t("pg_ftr_rates"), elem_id="ftr-rates"
            )
            batches = gr.CheckboxGroup(
                [(str(batch), batch) for batch in BATCHES],
                value=asked["batches"],
                label=t("pg_ftr_batches"),
                elem_id="ftr-batches",
            )
            with gr.Row():
                labels = Whole(
                    asked["labels"],
                    label=t("pg_ftr_labels"),
                    precision=0,
                    minimum=16,
                    maximum=2000,
                    elem_id="ftr-labels",
                    min_width=140,
                )
                seed = seed_choice(asked["seed"], "ftr")
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="ftr-notice", elem_classes="pg-notice-box")
            sentences = sentences_choice(asked["source"], t("pg_ft_source"), "ftr")
            model = encoder_choice(asked["model"], "ftr")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_ftr_figure"), elem_id="ftr-figure", elem_classes="pg-result")
            numbers = gr.HTML("", elem_id="ftr-table", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "model": model,
                    "rates": rates,
                    "batches": batches,
                    "labels": labels,
                    "seed": seed,
                    "source": sentences.source,
                    "data": sentences.text,
                },
                outputs=[figure, numbers],
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
    """Values of the curves and the table."""
    result = Result.model_validate(run.result)
    return [figures.losses(result, language), _numbers(result, language)]


def _numbers(result: Result, language: str) -> str:
    if not result.runs:
        return ""
    heads = ("batch", "rate", "steps", "first", "last", "jump", "accuracy")
    shown = table(
        [say(f"pg_ftr_col_{head}", language) for head in heads],
        [_row(run, language) for run in result.runs],
        numbers=range(len(heads)),
    )
    read = say(
        "pg_ftr_read",
        language,
        sentences=result.sentences,
        tokens=result.tokens,
        guess=f"{result.guess:.2f}",
        judged=result.judged,
        chance=percent(result.chance),
    )
    return shown + small(read, say("pg_ftr_bias", language))


def _row(run: Losses, language: str) -> list[str]:
    share = "–"
    if run.accuracy is not None and run.low is not None and run.high is not None:
        share = f"{percent(run.accuracy)} ({100 * run.low:.0f}\u2060–\u2060{100 * run.high:.0f})"
    return [
        str(run.batch),
        run.rate,
        str(run.steps),
        "–" if run.first is None else f"{run.first:.2f}",
        say("pg_ftr_broke", language) if run.broke else "–" if run.last is None else f"{run.last:.2f}",
        "–" if run.jump is None else f"{run.jump:.2f}",
        share,
    ]
