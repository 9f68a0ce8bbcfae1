"""A text, patterns one a line, how far each moves the model, and what it writes after each."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.few_shot.patterns import DEMO, figures
from playground.demos.few_shot.patterns.schema import MAX_TOKENS, TEXT, Ending, Result
from playground.messages import say
from playground.published import published
from playground.runs import Run
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Lines, Range
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


class Patterns(Lines):
    """One a line; an end of line inside a pattern is written \\n."""

    def preprocess(self, payload: str | None) -> list[str]:
        return [line.replace("\\n", "\n") for line in super().preprocess(payload)]

    def postprocess(self, value: list[str] | str | None) -> str | None:
        return super().postprocess([one.replace("\n", "\\n") for one in value] if isinstance(value, list) else value)


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_fpt_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=3, max_lines=10, elem_id="fpt-text")
            patterns = Patterns(
                asked["patterns"],
                label=t("pg_fpt_patterns"),
                lines=5,
                max_lines=8,
                elem_id="fpt-patterns",
            )
            how = gr.HTML("", elem_id="fpt-how")  # a label can hold no braces
            count = Range(1, MAX_TOKENS, value=asked["count"], step=1, label=t("pg_fgn_count"), elem_id="fpt-count")
            notice = gr.HTML("", elem_id="fpt-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "fpt")
            model = model_choice("causal_lm", asked["model"], "fpt")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_fpt_figure"), elem_id="fpt-figure", elem_classes="pg-result")
            written = gr.HTML("", elem_id="fpt-written", elem_classes="pg-result")
            with gr.Accordion(t("pg_fpt_web"), open=False, elem_id="fpt-web") as fold:
                facts = gr.HTML("", elem_id="fpt-facts")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model, "patterns": patterns, "count": count},
                outputs=[figure, written, how],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    fold.expand(lambda lang: webtext(lang), facts, facts, queue=False, **PRIVATE)
    live(parts, shell, [text.change, patterns.change], [text.submit, count.input, model.input])
    wire_chips(parts, shell, chips, examples)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure, of what was written, and how a pattern is typed."""
    result = Result.model_validate(run.result)
    written = "".join(_written(one, language) for one in result.endings)
    return [figures.bars(result, language), written, small(say("pg_fpt_how", language))]


def _written(ending: Ending, language: str) -> str:
    """The end of the prompt, and what follows it."""
    end = ending.pattern.replace(TEXT, "…")
    shown = f"{html.escape(end)}<mark>{html.escape(ending.continuation)}</mark>"
    said = say("pg_fpt_read", language, tokens=ending.prompt_tokens, entropy=f"{ending.entropy:.1f}")
    return f"<div class='pg-passage' dir='auto'>{shown}</div>{small(said)}"


def webtext(language: str) -> str:
    """What GPT-2 read, as its paper says."""
    found = published("gpt2_webtext")
    rows = [(say(f"pg_fpt_web_{row.model}", language), row.scores[0]) for row in found.rows]
    return table((), rows, numbers=(1,)) + small(say("pg_pub_source", language, source=found.source))
