"""The attention tab: a mosaic of all heads, one of them large, and one row of it over the text."""

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.attention import DEMO, figures
from playground.demos.attention.schema import MAX_HEADS, MAX_LAYERS, Result
from playground.messages import say
from playground.models.catalogue import ANY_HEAD
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.clicks import latest
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.fetching import give_up
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.lanes import QUICK
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tables import small, table
from playground.ui.tokens import Token as Button
from playground.ui.tokens import TokenStrip

_SORTS = ("place", "entropy", "distance", "to_special", "to_sep", "to_first", "to_previous", "to_next", "to_other")
_BLOCKS = ("all", "a_to_b", "b_to_a")
_LISTED = 24  # heads in the table
_TITLED = 160  # tokens up to which each says its number when pointed at


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_att_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_tok_text_a"), lines=2, max_lines=8, elem_id="att-text")
            second = gr.Textbox(
                asked["second_text"], label=t("pg_tok_second"), lines=1, max_lines=6, elem_id="att-second"
            )
            with gr.Row():
                layer = Range(1, MAX_LAYERS, value=asked["layer"], step=1, label=t("pg_layer"), elem_id="att-layer")
                head = Range(
                    0,
                    MAX_HEADS,
                    value=asked["head"],
                    step=1,
                    label=t("pg_head"),
                    info=t("pg_head_info"),
                    elem_id="att-head",
                )
            rollout = gr.Checkbox(asked["rollout"], label=t("pg_att_rollout"), elem_id="att-rollout")
            sort = gr.Dropdown(
                [(t(f"pg_att_sort_{name}"), name) for name in _SORTS],
                value=asked["sort"],
                label=t("pg_att_sort"),
                elem_id="att-sort",
            )
            block = gr.Radio(
                [(t(f"pg_att_block_{name}"), name) for name in _BLOCKS],
                value=asked["block"],
                label=t("pg_att_block"),
                elem_id="att-block",
            )
            notice = gr.HTML("", elem_id="att-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "att")
            model = model_choice(ANY_HEAD, asked["model"], "att")
            with gr.Accordion(t("pg_att_heads"), open=False, elem_classes="pg-result"):
                heads = gr.HTML("", elem_id="att-heads")
        with gr.Column(min_width=340, scale=6):
            mosaic = Figure(None, label=t("pg_att_mosaic"), elem_id="att-mosaic", elem_classes="pg-result")
            strip = TokenStrip(
                [], label=t("pg_att_strip"), elem_id="att-strip", elem_classes="pg-strip-box pg-result pg-titled"
            )
            large = Figure(None, label=t("pg_att_map"), elem_id="att-map", elem_classes="pg-result")
            said = gr.HTML("", elem_id="att-said", elem_classes="pg-result")
            row = gr.State(0)
            parts = TabParts(
                demo=DEMO,
                fields={
                    "text": text,
                    "second_text": second,
                    "model": model,
                    "rollout": rollout,
                    "sort": sort,
                    "block": block,
                },
                outputs=[mosaic, strip, large, said, heads, row, layer, head],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    more = [layer, head, row]
    live(
        parts,
        shell,
        [text.change, second.change],
        [text.submit, second.submit, *(field.input for field in (model, rollout, sort, block, layer, head))],
        more,
        complete,
    )

    def choose(event: gr.SelectData, which: str, *inputs: Any) -> list[Any]:
        """What a click on a head, a row of the map or a token asks for."""
        *values, layer, head, row, stored, waiting, clicks, lang = inputs
        give_up(waiting)
        shown = Run.model_validate_json(stored) if stored else None
        if which == "head":
            layer, head = event.value
        elif which == "row":
            row = _row(event.index[1][0], shown)
        else:
            row = int(event.index)
        wanted = dict(zip(parts.fields, values, strict=True))
        if which == "head":
            wanted["rollout"] = False
        asked = complete(wanted, shown, layer, head, row)
        return latest(clicks, lambda: [wanted["rollout"], *ask(parts, shell, asked, lang, kind="stale")])

    inputs = [*parts.fields.values(), *more, parts.run, parts.waiting, parts.clicks, shell.lang]
    for component, which in ((mosaic, "head"), (large, "row"), (strip, "token")):
        component.select(
            _choosing(choose, which),
            inputs,
            [rollout, *parts.result_outputs(shell)],
            trigger_mode="multiple",
            **PRIVATE,
            **QUICK,
        )
    wire_chips(parts, shell, chips, examples)
    return parts


def _choosing(choose: Any, which: str) -> Any:
    def chosen(event: gr.SelectData, *inputs: Any) -> list[Any]:
        found: list[Any] = choose(event, which, *inputs)
        return found

    return chosen


def _row(line: int, shown: Run | None) -> int:
    """The token whose row is the map's line `line`."""
    if shown is None:
        return 0
    result = Result.model_validate(shown.result)
    first = figures.first_row(result, shown.request["block"])
    return min(first + figures.step_of(result) * int(line), len(result.tokens) - 1)


def complete(asked: dict[str, Any], shown: Run | None, layer: int, head: int, row: int) -> dict[str, Any]:
    """With the head and row that are looked at: another model has other heads, another text other places (but no
    fewer than words)."""
    if shown is None or shown.request["model"] != asked["model"]:
        layer, head = 1, 1
    if shown is None or any(shown.request[name] != asked[name] for name in ("text", "second_text", "model")):
        row = min(row, max(0, len(asked["text"].split()) - 1))
    block = asked["block"] if asked["second_text"].strip() else "all"
    return asked | {"block": block, "layer": layer, "head": head, "row": row, "picture": True}


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result, asked = Result.model_validate(run.result), run.request
    row = asked["row"] or 0
    mosaic = figures.mosaic(result, asked["sort"], language)
    large = figures.large(result, row, asked["rollout"], asked["block"], language)
    strip = strip_of(result, asked["row"], language)
    sent = [one.to_json() if one is not None else None for one in (mosaic, large)]
    heads = _heads(result, asked["sort"], language)
    size = _bytes(*sent, json.dumps(strip), heads)
    return [
        sent[0],
        strip,
        sent[1],
        _said(result, asked, size, language),
        heads,
        row,
        gr.update(maximum=result.layers, value=result.layer),
        gr.update(maximum=result.heads_a_layer, value=result.head),
    ]


def _bytes(*values: str | None) -> int:
    """What of these goes to the page: in UTF-8, in quotation marks, and what is JSON already twice in them."""
    return len(json.dumps(values, ensure_ascii=False).encode())


def strip_of(result: Result, row: int | None, language: str) -> list[Button]:
    """The text, each token the darker the more the chosen one looks at it."""
    place = row or 0
    weights = result.weights[0 if row is not None else place]
    most = max(weights) or 1.0
    buttons: list[Button] = []
    for number, (token, weight) in enumerate(zip(result.tokens, weights, strict=True)):
        button: Button = {"text": token, "shade": round(0.75 * weight / most, 2)}
        if weight >= 0.01:
            button["below"] = percent(weight)
        if len(weights) <= _TITLED:
            button["title"] = say("pg_att_token", language, token=token, place=number, weight=percent(weight))
        if number == place:
            button["state"] = "picked"
        buttons.append(button)
    return buttons


def _said(result: Result, asked: dict[str, Any], size: int, language: str) -> str:
    """What was sent and how; for a pair, how much goes from one text to the other."""
    lines = []
    if result.blocks is not None and any(map(any, result.blocks)):
        (aa, ab, a_special), (ba, bb, b_special) = result.blocks
        shares = {"aa": aa, "ab": ab, "ba": ba, "bb": bb, "a_special": a_special, "b_special": b_special}
        lines.append(say("pg_att_blocks", language, **{name: percent(share) for name, share in shares.items()}))
    if result.causal:
        lines.append(say("pg_att_causal", language))
    if result.picture is not None:
        if result.picture.pooled:
            lines.append(say("pg_att_pooled", language, tokens=len(result.tokens), step=result.picture.pooled))
        count = result.layers * result.heads_a_layer
        lines.append(say("pg_att_size", language, kilobytes=f"{size / 1024:.0f}", heads=count))
    return small(*lines)


def _heads(result: Result, sort: Any, language: str) -> str:
    empty = {"to_other"} if result.blocks is None else set()
    if not any(head.to_sep for head in result.heads):  # a GPT has no separators
        empty.add("to_sep")
    columns = [name for name in _SORTS[1:] if name not in empty]
    names = [say("pg_att_col_head", language), *(say(f"pg_att_sort_{name}", language) for name in columns)]
    rows = [
        [f"{head.layer}-{head.head}", *(figures.shown(head, name) for name in columns)]
        for head in figures.ordered(result.heads, sort)[:_LISTED]
    ]
    count = len(result.heads)
    foot = small(say("pg_att_listed", language, listed=len(rows), heads=count)) if count > len(rows) else ""
    return table(names, rows, numbers=range(1, len(names))) + foot
