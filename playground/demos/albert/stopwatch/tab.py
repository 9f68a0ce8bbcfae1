"""The stopwatch: models to choose, Start and Cancel, and a picture that sharpens round by round."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.albert.schema import MAX_HEADS, MAX_LAYERS
from playground.demos.albert.stopwatch import DEMO, figures
from playground.demos.albert.stopwatch.schema import MAX_ROUNDS, MODELS, Result, Time, Timed
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table

_SHARING = ("none", "attention", "ffn", "all")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_stw_question"), elem_classes="pg-question")
            fields = _fields(asked)
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="stw-notice", elem_classes="pg-notice-box")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_stw_figure"), elem_id="stw-figure", elem_classes="pg-result")
    table_of_times = gr.HTML("", elem_id="stw-table", elem_classes="pg-result")
    parts = TabParts(
        demo=DEMO, fields=fields, outputs=[figure, table_of_times], draw=draw, run=gr.State(""), notice=notice
    )
    run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    return parts


def _fields(asked: dict[str, Any]) -> dict[str, Any]:
    """The inputs by the name of the Request's field."""

    def slider(name: str, most: int, least: int = 1, label: str = "") -> Range:
        return Range(
            least, most, value=asked[name], step=1, label=t(label or f"pg_alb_{name}"), elem_id=_id(name), min_width=150
        )

    def whole(name: str, most: int) -> Whole:
        label = t(f"pg_alb_{name}")
        return Whole(asked[name], label=label, precision=0, minimum=1, maximum=most, elem_id=_id(name), min_width=100)

    fields: dict[str, Any] = {
        "models": gr.CheckboxGroup(
            [(t("pg_stw_yours"), name) if name == "yours" else (name, name) for name in MODELS],
            value=asked["models"],
            label=t("pg_stw_models"),
            elem_id=_id("models"),
        )
    }
    with gr.Row():
        fields["batch_size"] = whole("batch_size", 256)
        fields["length"] = whole("length", 512)
        fields["rounds"] = slider("rounds", MAX_ROUNDS, 3, "pg_stw_rounds")
    with gr.Accordion(t("pg_stw_own"), open=False):
        with gr.Row():
            fields["embedding_size"] = slider("embedding_size", 2048)
            fields["hidden_size"] = slider("hidden_size", 2048)
        with gr.Row():
            fields["num_layers"] = slider("num_layers", MAX_LAYERS)
            fields["num_heads"] = slider("num_heads", MAX_HEADS)
        with gr.Row():
            fields["intermediate_size"] = whole("intermediate_size", 8192)
        fields["sharing"] = gr.Radio(
            [(t(f"pg_alb_sharing_{name}"), name) for name in _SHARING],
            value=asked["sharing"],
            label=t("pg_alb_sharing"),
            elem_id=_id("sharing"),
        )
    return fields


def _id(name: str) -> str:
    return f"stw-{name.replace('_', '-')}"


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and the table."""
    result = Result.model_validate(run.result)
    return [figures.times(result, language), _table(result, language)]


def _table(result: Result, language: str) -> str:
    heads = ("model", "parameters", "weights", "flops", "forward", "rate", "training_step", "rate")
    rows = [_row(one, result.tokens, language) for one in result.timed]
    shown = table([say(f"pg_stw_col_{head}", language) for head in heads], rows, numbers=range(1, len(heads)))
    return shown + small(say("pg_stw_spread", language))


def _row(one: Timed, tokens: int, language: str) -> list[str]:
    def rate(time: Time) -> str:
        return f"{1000 * tokens / time.median:,.0f}"

    return [
        say("pg_stw_yours", language) if one.name == "yours" else one.name.replace("-", "\u2011"),
        f"{one.parameters / 1e6:.1f}M",
        f"{one.weight_bytes / 2**20:,.0f}\u00a0MiB",
        f"{one.flops / 1e9:,.1f}\u00a0G",
        _spread(one.forward),
        rate(one.forward),
        _spread(one.training_step),
        rate(one.training_step),
    ]


def _spread(time: Time) -> str:
    """The median, and half of what lies between the quartiles."""
    return f"{_short(time.median)}\u00a0±\u00a0{_short((time.high - time.low) / 2)}"


def _short(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}"
