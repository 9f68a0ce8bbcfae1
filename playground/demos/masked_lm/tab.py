"""The Masked LM tab: a sentence, its words as buttons, and the bars."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.masked_lm import DEMO, figures
from playground.demos.masked_lm.schema import MAX_CANDIDATES, MAX_HEADS, MAX_LAYERS, Attention, Result
from playground.messages import say
from playground.models import catalogue
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.clicks import latest
from playground.ui.experiment import help_fold, wire_chips
from playground.ui.fetching import call_if_here, give_up, waits_for
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.lanes import QUICK, ZERO_GPU
from playground.ui.language import LANG_JS, t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tokens import Token, TokenStrip
from playground.ui.waiting import wire_waiting


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab; the first example is on the screen from the start."""
    first = examples[0]
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_mlm_question"), elem_classes="pg-question")
            text = gr.Textbox(
                first.request["text"],
                label=t("pg_mlm_text"),
                placeholder=t("pg_mlm_placeholder"),
                lines=2,
                max_lines=8,
                elem_id="mlm-text",
            )
            strip = TokenStrip(
                strip_of(first, "en"), label=t("pg_mlm_strip"), elem_id="mlm-strip", elem_classes="pg-strip-box"
            )
            notice = gr.HTML("", elem_id="mlm-notice", elem_classes="pg-notice-box")
            gr.Markdown(t("pg_examples"), elem_classes="pg-small")
            with gr.Row(elem_classes="pg-chips", elem_id="mlm-examples"):
                chips = [gr.Button(_chip(run), size="sm", variant="secondary") for run in examples]
            with gr.Row():
                model = gr.Dropdown(
                    catalogue.options("masked_lm"),
                    value=first.model,
                    label=t("pg_model"),
                    info=t("pg_model_info"),
                    elem_id="mlm-model",
                    elem_classes="pg-model",
                    min_width=260,
                )
                top_k = Range(
                    1,
                    MAX_CANDIDATES,
                    value=first.request["top_k"],
                    step=1,
                    label=t("pg_mlm_top_k"),
                    elem_id="mlm-topk",
                    min_width=220,
                )
        with gr.Column(min_width=340, scale=6):
            figure = Figure(
                figures.candidates(result_of(first), "en"),
                label=t("pg_mlm_figure"),
                elem_id="mlm-figure",
                elem_classes="pg-result",
            )
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                table = gr.HTML(_table(result_of(first), "en"), elem_id="mlm-table")
            with gr.Accordion(t("pg_mlm_attention"), open=False, elem_id="mlm-looks", elem_classes="pg-result") as fold:
                with gr.Row():
                    layer = Range(1, MAX_LAYERS, value=6, step=1, label=t("pg_layer"), elem_id="mlm-layer")
                    head = Range(
                        0, MAX_HEADS, value=0, step=1, label=t("pg_head"), info=t("pg_head_info"), elem_id="mlm-head"
                    )
                looks = Figure(None, label=t("pg_mlm_attention_figure"), elem_id="mlm-attention")
            looking = gr.State(False)
            run = gr.State(first.model_dump_json())
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "model": model, "top_k": top_k},
                outputs=[strip, figure, table, looks, fold, looking, layer, head],
                draw=draw,
                run=run,
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    def asked(text: str, model: str, top_k: int, looking: bool, layer: int, head: int) -> dict[str, Any]:
        attention = {"layer": layer, "head": head} if looking else {"layer": None, "head": 0}
        return {"text": text, "model": model, "top_k": top_k, **attention}

    def predict(*inputs: Any) -> list[Any]:
        *settings, tokens, run, waiting, clicks, lang = inputs
        answer = latest(clicks, lambda: predicted(settings, tokens, run, waiting, lang))
        # A word may have been clicked since: a row that says what it said before is not drawn again over it.
        return [gr.skip(), *answer[1:]] if answer[0] == tokens else answer

    def predicted(settings: list[Any], tokens: list[Token], run: str, waiting: Any, lang: str) -> list[Any]:
        shown, values = Run.model_validate_json(run), asked(*settings)
        if waits_for(waiting, values):
            return [gr.skip()] * len(parts.result_outputs(shell))
        give_up(waiting)
        if values == {name: shown.request.get(name) for name in values}:
            return parts.show_again(shown, lang)  # the text changed because this run was opened
        return _ask_moved(parts, shell, values, tokens, lang)

    def toggle(*inputs: Any) -> list[Any]:
        *settings, tokens, waiting, clicks, lang = inputs
        give_up(waiting)
        values = asked(*settings) | {"positions": pressed(tokens)}
        # The row stays usable: a click back mends it.
        return latest(clicks, lambda: ask(parts, shell, values, lang, kind="stale"))[1:]

    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "js": LANG_JS}
    settings = [text, model, top_k, looking, layer, head, strip]
    opened = fold.expand(lambda: True, None, looking, queue=False, api_visibility="private", show_progress="hidden")
    asking = [*settings, run, parts.waiting, parts.clicks, shell.lang]
    opened.then(predict, asking, parts.result_outputs(shell), **shared, **QUICK)
    fold.collapse(lambda: False, None, looking, queue=False, api_visibility="private", show_progress="hidden")
    wire_waiting(parts, shell)
    # At every change, except where each call borrows a GPU. (Textbox.input misses what is pasted.)
    typing = [] if ZERO_GPU else [text.change]
    # One event for all of them: were each its own, the answer to the older one could come last and stay.
    gr.on(
        [*typing, text.submit, model.input, top_k.input, layer.input, head.input, parts.arrived.change],
        predict,
        asking,
        parts.result_outputs(shell),
        trigger_mode="always_last",
        **shared,
        **QUICK,
    )
    # The strip shows the click already; were it an output too, a late answer would undo the next click.
    assert parts.outputs[0] is strip
    strip.select(
        toggle,
        [*settings, parts.waiting, parts.clicks, shell.lang],
        parts.result_outputs(shell)[1:],
        trigger_mode="always_last",
        **shared,
        **QUICK,
    )
    wire_chips(parts, shell, chips, examples)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the strip, the figure, the table, and of the fold with the attention."""
    result = result_of(run)
    found = result.attention
    looking = run.request.get("layer") is not None  # the fold is open, whether there is a hidden place or not
    return [
        strip_of(run, language),
        figures.candidates(result, language),
        _table(result, language),
        figures.attention(result, language),
        *(
            [gr.update(open=True), True, *_ranges(found)]
            if found is not None
            else [gr.update(open=looking), looking, gr.skip(), gr.skip()]
        ),
    ]


def _ranges(found: Attention) -> list[Any]:
    """Layers and heads as this model has them."""
    return [gr.update(maximum=found.layers, value=found.layer), gr.update(maximum=found.heads, value=found.head)]


def result_of(run: Run) -> Result:
    return Result.model_validate(run.result)


def strip_of(run: Run, language: str) -> list[Token]:
    """The tokens as buttons that show [MASK] while pressed; a [MASK] that was typed cannot be released."""
    result = result_of(run)
    hidden = {prediction.position: prediction for prediction in result.predictions}
    tokens: list[Token] = []
    for place, token in enumerate(result.tokens):
        if place in result.special:
            tokens.append({"text": token, "fixed": True, "title": say("pg_mlm_token_special", language)})
        elif place in hidden and hidden[place].original is None:
            title = say("pg_mlm_token_typed", language)
            tokens.append({"text": token, "state": "typed", "fixed": True, "title": title})
        else:
            title = say("pg_mlm_token", language, place=place, token=token)
            tokens.append({"text": token, "pressed_text": "[MASK]", "pressed": place in hidden, "title": title})
    return tokens


def pressed(tokens: Sequence[Token]) -> list[int]:
    """Places that the visitor hid; a [MASK] that was typed is in the text and not among them."""
    return [place for place, token in enumerate(tokens) if token.get("pressed")]


def moved(positions: Sequence[int], before: Sequence[str], after: Sequence[str]) -> list[int]:
    """Where hidden tokens are after an edit: kept in the part before it, shifted in the part behind it."""
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    tail = next((i for i in range(shortest - head) if before[-1 - i] != after[-1 - i]), shortest - head)
    shift = len(after) - len(before)
    kept = [place for place in positions if place < head]
    return kept + [place + shift for place in positions if place >= max(head, len(before) - tail)]


def _ask_moved(
    parts: TabParts, shell: Shell, values: dict[str, Any], tokens: Sequence[Token], language: str
) -> list[Any]:
    """Like `ask`, with the hidden places of the strip carried over to the tokens that the text has now.

    The strip alone says what its places belong to: the run on the server may be a newer one.
    """
    hidden = pressed(tokens)
    if not hidden:
        return ask(parts, shell, values | {"positions": []}, language)
    try:
        after = call_if_here(DEMO, values | {"positions": []}).result["tokens"]  # tokenises, predicts nothing
    except Exception as error:
        # Hidden places belong to tokens, and of this text there are none.
        return parts.complain(shell, error, language, values | {"positions": []}, kind="stale-input")
    kept = moved(hidden, [token["text"] for token in tokens], after)
    return ask(parts, shell, values | {"positions": kept}, language)


def _chip(run: Run) -> str:
    text = run.request["text"]
    return text if len(text) <= 44 else text[:43].rstrip() + "…"


def _table(result: Result, language: str) -> str:
    """Two rows a hole: its numbers, and below them all its candidates."""
    heads = [("n", "place"), ("", "word"), ("n", "rank"), ("n", "probability"), ("n", "entropy")]
    named = "".join(_cell("th", kind, say(f"pg_mlm_col_{name}", language)) for kind, name in heads)
    rows = [f"<tr>{named}</tr>"]
    for p in result.predictions:
        known = p.original is not None and p.original_probability is not None
        values = [
            str(p.position),
            p.original or "–",
            f"{p.original_rank:,}" if known else "–",
            percent(p.original_probability or 0.0) if known else "–",
            f"{p.entropy:.1f}",
        ]
        numbers = "".join(_cell("td", kind, value) for (kind, _), value in zip(heads, values, strict=True))
        candidates = ", ".join(f"{c.token} {percent(c.probability)}" for c in p.candidates)
        label = html.escape(say("pg_mlm_col_candidates", language))
        rows.append(f"<tr class='pg-first'>{numbers}</tr>")
        rows.append(f"<tr><td colspan='{len(heads)}'><span>{label}:</span> {html.escape(candidates)}</td></tr>")
    return f"<div class='pg-scroll'><table class='pg-table'>{''.join(rows)}</table></div>"


def _cell(tag: str, kind: str, value: str) -> str:
    return f"<{tag} class='{kind}'>{html.escape(value)}</{tag}>"
