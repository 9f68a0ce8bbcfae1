"""The logit lens sub-tab: a text, a token to predict, and what each layer would say."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.attention.lens import DEMO, figures
from playground.demos.attention.lens.schema import Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.clicks import latest
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.fetching import give_up
from playground.ui.figure import Figure
from playground.ui.lanes import QUICK
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tables import table
from playground.ui.tokens import Token as Button
from playground.ui.tokens import TokenStrip


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_len_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=2, max_lines=8, elem_id="len-text")
            strip = TokenStrip(
                [], label=t("pg_len_strip"), elem_id="len-strip", elem_classes="pg-strip-box pg-result pg-titled"
            )
            notice = gr.HTML("", elem_id="len-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "len")
            model = model_choice(("masked_lm", "causal_lm"), asked["model"], "len")
        with gr.Column(min_width=340, scale=6):
            words = Figure(None, label=t("pg_len_figure"), elem_id="len-figure", elem_classes="pg-result")
            rising = Figure(None, label=t("pg_len_figure_rising"), elem_id="len-rising", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                numbers = gr.HTML("", elem_id="len-table")
            place = gr.State(1)
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model},
                outputs=[strip, words, rising, numbers, place],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [text.change], [text.submit, model.input], [place], complete)

    def choose(event: gr.SelectData, *inputs: Any) -> list[Any]:
        *values, waiting, clicks, lang = inputs
        give_up(waiting)
        wanted = dict(zip(parts.fields, values, strict=True)) | {"place": int(event.index)}
        return latest(clicks, lambda: ask(parts, shell, wanted, lang, kind="stale"))

    strip.select(
        choose,
        [*parts.fields.values(), parts.waiting, parts.clicks, shell.lang],
        parts.result_outputs(shell),
        trigger_mode="multiple",
        **PRIVATE,
        **QUICK,
    )
    wire_chips(parts, shell, chips, examples)
    return parts


def complete(asked: dict[str, Any], shown: Run | None, place: int) -> dict[str, Any]:
    """With the place that is looked at; another text or model may have fewer, but one for each word."""
    if shown is None or any(shown.request[name] != asked[name] for name in asked):
        place = max(1, min(place, len(asked["text"].split()) - 1))
    return asked | {"place": place}


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    return [
        strip_of(result, language),
        figures.words(result, language),
        figures.rising(result, language),
        _table(result, language),
        result.place,
    ]


def strip_of(result: Result, language: str) -> list[Button]:
    """The text; what is predicted is framed, and what the model does not see is pale."""
    buttons: list[Button] = []
    for place, token in enumerate(result.tokens):
        button: Button = {"text": token, "title": say("pg_len_token", language, place=place, token=token)}
        if place == result.place:
            button["state"] = "picked"
        elif place in result.special or (result.causal and place == 0):
            button["fixed"] = True
        elif result.causal and place > result.place:
            button["state"] = "unseen"
        buttons.append(button)
    return buttons


def _table(result: Result, language: str) -> str:
    heads = [say(f"pg_len_col_{name}", language) for name in ("layer", "first", "entropy", "rank", "probability")]
    rows = [
        [
            str(depth.layer),
            f"{depth.candidates[0].token} {percent(depth.candidates[0].probability)}",
            f"{depth.entropy:.2f}",
            "–" if depth.rank is None else f"{depth.rank:,}",
            "–" if depth.probability is None else percent(depth.probability),
        ]
        for depth in result.depths
    ]
    return table(heads, rows, numbers=(0, 2, 3, 4))
