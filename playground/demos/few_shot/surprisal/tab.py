"""A text, its tokens by how much they surprise, and what was expected at a chosen one."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.few_shot.strip import drawn, tokens_of, wire_strip
from playground.demos.few_shot.surprisal import DEMO, figures
from playground.demos.few_shot.surprisal.schema import Result
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small
from playground.ui.tokens import TokenStrip


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_fsu_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=3, max_lines=10, elem_id="fsu-text")
            notice = gr.HTML("", elem_id="fsu-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "fsu")
            model = model_choice("causal_lm", asked["model"], "fsu")
            facts = gr.HTML("", elem_id="fsu-facts", elem_classes="pg-result")
        with gr.Column(min_width=340, scale=6):
            strip = TokenStrip([], label=t("pg_fgn_strip"), elem_id="fsu-strip", elem_classes="pg-strip-box pg-result")
            figure = Figure(None, label=t("pg_fsu_figure"), elem_id="fsu-figure", elem_classes="pg-result")
            other = Figure(None, label=t("pg_fgn_others"), elem_id="fsu-others", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model},
                outputs=[strip, figure, other, facts],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [text.change], [text.submit, model.input])
    wire_chips(parts, shell, chips, examples)
    wire_strip(parts, shell, strip, other)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the row of tokens, the curves, the alternatives of the most surprising one, and the sums."""
    result = Result.model_validate(run.result)
    worst = min(range(len(result.tokens)), key=lambda place: result.tokens[place].probability)
    perplexity = say("pg_fsu_perplexity", language, perplexity=f"{result.perplexity:,.1f}", tokens=len(result.tokens))
    bits = say("pg_fsu_bits", language, bits=f"{result.bits:,.0f}", each=f"{result.bits / result.characters:.2f}")
    skipped = say("pg_fsu_skipped", language, token=result.skipped) if result.skipped else ""
    return [
        tokens_of(result.tokens, language, worst),
        figures.curve(result, language),
        drawn(result.tokens, worst, language),
        f"<p class='pg-legend'><strong>{html.escape(perplexity)}</strong></p>" + small(bits, skipped),
    ]
