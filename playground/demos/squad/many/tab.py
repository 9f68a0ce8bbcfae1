"""Questions, one a line, and a table of answers to be saved as CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.squad.many import DEMO
from playground.demos.squad.many.schema import Result
from playground.messages import Complaint, say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.errors import notice
from playground.ui.experiment import help_fold, live, model_choice
from playground.ui.inputs import Range
from playground.ui.language import LANG_JS, t
from playground.ui.page import download
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import table

_COLUMNS = ("question", "text", "probability", "margin", "start", "end")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_sqm_question"), elem_classes="pg-question")
            questions = gr.Textbox(
                asked["questions"], label=t("pg_sqm_asked"), lines=5, max_lines=14, elem_id="sqm-questions"
            )
            passage = gr.Textbox(
                asked["passage"], label=t("pg_sqd_passage"), lines=6, max_lines=14, elem_id="sqm-passage"
            )
            box = gr.HTML("", elem_id="sqm-notice", elem_classes="pg-notice-box")
            model = model_choice("question_answering", asked["model"], "sqm")
            threshold = Range(
                -15,
                15,
                value=asked["threshold"],
                step=0.1,
                label=t("pg_sqd_threshold"),
                info=t("pg_sqd_threshold_info"),
                elem_id="sqm-threshold",
            )
        with gr.Column(min_width=340, scale=6):
            table = gr.HTML("", elem_id="sqm-table", elem_classes="pg-result")
            save = gr.Button(t("pg_sqm_save"), size="sm", elem_id="sqm-csv")
            run = gr.State("")
            parts = TabParts(
                demo=DEMO,
                fields={"questions": questions, "passage": passage, "model": model, "threshold": threshold},
                outputs=[table],
                draw=draw,
                run=run,
                notice=box,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    def saved(stored: str, lang: str) -> tuple[Any, Any]:
        if not stored:
            return gr.skip(), notice(Complaint("pg_err_no_run"), language=lang)
        return download("answers.csv", csv_of(Result.model_validate(Run.model_validate_json(stored).result))), gr.skip()

    live(parts, shell, [questions.change, passage.change], [model.input, threshold.input])
    save.click(
        saved,
        [run, shell.lang],
        [shell.page, box],
        js=LANG_JS,
        queue=False,
        api_visibility="private",
        show_progress="hidden",
    )
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """The table."""
    result = Result.model_validate(run.result)
    heads = [say(f"pg_sqm_col_{head}", language) for head in ("question", "answer", "probability", "margin")]
    rows = [
        (
            row.question,
            " ".join(row.text.split()) or say("pg_sqm_none", language),
            percent(row.probability),
            f"{row.margin:+.2f}",
        )
        for row in result.rows
    ]
    return [table(heads, rows)]


def csv_of(result: Result) -> str:
    """One line a question. What a spreadsheet would run as a formula is quoted with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in result.rows:
        writer.writerow([_harmless(value) for value in (getattr(row, column) for column in _COLUMNS)])
    return text.getvalue()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
