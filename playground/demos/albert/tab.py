"""The calculator: sizes to set, a map of the parameters, and what Transformers counts."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.albert import DEMO, figures
from playground.demos.albert.presets import PRESETS
from playground.demos.albert.schema import (
    MAX_BATCH,
    MAX_HEADS,
    MAX_INNER,
    MAX_LAYERS,
    MAX_POSITIONS,
    MAX_TYPES,
    MAX_VOCABULARY,
    MAX_WIDTH,
    Request,
    Result,
)
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tables import small, table

_SHARING = ("none", "attention", "ffn", "all")
_OWN = "own"  # no preset


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_alb_question"), elem_classes="pg-question")
            preset = gr.Dropdown(
                [(t("pg_alb_own"), _OWN), *((name, name) for name in PRESETS)],
                value="ALBERT-base",
                label=t("pg_alb_preset"),
                elem_id="alb-preset",
            )
            fields = _fields(asked)
            notice = gr.HTML("", elem_id="alb-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "alb", _label)
        with gr.Column(min_width=340, scale=6):
            treemap = Figure(None, label=t("pg_alb_treemap_label"), elem_id="alb-treemap", elem_classes="pg-result")
            checked = gr.HTML("", elem_id="alb-checked", elem_classes="pg-result")
            with gr.Accordion(t("pg_alb_table"), open=False, elem_classes="pg-result"):
                table = gr.HTML("", elem_id="alb-table")
            with gr.Accordion(t("pg_alb_why"), open=False, elem_classes="pg-result"):
                curve = Figure(None, label=t("pg_alb_curve_label"), elem_id="alb-curve")
            with gr.Accordion(t("pg_alb_needs"), open=True, elem_classes="pg-result"):
                needs = gr.HTML("", elem_id="alb-needs")
            parts = TabParts(
                demo=DEMO,
                fields=fields,
                outputs=[treemap, checked, table, curve, needs],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    def chosen(name: str, *inputs: Any) -> list[Any]:
        *_, lang = inputs
        if name == _OWN:
            return [gr.skip()] * len(parts.all_outputs(shell))
        request = Request(**PRESETS[name]).model_dump()
        return [*(request[field] for field in parts.fields), *ask(parts, shell, request, lang)]

    live(parts, shell, [], [field.input for field in fields.values()])
    preset.input(chosen, [preset, shell.lang], parts.all_outputs(shell), queue=False, **PRIVATE)
    gr.on([field.input for field in fields.values()], lambda: _OWN, None, preset, queue=False, api_visibility="private")
    wire_chips(parts, shell, chips, examples)
    return parts


def _fields(asked: dict[str, Any]) -> dict[str, Any]:
    """The inputs by the name of the Request's field."""

    def whole(name: str, most: int) -> Whole:
        return Whole(
            asked[name],
            label=t(f"pg_alb_{name}"),
            precision=0,
            minimum=1,
            maximum=most,
            elem_id=_id(name),
            min_width=120,
        )

    def slider(name: str, most: int) -> Range:
        return Range(1, most, value=asked[name], step=1, label=t(f"pg_alb_{name}"), elem_id=_id(name), min_width=150)

    def box(name: str) -> gr.Checkbox:
        return gr.Checkbox(asked[name], label=t(f"pg_alb_{name}"), elem_id=_id(name), min_width=120)

    with gr.Row():
        fields: dict[str, Any] = {
            "vocab_size": whole("vocab_size", MAX_VOCABULARY),
            "intermediate_size": whole("intermediate_size", MAX_INNER),
        }
    with gr.Row():
        fields["embedding_size"] = slider("embedding_size", MAX_WIDTH)
        fields["hidden_size"] = slider("hidden_size", MAX_WIDTH)
    with gr.Row():
        fields["num_layers"] = slider("num_layers", MAX_LAYERS)
        fields["num_heads"] = slider("num_heads", MAX_HEADS)
    fields["sharing"] = gr.Radio(
        [(t(f"pg_alb_sharing_{name}"), name) for name in _SHARING],
        value=asked["sharing"],
        label=t("pg_alb_sharing"),
        elem_id=_id("sharing"),
    )
    with gr.Accordion(t("pg_alb_more"), open=False):
        for names in (("pooler", "projection"), ("mlm_head", "sop_head")):
            with gr.Row():
                fields |= {name: box(name) for name in names}
        with gr.Row():
            for name, most in (
                ("max_positions", MAX_POSITIONS),
                ("token_types", MAX_TYPES),
                ("num_groups", MAX_LAYERS),
            ):
                fields[name] = whole(name, most)
        with gr.Row():
            fields["batch_size"] = whole("batch_size", MAX_BATCH)
            fields["length"] = whole("length", MAX_POSITIONS)
    return fields


def _id(name: str) -> str:
    return f"alb-{name.replace('_', '-')}"


def _label(run: Run) -> str:
    """The preset that a run asks for."""
    return next(name for name, sizes in PRESETS.items() if Request(**sizes).model_dump() == run.request)


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    return [
        figures.treemap(result, language),
        _checked(result, language),
        _table(result, language),
        figures.factorised(result.embeddings, language),
        _needs(run.request, result, language),
    ]


def _checked(result: Result, language: str) -> str:
    """Whether Transformers comes to the same number."""
    agrees = result.built.parameters == result.total
    said = say(
        "pg_alb_agrees" if agrees else "pg_alb_differs",
        language,
        model=result.built.model,
        parameters=f"{result.built.parameters:,}",
    )
    return small(f"{'✓' if agrees else '✗'} {said}")


def _table(result: Result, language: str) -> str:
    heads = ("part", "formula", "numbers", "parameters", "share")
    rows = [
        (
            figures.label(part, result.layers, language, " · "),
            part.formula,
            part.numbers,
            f"{part.parameters:,}",
            percent(part.parameters / result.total),
        )
        for part in result.parts
    ]
    foot = (say("pg_alb_total", language), "", "", f"{result.total:,}", "100%")
    return table([say(f"pg_alb_col_{head}", language) for head in heads], rows, foot=foot)


def _needs(request: dict[str, Any], result: Result, language: str) -> str:
    """Memory and operations for the batch."""
    needs = [(say(f"pg_alb_memory_{name}", language), _bytes(size)) for name, size in result.memory_bytes.items()]
    needs += [(say(f"pg_alb_flops_{name}", language), _flops(count)) for name, count in result.flops.items()]
    batch = say("pg_alb_batch", language, batch=f"{request['batch_size']:,}", length=f"{request['length']:,}")
    return small(batch) + table((), needs)


def _bytes(size: int) -> str:
    return f"{size / 2**30:,.2f} GiB" if size >= 2**30 else f"{size / 2**20:,.1f} MiB"


def _flops(count: int) -> str:
    return f"{count / 1e12:,.2f} TFLOP" if count >= 1e12 else f"{count / 1e9:,.2f} GFLOP"
