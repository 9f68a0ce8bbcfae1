"""A passage, a question, the answer marked in place, and all that was considered."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.core.passages import all_passages, same_text
from playground.demos.squad import DEMO, figures
from playground.demos.squad.schema import MAX_ANSWERS, Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.language import LANG_JS, t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small
from playground.ui.tokens import Token, TokenStrip

QUIET: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_sqd_question"), elem_classes="pg-question")
            question = gr.Textbox(
                asked["question"], label=t("pg_sqd_asked"), lines=1, max_lines=3, elem_id="sqd-question"
            )
            suggested = TokenStrip(
                [], label=t("pg_sqd_suggested"), elem_id="sqd-suggested", elem_classes="pg-asks pg-titled"
            )
            passage = gr.Textbox(
                asked["passage"], label=t("pg_sqd_passage"), lines=8, max_lines=16, elem_id="sqd-passage"
            )
            notice = gr.HTML("", elem_id="sqd-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "sqd", _label)
            picker = gr.Dropdown(
                _choices(), value=None, label=t("pg_sqd_pick"), info=t("pg_sqd_pick_info"), elem_id="sqd-pick"
            )
            model = model_choice("question_answering", asked["model"], "sqd")
            with gr.Row():
                threshold = Range(
                    -15,
                    15,
                    value=asked["threshold"],
                    step=0.1,
                    label=t("pg_sqd_threshold"),
                    info=t("pg_sqd_threshold_info"),
                    elem_id="sqd-threshold",
                    min_width=200,
                )
                top_k = Range(
                    1,
                    MAX_ANSWERS,
                    value=asked["top_k"],
                    step=1,
                    label=t("pg_sqd_top_k"),
                    elem_id="sqd-topk",
                    min_width=160,
                )
        with gr.Column(min_width=340, scale=6):
            marked = gr.HTML("", elem_id="sqd-marked", elem_classes="pg-result")
            verdict = gr.HTML("", elem_id="sqd-verdict", elem_classes="pg-result")
            answers = TokenStrip(
                [], label=t("pg_sqd_answers"), elem_id="sqd-answers", elem_classes="pg-titled pg-strip-box pg-result"
            )
            curves = Figure(None, label=t("pg_sqd_curves"), elem_id="sqd-curves", elem_classes="pg-result")
            with gr.Accordion(t("pg_sqd_fold_lattice"), open=False, elem_classes="pg-result"):
                lattice = Figure(None, label=t("pg_sqd_lattice"), elem_id="sqd-lattice")
            with gr.Accordion(t("pg_sqd_fold_depth"), open=False, elem_classes="pg-result"):
                depth = Figure(None, label=t("pg_sqd_depth"), elem_id="sqd-depth")
            with gr.Accordion(t("pg_sqd_fold_windows"), open=False, elem_classes="pg-result"):
                windows = Figure(None, label=t("pg_sqd_fold_windows"), elem_id="sqd-windows")
            run = gr.State("")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "question": question,
                    "passage": passage,
                    "model": model,
                    "top_k": top_k,
                    "threshold": threshold,
                },
                outputs=[suggested, marked, verdict, answers, curves, lattice, depth, windows],
                draw=draw,
                run=run,
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    def show(stored: str, lang: str, event: gr.SelectData) -> Any:
        """Mark another of the answers: nothing is asked anew."""
        shown = Run.model_validate_json(stored)
        found = Result.model_validate(shown.result).answers
        if not 0 <= int(event.index) < len(found):
            return gr.skip()
        one = found[int(event.index)]
        return mark(shown.request["passage"], one.start, one.end)

    def ask_suggested(text: str, event: gr.SelectData) -> Any:
        found = same_text(text)
        return found.questions[int(event.index)][0] if found else gr.skip()

    # Both fill in fields, which is then answered like what is typed.
    suggested.select(ask_suggested, passage, question, **QUIET)
    picker.input(_picked, picker, [passage, question], **QUIET)
    live(
        parts,
        shell,
        [question.change, passage.change],
        [question.submit, model.input, threshold.input, top_k.input],
    )
    answers.select(show, [run, shell.lang], marked, js=LANG_JS, **QUIET)
    wire_chips(parts, shell, chips, examples)
    return parts


def _choices() -> list[tuple[str, str]]:
    """(label, title) of the project's passages; those that need a model from the Hub are marked as such models are."""
    return [
        (f"⤓ {title} · ko" if passage.language == "ko" else title, title) for title, passage in all_passages().items()
    ]


def _picked(title: str | None) -> tuple[str, str]:
    """The passage and its first question."""
    passage = all_passages()[title or ""]
    return passage.text, passage.questions[0][0]


def _label(run: Run) -> str:
    text: str = run.request["question"]
    return text if len(text) <= 44 else text[:43].rstrip() + "…"


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    passage = run.request["passage"]
    known = same_text(passage)
    return [
        [{"text": asked} for asked, _ in known.questions] if known else [],
        mark(passage, result.start, result.end),
        verdict_of(run, language),
        strip_of(result, language),
        figures.curves(result, passage, language),
        figures.lattice(result, passage, language),
        figures.depth(result, language),
        figures.windows(result, language),
    ]


def mark(passage: str, start: int, end: int) -> str:
    """The passage in its own characters, line breaks and all, with one span marked."""
    before, inside, after = (html.escape(part) for part in (passage[:start], passage[start:end], passage[end:]))
    answer = f"<mark>{inside}</mark>" if inside else ""
    return f"<div class='pg-passage' dir='auto'>{before}{answer}{after}</div>"


def verdict_of(run: Run, language: str) -> str:
    """The answer, or that there is none, with the numbers that decided it."""
    result = Result.model_validate(run.result)
    values = {
        "null": f"{result.null_score:.2f}",
        "best": f"{result.best_score:.2f}",
        "difference": f"{result.null_score - result.best_score:.2f}",
        "threshold": f"{result.threshold:.1f}",
    }
    said = say("pg_sqd_found" if result.answer else "pg_sqd_none", language, answer=result.answer, **values)
    read = say("pg_sqd_read", language, windows=result.windows) if result.windows > 1 else ""
    return small(said, read)


def strip_of(result: Result, language: str) -> list[Token]:
    """The answers as buttons, best first."""
    return [
        {
            "text": " ".join(answer.text.split()) or "…",
            "below": percent(answer.probability),
            "shade": round(0.6 * answer.probability, 3),
            "title": say("pg_sqd_answer_title", language, score=f"{answer.score:.2f}"),
        }
        for answer in result.answers
    ]
