"""An encoder, Start, and two maps."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.fine_tune.choosing import encoder_choice, rate_choice, seed_choice
from playground.demos.fine_tune.where import DEMO, figures
from playground.demos.fine_tune.where.schema import Best, Result, Stage
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
from playground.ui.tables import small


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_ftw_question"), elem_classes="pg-question")
            model = encoder_choice(asked["model"], "ftw")
            with gr.Row():
                labels = _whole("labels", asked["labels"], 16, 1024)
                steps = _whole("steps", asked["steps"], 1, 400)
                seed = seed_choice(asked["seed"], "ftw")
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="ftw-notice", elem_classes="pg-notice-box")
            sentences = sentences_choice(asked["source"], t("pg_ft_source"), "ftw")
            with gr.Accordion(t("pg_ft_settings"), open=False), gr.Row():
                learning_rate = rate_choice("learning_rate", asked["learning_rate"], "ftw")
                head_rate = rate_choice("head_rate", asked["head_rate"], "ftw")
            said = gr.HTML("", elem_id="ftw-said", elem_classes="pg-result")
        with gr.Column(min_width=340, scale=6):
            maps = Figure(None, label=t("pg_ftw_figure"), elem_id="ftw-figure", elem_classes="pg-result")
            best = Figure(None, label=t("pg_ftw_best"), elem_id="ftw-best", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "model": model,
                    "labels": labels,
                    "steps": steps,
                    "seed": seed,
                    "learning_rate": learning_rate,
                    "head_rate": head_rate,
                    "source": sentences.source,
                    "data": sentences.text,
                },
                outputs=[maps, best, said],
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
        label=t(f"pg_ftw_{name}"),
        precision=0,
        minimum=least,
        maximum=most,
        elem_id=f"ftw-{name}",
        min_width=110,
    )


def draw(run: Run, language: str) -> list[Any]:
    """Values of the maps, the best layers, and what they say in words."""
    result = Result.model_validate(run.result)
    return [figures.maps(result, language), figures.best(result, language), _said(result, language)]


def _said(result: Result, language: str) -> str:
    found = {(one.stage, one.position): one for one in result.best}
    lines = []
    stages: tuple[Stage, ...] = ("before", "after")
    for stage in stages:
        cls, mean = found.get((stage, "cls")), found.get((stage, "mean"))
        if cls is not None and mean is not None:
            lines.append(
                say(
                    f"pg_ftw_said_{stage}",
                    language,
                    cls=_between(cls),
                    cls_layer=cls.layer,
                    mean=_between(mean),
                    mean_layer=mean.layer,
                )
            )
    if result.tuned is not None and result.tuned_low is not None and result.tuned_high is not None:
        between = {"low": percent(result.tuned_low), "high": percent(result.tuned_high)}
        lines.append(say("pg_ftw_tuned", language, accuracy=percent(result.tuned), **between))
    if result.train:
        lines.append(say("pg_ftw_counts", language, train=result.train, judged=result.judged))
    if result.best:
        lines.append(say("pg_ftw_bias", language))
    return small(*lines)


def _between(one: Best) -> str:
    return f"{percent(one.accuracy)}, {percent(one.low)}–{percent(one.high)}"
