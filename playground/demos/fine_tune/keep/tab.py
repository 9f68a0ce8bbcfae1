"""An encoder, labels, Start; then the download, and the name under which the model may teach."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.fine_tune.choosing import encoder_choice, rate_choice, seed_choice
from playground.demos.fine_tune.keep import DEMO, figures
from playground.demos.fine_tune.keep.schema import Result
from playground.messages import Complaint, say
from playground.models.catalogue import TRAINED
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
            gr.Markdown(t("pg_ftk_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_ftk_text"), lines=2, max_lines=6, elem_id="ftk-text")
            model = encoder_choice(asked["model"], "ftk")
            with gr.Row():
                labels = _whole("labels", asked["labels"], 8, 10_000)
                epochs = _whole("epochs", asked["epochs"], 1, 20)
                batch = _whole("batch", asked["batch"], 1, 64)
                seed = seed_choice(asked["seed"], "ftk")
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="ftk-notice", elem_classes="pg-notice-box")
            sentences = sentences_choice(asked["source"], t("pg_ft_source"), "ftk")
            with gr.Accordion(t("pg_ft_settings"), open=False), gr.Row():
                learning_rate = rate_choice("learning_rate", asked["learning_rate"], "ftk")
                head_rate = rate_choice("head_rate", asked["head_rate"], "ftk")
            gr.Markdown(t("pg_ftk_home"), elem_classes="pg-small")
            download = gr.DownloadButton(t("pg_ftk_download"), interactive=False, elem_id="ftk-download")
            name = gr.Textbox(
                "",
                label=t("pg_ftk_name"),
                info=t("pg_ftk_name_info"),
                interactive=False,
                buttons=["copy"],
                elem_id="ftk-name",
            )
        with gr.Column(min_width=340, scale=6):
            losses = Figure(None, label=t("pg_ftk_figure"), elem_id="ftk-figure", elem_classes="pg-result")
            said = gr.HTML("", elem_id="ftk-said", elem_classes="pg-result")
            confusion = Figure(None, label=t("pg_ftk_confusion"), elem_id="ftk-confusion", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "text": text,
                    "model": model,
                    "labels": labels,
                    "epochs": epochs,
                    "batch": batch,
                    "seed": seed,
                    "learning_rate": learning_rate,
                    "head_rate": head_rate,
                    "source": sentences.source,
                    "data": sentences.text,
                },
                outputs=[losses, said, confusion, download, name],
                draw=draw,
                run=gr.State(""),
                notice=box,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    sentences.wire(shell, box)
    wire_long(parts, shell, bar)
    return parts


def _whole(name: str, value: int, least: int, most: int) -> Whole:
    return Whole(
        value,
        label=t(f"pg_ftk_{name}"),
        precision=0,
        minimum=least,
        maximum=most,
        elem_id=f"ftk-{name}",
        min_width=100,
    )


def draw(run: Run, language: str) -> list[Any]:
    """Values of the losses, of what was measured, and of what may be taken away."""
    result = Result.model_validate(run.result)
    packed, name = _kept(result, run.request["model"])
    return [
        figures.losses(result, language),
        _said(result, language),
        figures.confusion(result, language),
        gr.update(value=packed, interactive=packed is not None),
        name,
    ]


def _kept(result: Result, model: str) -> tuple[str | None, str]:
    """The zip file and the model's name; nothing where the run is a stored one, or the hour is over."""
    if not result.trained:
        return None, ""
    from playground.models import kept

    try:
        title = f"{model.rpartition('/')[2]}-fine-tuned"
        return str(kept.packed(result.trained.removeprefix(TRAINED), title)), result.trained
    except Complaint:
        return None, ""


def _said(result: Result, language: str) -> str:
    """Accuracy, and the visitor's sentence."""
    if result.accuracy is None or result.low is None or result.high is None:
        return ""
    measured = say(
        "pg_ftk_accuracy",
        language,
        accuracy=percent(result.accuracy),
        low=percent(result.low),
        high=percent(result.high),
        judged=result.judged,
        train=result.train,
        chance=percent(result.chance),
    )
    unsure = say("pg_ftk_unsure", language) if result.low <= result.chance else ""
    heads = [say("pg_ftk_col_label", language), say("pg_ftk_col_probability", language)]
    rows = [[one.label, percent(one.probability)] for one in result.answer[:5]]
    return small(measured, unsure, say("pg_ftk_yours", language)) + table(heads, rows, numbers=(1,))
