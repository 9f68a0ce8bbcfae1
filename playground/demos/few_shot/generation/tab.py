"""A beginning, how tokens are chosen, Start and Cancel, and the text as it grows."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.few_shot.generation import DEMO, figures
from playground.demos.few_shot.generation.schema import MAX_TEMPERATURE, MAX_TOKENS, MAX_TOP_K, Result
from playground.demos.few_shot.schema import MAX_SEED
from playground.demos.few_shot.strip import drawn, kept_of, tokens_of, wire_strip
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Stops, Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small
from playground.ui.tokens import TokenStrip


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request

    def slider(name: str, least: float, most: float, step: float) -> Range:
        return Range(
            least,
            most,
            value=asked[name],
            step=step,
            label=t(f"pg_fgn_{name}"),
            info=t(f"pg_fgn_{name}_info"),
            elem_id=f"fgn-{name.replace('_', '-')}",
            min_width=180,
        )

    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_fgn_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_fgn_text"), lines=3, max_lines=10, elem_id="fgn-text")
            with gr.Row():
                temperature, top_p = slider("temperature", 0, MAX_TEMPERATURE, 0.05), slider("top_p", 0.05, 1, 0.05)
            with gr.Row():
                top_k, count = slider("top_k", 0, MAX_TOP_K, 1), slider("count", 1, MAX_TOKENS, 1)
            with gr.Row():
                stops = Stops(
                    asked["stops"],
                    label=t("pg_fgn_stops"),
                    info=t("pg_fgn_stops_info"),
                    lines=1,
                    max_lines=4,
                    elem_id="fgn-stops",
                    min_width=180,
                )
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="fgn-seed",
                    min_width=100,
                )
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="fgn-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "fgn")
            model = model_choice("causal_lm", asked["model"], "fgn")
        with gr.Column(min_width=340, scale=6):
            written = gr.HTML("", elem_id="fgn-written", elem_classes="pg-result")
            strip = TokenStrip([], label=t("pg_fgn_strip"), elem_id="fgn-strip", elem_classes="pg-strip-box pg-result")
            other = Figure(None, label=t("pg_fgn_others"), elem_id="fgn-others", elem_classes="pg-result")
            figure = Figure(None, label=t("pg_fgn_figure"), elem_id="fgn-figure", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "text": text,
                    "model": model,
                    "count": count,
                    "temperature": temperature,
                    "top_k": top_k,
                    "top_p": top_p,
                    "stops": stops,
                    "seed": seed,
                },
                outputs=[written, strip, other, figure],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    wire_chips(parts, shell, chips, examples)
    wire_strip(parts, shell, strip, other)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the text, the row of tokens, the alternatives of its first one, and the curves."""
    result = Result.model_validate(run.result)
    begin = html.escape(run.request["text"])
    shown = f"{begin}<mark>{html.escape(result.continuation)}</mark>"
    kept = kept_of(result.tokens, run.request["stops"]) if result.ended == "stop" else len(result.tokens)
    said = say(
        f"pg_fgn_ended_{result.ended}",
        language,
        count=kept,
        prompt=result.prompt_tokens,
        limit=result.limit,
    )
    return [
        f"<div class='pg-passage pg-from-end'><div dir='auto'>{shown}</div></div>{small(said)}",
        tokens_of(result.tokens, language, 0, kept),
        drawn(result.tokens, 0, language),
        figures.curve(result, language),
    ]
