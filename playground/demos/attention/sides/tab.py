"""The sub-tab of BERT against GPT: a sentence, a blank, two answers, two masks, and the papers' numbers."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.attention.sides import DEMO, figures
from playground.demos.attention.sides.schema import Line, Result
from playground.messages import say
from playground.models import catalogue
from playground.runs import Run
from playground.ui.clicks import latest
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.fetching import give_up
from playground.ui.figure import Figure
from playground.ui.lanes import QUICK
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tables import small, table
from playground.ui.tokens import Token as Button
from playground.ui.tokens import TokenStrip

_UNITS = ("words", "tokens", "documents")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_sid_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=2, max_lines=6, elem_id="sid-text")
            strip = TokenStrip(
                [], label=t("pg_sid_strip"), elem_id="sid-strip", elem_classes="pg-strip-box pg-result pg-titled"
            )
            notice = gr.HTML("", elem_id="sid-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "sid")
            model = model_choice("masked_lm", asked["model"], "sid")
            gpt = gr.Dropdown(
                catalogue.options("causal_lm"),
                value=asked["gpt_model"],
                label=t("pg_sid_gpt"),
                elem_id="sid-gpt",
                elem_classes="pg-model",
            )
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_sid_figure"), elem_id="sid-figure", elem_classes="pg-result")
            masks = Figure(None, label=t("pg_sid_masks"), elem_id="sid-masks", elem_classes="pg-result")
            word = gr.State(3)
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model, "gpt_model": gpt},
                outputs=[strip, figure, masks, rows := gr.HTML("", elem_id="sid-table", render=False), word],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    with gr.Accordion(t("pg_sid_compared"), open=True, elem_classes="pg-result"):
        rows.render()
    help_fold(DEMO)
    live(parts, shell, [text.change], [text.submit, model.input, gpt.input], [word], complete)

    def choose(event: gr.SelectData, *inputs: Any) -> list[Any]:
        *values, waiting, clicks, lang = inputs
        give_up(waiting)
        wanted = dict(zip(parts.fields, values, strict=True)) | {"word": int(event.index)}
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


def complete(asked: dict[str, Any], shown: Run | None, word: int) -> dict[str, Any]:
    """With the word that is taken out; a shorter text may not have as many."""
    return asked | {"word": max(1, min(word, len(asked["text"].split()) - 1))}


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result, word = Result.model_validate(run.result), run.request["word"]
    return [
        strip_of(result, word),
        figures.candidates(result, language),
        figures.masks(result, language),
        _table(result, language),
        word,
    ]


def strip_of(result: Result, word: int) -> list[Button]:
    """The words; the blank is framed, and what GPT does not see is pale."""
    buttons: list[Button] = []
    for place, one in enumerate(result.words):
        button: Button = {"text": one}
        if place == 0:
            button["fixed"] = True
        elif place == word:
            button["state"] = "picked"
        elif place > word:
            button["state"] = "unseen"
        buttons.append(button)
    return buttons


def _table(result: Result, language: str) -> str:
    """The papers' numbers and what they say of special tokens and masks, with the sources below."""
    units = {unit: say(f"pg_sid_unit_{unit}", language) for unit in _UNITS}
    heads = ["", *result.columns]
    said = [("sees", "Radford et al. 2018; Devlin et al. 2019"), ("special", "Devlin et al. 2019, appendix A.4")]
    rows = [
        [
            say(f"pg_sid_line_{key}", language),
            *(say(f"pg_sid_{key}_{name}", language) for name in ("gpt", "bert", "gpt", "gpt")),
        ]
        for key, _ in said
    ]
    rows[1][3:] = ["–", "–"]
    rows += [_line(line, units, language) for line in result.lines]
    sources = [(say(f"pg_sid_line_{key}", language), source) for key, source in said]
    sources += [(say(f"pg_sid_line_{line.key}", language), line.source) for line in result.lines]
    return table(heads, rows) + small(*(f"{name}: {source}" for name, source in sources))


def _line(line: Line, units: dict[str, str], language: str) -> list[str]:
    return [say(f"pg_sid_line_{line.key}", language), *(cell.format(**units) or "–" for cell in line.cells)]
