"""Start and Cancel, F1 beside the published ones, and every answer."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.few_shot.reading import DEMO, figures
from playground.demos.few_shot.reading.schema import MAX_QUESTIONS, Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import help_fold, model_choice
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_frd_question"), elem_classes="pg-question")
            questions = Range(
                5, MAX_QUESTIONS, value=asked["questions"], step=1, label=t("pg_frd_questions"), elem_id="frd-questions"
            )
            history = gr.Checkbox(
                asked["history"], label=t("pg_frd_history"), info=t("pg_frd_history_info"), elem_id="frd-history"
            )
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="frd-notice", elem_classes="pg-notice-box")
            model = model_choice("causal_lm", asked["model"], "frd")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_frd_figure"), elem_id="frd-figure", elem_classes="pg-result")
            facts = gr.HTML("", elem_id="frd-facts", elem_classes="pg-result")
    answers = gr.HTML("", elem_id="frd-answers", elem_classes="pg-result")
    parts = TabParts(
        demo=DEMO,
        fields={"model": model, "questions": questions, "history": history},
        outputs=[figure, facts, answers],
        draw=draw,
        run=gr.State(""),
        notice=notice,
    )
    run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure, the sources and the answers."""
    result = Result.model_validate(run.result)
    heads = [say(f"pg_frd_col_{head}", language) for head in ("question", "answer", "gold", "f1")]
    rows = [(one.question, one.answer, one.gold, f"{one.f1:.2f}") for one in result.answers]
    exact = say("pg_frd_exact", language, exact=percent(result.exact)) if result.exact is not None else ""
    return [
        figures.bars(result, run.request["model"], language),
        small(exact, say("pg_pub_source", language, source=result.source)),
        table(heads, rows, numbers=(3,)),
    ]
