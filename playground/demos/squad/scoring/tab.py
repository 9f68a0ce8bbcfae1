"""A model, a file or the bundled questions, Start, and its scores."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from playground.demos.squad.scoring import DEMO, figures
from playground.demos.squad.scoring.schema import MAX_FILE, Result, Score, Wrong
from playground.messages import Complaint, say
from playground.runs import Run, to_link
from playground.ui.errors import notice
from playground.ui.experiment import help_fold, model_choice
from playground.ui.figure import Figure
from playground.ui.language import LANG_JS, t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table

_SHOWN = 12  # of the worst questions


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_sqs_question"), elem_classes="pg-question")
            model = model_choice("question_answering", asked["model"], "sqs")
            source = gr.Textbox(asked["source"], label=t("pg_sqs_source"), interactive=False, elem_id="sqs-source")
            with gr.Row():
                upload = gr.UploadButton(
                    t("pg_sqs_upload"), size="sm", type="filepath", file_types=[".json"], elem_id="sqs-upload"
                )
                own = gr.Button(t("pg_sqs_bundled"), size="sm", elem_id="sqs-bundled")
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="sqs-notice", elem_classes="pg-notice-box")
            questions = gr.State("")
        with gr.Column(min_width=340, scale=6):
            scores = gr.HTML("", elem_id="sqs-scores", elem_classes="pg-result")
            figure = Figure(None, label=t("pg_sqs_figure"), elem_id="sqs-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_sqs_worst"), open=False, elem_classes="pg-result"):
                worst = gr.HTML("", elem_id="sqs-worst")
            parts = TabParts(
                demo=DEMO,
                fields={"model": model, "source": source, "questions": questions},
                outputs=[scores, figure, worst],
                draw=draw,
                run=gr.State(""),
                notice=box,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    def uploaded(path: str, lang: str) -> list[Any]:
        file = Path(path)
        if (size := file.stat().st_size) > MAX_FILE:
            too_large = Complaint("pg_err_sqs_large", size=size // 1_000_000, limit=MAX_FILE // 1_000_000)
            return [gr.skip(), gr.skip(), notice(too_large, language=lang)]
        try:
            return [file.name[:200], file.read_text(encoding="utf-8"), ""]
        except UnicodeDecodeError:
            return [gr.skip(), gr.skip(), notice(Complaint("pg_err_sqs_json", line=1), language=lang)]

    shared: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
    upload.upload(uploaded, [upload, shell.lang], [source, questions, box], js=LANG_JS, **shared)
    own.click(lambda: ["", "", ""], None, [source, questions, box], **shared)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the scores, the curve, and the worst questions."""
    result = Result.model_validate(run.result)
    return [_scores(run, result, language), figures.curve(result, language), _worst(run, result, language)]


def _scores(run: Run, result: Result, language: str) -> str:
    found: list[tuple[str, Score | None]] = [
        (say("pg_sqs_at_own", language, threshold=f"{result.own:.1f}"), result.at_own),
        (say("pg_sqs_has_answer_all", language), result.has_answer),
        (say("pg_sqs_no_answer_own", language), result.no_answer),
    ]
    if result.chosen is not None:
        found.append((say("pg_sqs_held_out", language, threshold=f"{result.chosen:.2f}"), result.held_out))
    rows = [
        (name, f"{score.exact:.1f}%", f"{score.f1:.1f}%", f"{score.of:,}") for name, score in found if score is not None
    ]
    if result.always_none is not None:
        none = f"{result.always_none:.1f}%"
        rows.append((say("pg_sqs_always_none", language), none, none, f"{result.asked:,}"))
    heads = [say(f"pg_sqs_col_{head}", language) for head in ("questions", "exact", "f1", "of")]
    source = run.request["source"] or say("pg_sqs_own", language)
    asked = say("pg_sqs_asked", language, asked=result.asked, of=result.of, passages=result.passages, source=source)
    return small(asked) + table(heads, rows, numbers=(1, 2, 3))


def _worst(run: Run, result: Result, language: str) -> str:
    none = say("pg_sqm_none", language)
    rows = [
        (
            one.question,
            " ".join(one.answer.split()) or none,
            one.golds or none,
            f"{100 * one.f1:.0f}%",
            f"{one.margin:+.1f}",
        )
        for one in result.worst[:_SHOWN]
    ]
    heads = [say(f"pg_sqs_col_{head}", language) for head in ("question", "answer", "golds", "f1", "margin")]
    links = [_link(one, run.request["model"]) for one in result.worst[:_SHOWN]]
    return table(heads, rows, numbers=(3, 4), links=links)


def _link(one: Wrong, model: str) -> str:
    """To the question in the first sub-tab; nowhere when its passage is too long for a link."""
    parameters = to_link("squad", {"question": one.question, "passage": one.passage, "model": model})
    return f"?{urlencode(parameters)}" if parameters else ""
