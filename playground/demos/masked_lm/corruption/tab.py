"""The corruption sub-tab: a text, a recipe, the corrupted row with the model's answers, and three accuracies."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.masked_lm.corruption import DEMO, figures
from playground.demos.masked_lm.corruption.schema import MAX_SEED, Chosen, Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import table
from playground.ui.tokens import Token, TokenStrip

# Names of their own in both languages.
RECIPE_NAMES = {"google": "Google", "huggingface": "Hugging Face", "electra": "ELECTRA"}

_COLUMNS = ("place", "kind", "original", "shown", "answer", "probability")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_cor_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=2, max_lines=8, elem_id="cor-text")
            with gr.Row():
                rate = Range(
                    0.05,
                    0.9,
                    value=asked["rate"],
                    step=0.05,
                    label=t("pg_cor_rate"),
                    info=t("pg_cor_rate_info"),
                    elem_id="cor-rate",
                    min_width=220,
                )
                recipe = gr.Radio(
                    [(t(f"pg_cor_recipe_{name}"), name) for name in RECIPE_NAMES],
                    value=asked["recipe"],
                    label=t("pg_cor_recipe"),
                    elem_id="cor-recipe",
                    min_width=260,
                )
            with gr.Row(elem_classes="pg-seed"):
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="cor-seed",
                    min_width=100,
                )
                again = gr.Button(t("pg_cor_again"), elem_id="cor-again", min_width=140, size="sm")
            notice = gr.HTML("", elem_id="cor-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "cor", _label)
            model = model_choice("masked_lm", asked["model"], "cor")
        with gr.Column(min_width=340, scale=6):
            legend = gr.HTML("", elem_id="cor-legend", elem_classes="pg-result")
            strip = TokenStrip([], label=t("pg_cor_strip"), elem_id="cor-strip", elem_classes="pg-strip-box")
            figure = Figure(None, label=t("pg_cor_figure"), elem_id="cor-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                table = gr.HTML("", elem_id="cor-table")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model, "recipe": recipe, "rate": rate, "seed": seed},
                outputs=[legend, strip, figure, table],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(
        parts,
        shell,
        [text.change, seed.change],
        [text.submit, model.input, recipe.input, rate.input, seed.submit],
    )
    again.click(lambda seed: (seed + 1) % (MAX_SEED + 1), seed, seed, queue=False, api_visibility="private")
    wire_chips(parts, shell, chips, examples)
    return parts


def _label(run: Run) -> str:
    request = run.request
    return f"{RECIPE_NAMES[request['recipe']]}, {request['rate']:.0%}: {request['text'][:28].rstrip()}…"


def draw(run: Run, language: str) -> list[Any]:
    """Values of the legend, the strip, the figure and the table."""
    result = Result.model_validate(run.result)
    return [
        _legend(result, language),
        strip_of(result, language),
        figures.accuracy(result, language),
        _table(result, language),
    ]


def strip_of(result: Result, language: str) -> list[Token]:
    """The text as the model reads it, its answers below the chosen tokens."""
    chosen = {one.position: one for one in result.chosen}
    tokens: list[Token] = []
    for place, token in enumerate(result.tokens):
        if place not in chosen:
            tokens.append({"text": token, "fixed": True, "state": "plain"})
            continue
        one = chosen[place]
        title = say(
            "pg_cor_token",
            language,
            kind=say(f"pg_cor_{one.action}", language),
            original=one.original,
            answer=one.answer,
            probability=percent(one.probability),
        )
        state = "masked" if one.action == "mask" else one.action
        mark = "✓" if one.right else "✗"
        tokens.append(
            {"text": one.shown, "below": f"{mark} {one.answer}", "fixed": True, "state": state, "title": title}
        )
    return tokens


def _legend(result: Result, language: str) -> str:
    total = len(result.tokens) - len(result.special)
    said = html.escape(say("pg_cor_legend", language, chosen=len(result.chosen), tokens=total))
    keys = " ".join(
        f"<span class='pg-key' style='--key:{figures.COLOURS[action]}'>{html.escape(say(f'pg_cor_{action}', language))}"
        f" {sum(one.action == action for one in result.chosen)}</span>"
        for action in result.accuracy
    )
    return f"<p class='pg-legend'>{said} {keys}</p>"


def _table(result: Result, language: str) -> str:
    heads = [say(f"pg_cor_col_{name}", language) for name in _COLUMNS]
    return table(heads, [_cells(one, language) for one in result.chosen])


def _cells(one: Chosen, language: str) -> list[str]:
    answer = f"{'✓' if one.right else '✗'} {one.answer}"
    kind = say(f"pg_cor_{one.action}", language)
    return [str(one.position), kind, one.original, one.shown, answer, percent(one.probability)]
