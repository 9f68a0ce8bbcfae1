"""Two texts, the bars of both heads, and the packed inputs shaded by what [CLS] looks at."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.sentence_pairs import DEMO, figures
from playground.demos.sentence_pairs.schema import MAX_HEADS, MAX_LAYERS, Packed, Result
from playground.messages import say
from playground.models import catalogue
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small
from playground.ui.tokens import Token, TokenStrip


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_pairs_question"), elem_classes="pg-question")
            first = gr.Textbox(asked["first"], label=t("pg_pairs_first"), lines=2, max_lines=6, elem_id="prs-first")
            second = gr.Textbox(asked["second"], label=t("pg_pairs_second"), lines=2, max_lines=6, elem_id="prs-second")
            swap = gr.Button(t("pg_pairs_swap"), size="sm", elem_id="prs-swap")
            notice = gr.HTML("", elem_id="prs-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "prs", _label)
            with gr.Row():
                nsp_model = _models("nsp_model", catalogue.options("next_sentence"), asked)
                sop_model = _models("sop_model", [*catalogue.options("sentence_order"), *_without_head()], asked)
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_pairs_figure"), elem_id="prs-figure", elem_classes="pg-result")
            elsewhere = gr.HTML("", elem_id="prs-elsewhere", elem_classes="pg-result")
            gr.Markdown(t("pg_pairs_packed"), elem_classes="pg-question")
            nsp_strip, sop_strip = (_strip(name) for name in ("nsp", "sop"))
            with gr.Row():
                layer = Range(1, MAX_LAYERS, value=asked["layer"], step=1, label=t("pg_layer"), elem_id="prs-layer")
                head = Range(
                    0,
                    MAX_HEADS,
                    value=asked["head"],
                    step=1,
                    label=t("pg_head"),
                    info=t("pg_head_info"),
                    elem_id="prs-head",
                )
            fields = {
                "first": first,
                "second": second,
                "nsp_model": nsp_model,
                "sop_model": sop_model,
                "layer": layer,
                "head": head,
            }
            parts = TabParts(
                demo=DEMO,
                fields=fields,
                outputs=[figure, elsewhere, nsp_strip, sop_strip],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    chosen = [nsp_model.input, sop_model.input, layer.input, head.input]
    live(parts, shell, [first.change, second.change], [first.submit, second.submit, *chosen])
    swap.click(lambda a, b: (b, a), [first, second], [first, second], queue=False, api_visibility="private")
    wire_chips(parts, shell, chips, examples)
    return parts


def _models(name: str, options: list[tuple[str, str]], asked: dict[str, Any]) -> gr.Dropdown:
    return gr.Dropdown(
        options,
        value=asked[name],
        label=t(f"pg_pairs_{name}"),
        elem_id=f"prs-{name.replace('_', '-')}",
        elem_classes="pg-model",
        min_width=200,
    )


def _strip(name: str) -> TokenStrip:
    """The packed input of one of the two models, under its name."""
    gr.Markdown(t(f"pg_pairs_{name}_model"), elem_classes="pg-small")
    return TokenStrip([], elem_id=f"prs-{name}-strip", elem_classes="pg-strip-box pg-result")


def _without_head() -> list[tuple[str, str]]:
    """ALBERTs of the Hub, whose checkpoints were published without this head: to choose one says so."""
    return [
        option
        for option in catalogue.options("masked_lm")
        if (entry := catalogue.find(option[1])).family == "albert" and not entry.carries("sentence_order")
    ]


def _label(run: Run) -> str:
    text = run.request["first"]
    return text if len(text) <= 44 else text[:43].rstrip() + "…"


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    packed = {one.model: one for one in result.packed}
    strips = [strip_of(packed.get(run.request[name]), language) for name in ("nsp_model", "sop_model")]
    said = small(say("pg_pairs_elsewhere_text", language, text=result.elsewhere_text))
    return [figures.answers(result, language), said, *strips]


def strip_of(packed: Packed | None, language: str) -> list[Token]:
    """The packed input: below each token its segment, its ground as dark as [CLS] looks at it. [CLS] looks at itself
    most of all, which would leave nothing to be seen of the rest: it is as dark as the darkest of them."""
    if packed is None:
        return []
    most = max(packed.attention[1:]) or 1.0
    return [
        {
            "text": token,
            "below": "AB"[segment],
            "fixed": True,
            "shade": 0.9 * min(1.0, weight / most),
            "title": say("pg_pairs_token", language, model=packed.model, weight=percent(weight)),
        }
        for token, segment, weight in zip(packed.tokens, packed.segments, packed.attention, strict=True)
    ]
