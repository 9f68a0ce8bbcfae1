"""The sub-tab of BERT's input: a token, its three rows, their sum, and the positions."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.inputs.embeddings import DEMO, figures
from playground.demos.inputs.embeddings.schema import Result
from playground.messages import say
from playground.runs import Run
from playground.ui.clicks import latest
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.fetching import give_up
from playground.ui.figure import Figure
from playground.ui.lanes import QUICK
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tables import small
from playground.ui.tokens import Token as Button
from playground.ui.tokens import TokenStrip

# Heads of models that begin with these tables.
_HEADS = ("masked_lm", "replaced_token", "question_answering", "sequence_classification")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_emb_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_tok_text_a"), lines=2, max_lines=8, elem_id="emb-text")
            second = gr.Textbox(
                asked["second_text"], label=t("pg_tok_second"), lines=1, max_lines=8, elem_id="emb-second"
            )
            strip = TokenStrip(
                [], label=t("pg_emb_strip"), elem_id="emb-strip", elem_classes="pg-strip-box pg-result pg-titled"
            )
            said = gr.HTML("", elem_id="emb-said", elem_classes="pg-result")
            notice = gr.HTML("", elem_id="emb-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "emb")
            model = model_choice(_HEADS, asked["model"], "emb")
            positions = Figure(None, label=t("pg_emb_positions"), elem_id="emb-positions", elem_classes="pg-result")
        with gr.Column(min_width=340, scale=6):
            rows = Figure(None, label=t("pg_emb_rows"), elem_id="emb-rows", elem_classes="pg-result")
            lengths = Figure(None, label=t("pg_emb_lengths"), elem_id="emb-lengths", elem_classes="pg-result")
            similar = Figure(None, label=t("pg_emb_similar"), elem_id="emb-similar", elem_classes="pg-result")
            nearest = Figure(None, label=t("pg_emb_nearest"), elem_id="emb-nearest", elem_classes="pg-result")
            place = gr.State(1)
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "second_text": second, "model": model},
                outputs=[strip, said, rows, lengths, similar, positions, nearest, place],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(
        parts,
        shell,
        [text.change, second.change],
        [text.submit, second.submit, model.input],
        [place],
        complete,
    )

    def choose(event: gr.SelectData, *inputs: Any) -> list[Any]:
        *values, waiting, clicks, lang = inputs
        give_up(waiting)
        wanted = dict(zip(parts.fields, values, strict=True)) | {"place": int(event.index)}
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


def complete(asked: dict[str, Any], shown: Run | None, place: int) -> dict[str, Any]:
    """With the token that is looked at, which in a shorter text may not be there: it has no fewer tokens than words."""
    if shown is None or any(shown.request[name] != asked[name] for name in asked):
        place = min(place, len(asked["text"].split()))
    return asked | {"place": place}


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    return [
        strip_of(result, language),
        _said(result, language),
        figures.rows(result, language),
        figures.lengths(result, language),
        figures.similar(result, language),
        figures.positions(result, language),
        figures.nearest(result, language),
        result.place,
    ]


def strip_of(result: Result, language: str) -> list[Button]:
    """The tokens, each with its segment and position below."""
    return [
        {
            "text": token,
            "below": f"{'AB'[segment]} · {place}",
            "title": say("pg_emb_place", language, token=token, place=place, segment="AB"[segment]),
            "state": "picked" if place == result.place else "",
        }
        for place, (token, segment) in enumerate(zip(result.tokens, result.segments, strict=True))
    ]


def _said(result: Result, language: str) -> str:
    """Which rows were taken, and what the token is there for."""
    numbered = [row for row in result.rows if row.number is not None]
    taken = ", ".join(say(f"pg_emb_taken_{row.part}", language, number=row.number) for row in numbered)
    token = result.tokens[result.place]
    lines = [say("pg_emb_taken", language, token=token, rows=taken)]
    if result.kind != "ordinary":
        lines.append(say(f"pg_emb_kind_{result.kind}", language))
    return small(*lines)
