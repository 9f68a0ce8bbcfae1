"""Three texts, and four forms drawn from them while one types."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.fine_tune.forms import DEMO, figures
from playground.demos.fine_tune.forms.schema import Form, Result
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, wire_chips
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_ftf_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=3, max_lines=8, elem_id="ftf-text")
            second = gr.Textbox(asked["second"], label=t("pg_ftf_second"), max_lines=4, elem_id="ftf-second")
            question = gr.Textbox(asked["question"], label=t("pg_ftf_asked"), max_lines=4, elem_id="ftf-question")
            notice = gr.HTML("", elem_id="ftf-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "ftf")
            figure = Figure(None, label=t("pg_ftf_figure"), elem_id="ftf-figure", elem_classes="pg-result")
        with gr.Column(min_width=340, scale=6):
            forms = gr.HTML("", elem_id="ftf-forms", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "second": second, "question": question},
                outputs=[figure, forms],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    boxes = (text, second, question)
    live(parts, shell, [box.change for box in boxes], [box.submit for box in boxes])
    wire_chips(parts, shell, chips, examples)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and of the four rows of tokens."""
    result = Result.model_validate(run.result)
    return [figures.positions(result, language), "".join(_form(form, result, language) for form in result.forms)]


def _form(form: Form, result: Result, language: str) -> str:
    """Its name, its tokens (those that feed the head framed), its head, and what it answers."""
    feeds = say("pg_ftf_kind_feeds", language)
    columns = "".join(
        f"<div class='{'pg-replaced' if slot.feeds else ''}' title='{html.escape(feeds) if slot.feeds else ''}'>"
        f"<span>{html.escape(slot.text)}</span><span>{'AB'[slot.segment]}</span></div>"
        for slot in form.slots
    )
    values = {
        "positions": sum(slot.feeds for slot in form.slots),
        "hidden": result.hidden_size,
        "outputs": form.outputs,
        "parameters": f"{form.parameters:,}",
        "share": percent(form.parameters / result.encoder),
    }
    name = html.escape(say(f"pg_ftf_{form.name}_long", language))
    said = small(say("pg_ftf_head", language, **values), _answer(form, language))
    return f"<p class='pg-legend'><b>{name}</b></p><div class='pg-aligned'>{columns}</div>{said}"


def _answer(form: Form, language: str) -> str:
    if not form.model:
        return say("pg_ftf_no_model", language)
    if form.name == "span":
        if not form.answers:
            return say("pg_ftf_no_answer", language, model=form.model)
        return say("pg_ftf_span_answer", language, model=form.model, answer=form.answers[0].label)
    best = form.answers[0]
    probability = percent(best.probability or 0.0)
    if form.name == "pair":
        return say("pg_ftf_pair_answer", language, model=form.model, probability=probability)
    return say("pg_ftf_answer", language, model=form.model, label=best.label, probability=probability)
