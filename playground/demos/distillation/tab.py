"""The distillation tab: a student by sliders, the terms of its loss, Start, Pause and Cancel, and curves that grow."""

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from playground.core.layer_maps import every_other, top_map, uniform_map
from playground.demos.distillation import DEMO, figures
from playground.demos.distillation.choosing import sizes_of, teacher_choice
from playground.demos.distillation.pairs import pairs
from playground.demos.distillation.presets import distilbert, tinybert
from playground.demos.distillation.schema import (
    MAX_FFN,
    MAX_HEADS,
    MAX_LAYERS,
    MAX_WIDTH,
    Request,
    Result,
)
from playground.demos.distillation.verdict import sizes, verdict
from playground.messages import Complaint, say
from playground.models import catalogue
from playground.models.hub_sets import SETS
from playground.runs import Run
from playground.ui.errors import notice
from playground.ui.experiment import PRIVATE, help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole, Wholes
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.sentences import sentences_choice
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small

_QUIET: dict[str, Any] = {"queue": False, **PRIVATE}
_SIZES = {
    "layers": (1, MAX_LAYERS, 1),
    "width": (8, MAX_WIDTH, 4),
    "heads": (1, MAX_HEADS, 1),
    "ffn": (8, MAX_FFN, 4),
}
_LINKED = ("model", "layers", "width", "start", "layer_map", "attention", "hidden", "general")
_WEIGHTS = ("soft", "hard", "cosine", "embedding", "attention", "hidden", "prediction")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request

    def slider(name: str, low: float, high: float, step: float, width: int = 140) -> Range:
        return Range(
            low,
            high,
            value=asked[name],
            step=step,
            label=t(f"pg_dis_{name}"),
            elem_id=f"dis-{name}",
            min_width=width,
        )

    fields: dict[str, Any] = {}
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_dis_question"), elem_classes="pg-question")
            with gr.Row(elem_classes="pg-chips"):
                presets = {
                    rule: gr.Button(t(f"pg_dis_preset_{rule.__name__}"), size="sm", elem_id=f"dis-{rule.__name__}")
                    for rule in (distilbert, tinybert)
                }
            with gr.Row():
                fields |= {name: slider(name, *_SIZES[name]) for name in _SIZES}
            counted = gr.HTML("", elem_id="dis-sizes")
            with gr.Row():
                fields["start"] = Wholes(asked["start"], label=t("pg_dis_start"), elem_id="dis-start", min_width=150)
                fields["layer_map"] = Wholes(
                    asked["layer_map"], label=t("pg_dis_layer_map"), elem_id="dis-map", min_width=150
                )
            with gr.Row(elem_classes="pg-chips"):
                picks = [
                    gr.Button(t(f"pg_dis_pick_{name}"), size="sm", elem_id=f"dis-pick-{name}")
                    for name in ("other", "random", "uniform", "top")
                ]
            paired = gr.HTML("", elem_id="dis-pairs")
            with gr.Accordion(t("pg_dis_loss"), open=False, elem_id="dis-loss"):
                gr.Markdown(t("pg_dis_loss_how"), elem_classes="pg-small")
                with gr.Row():
                    fields |= {name: slider(name, 0, 10, 0.5) for name in _WEIGHTS}
                fields["temperature"] = slider("temperature", 0.5, 20, 0.5)
            with gr.Accordion(t("pg_dis_stages"), open=False, elem_id="dis-stages"):
                for name in ("general", "task", "augment", "controls"):
                    fields[name] = gr.Checkbox(
                        asked[name], label=t(f"pg_dis_{name}"), info=t(f"pg_dis_{name}_info"), elem_id=f"dis-{name}"
                    )
            with gr.Accordion(t("pg_dis_data"), open=False, elem_id="dis-data"):
                gr.Markdown(t("pg_dis_data_how"), elem_classes="pg-small")
                labelled, unlabelled = (
                    sentences_choice(asked[source], t(f"pg_dis_{name}"), f"dis-{name}", labelled=name == "labelled")
                    for name, source in (("labelled", "source"), ("unlabelled", "unlabelled_source"))
                )
                fields |= {"source": labelled.source, "labelled": labelled.text}
                fields |= {"unlabelled_source": unlabelled.source, "unlabelled": unlabelled.text}
                fields["model"] = teacher_choice(asked["model"], "dis")
            with gr.Row():
                fields["steps"] = slider("steps", 5, 2000, 5, 190)
                fields["batch"] = slider("batch", 4, 64, 4)
            with gr.Row():
                fields["learning_rate"] = gr.Number(
                    asked["learning_rate"], label=t("pg_dis_learning_rate"), elem_id="dis-learning_rate", min_width=120
                )
                fields["seed"] = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=99_999,
                    elem_id="dis-seed",
                    min_width=100,
                )
            bar = long_bar(DEMO, pause=True)
            box = gr.HTML("", elem_id="dis-notice", elem_classes="pg-notice-box")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_dis_figure"), elem_id="dis-figure", elem_classes="pg-result")
            said = gr.HTML("", elem_id="dis-said", elem_classes="pg-result")
            with gr.Row(elem_classes="pg-chips"):
                get = gr.Button(t("pg_dis_download"), size="sm", elem_id="dis-download")
                command = gr.Button(t("pg_dis_command"), size="sm", elem_id="dis-command")
            file = gr.File(label=t("pg_dis_file"), visible=False, interactive=False, elem_id="dis-file")
            launch = gr.Code("", language="shell", visible=False, interactive=False, elem_id="dis-launch")
            parts = TabParts(
                demo=DEMO,
                fields=fields,
                outputs=[said, figure, counted, paired],
                draw=draw,
                run=gr.State(""),
                notice=box,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    for rule, button in presets.items():
        button.click(
            lambda model, rule=rule: list(rule(sizes_of(model)).values()),
            fields["model"],
            [fields[name] for name in rule(sizes_of(asked["model"]))],
            **_QUIET | {"js": None},
        )
    _wire_picks(fields, picks)
    filled = [fields["start"], fields["layer_map"]]
    fields["layers"].input(
        refilled, [fields["layers"], fields["model"], fields["start"]], filled, **_QUIET | {"js": None}
    )
    of = [fields["model"], *(fields[name] for name in _SIZES)]
    shown = [*of, shell.lang]
    gr.on([field.change for field in of], count, shown, counted, **_QUIET)
    linked = [fields[name] for name in _LINKED]
    gr.on([field.change for field in linked], link, [*linked, shell.lang], paired, **_QUIET)
    for choice in (labelled, unlabelled):
        choice.wire(shell, box)
    get.click(packed, [parts.run, shell.lang], [file, box], **PRIVATE)
    bar.start.click(lambda: [gr.update(visible=False)] * 2, None, [file, launch], **_QUIET | {"js": None})
    command.click(commanded, [parts.run], launch, **_QUIET | {"js": None})
    wire_long(parts, shell, bar)
    return parts


def _wire_picks(fields: dict[str, Any], picks: Sequence[gr.Button]) -> None:
    """Buttons that fill in the layers to begin with, and those to imitate."""
    to = {"other": ("start", every_other), "uniform": ("layer_map", uniform_map), "top": ("layer_map", top_map)}
    for button, name in zip(picks, ("other", "random", "uniform", "top"), strict=True):
        field, rule = to.get(name, ("start", None))

        def pick(layers: float, model: str, rule: Any = rule) -> list[int]:
            if rule is None:
                return []
            of = sizes_of(model).layers
            return list(rule(min(int(layers), of) if rule is top_map else int(layers), of))

        button.click(pick, [fields["layers"], fields["model"]], fields[field], **_QUIET | {"js": None})


def refilled(layers: float, model: str, start: list[int]) -> tuple[list[int], list[int]]:
    """Which layers a student of so many begins as, if as any, and imitates."""
    of = sizes_of(model).layers
    return list(every_other(int(layers), of)) if start else [], list(uniform_map(int(layers), of))


def count(model: str, layers: float, width: float, heads: float, ffn: float, lang: str) -> str:
    """What a student of these sizes counts, or why there is none. Sliders give whole numbers as floats."""
    try:
        return sizes(catalogue.find(model), int(layers), int(width), int(heads), int(ffn), lang)
    except Complaint as problem:  # a model that is not offered, or not any more
        return small(problem.sentence(lang))


def link(
    model: str,
    layers: float,
    width: float,
    start: Any,
    layer_map: Any,
    attention: float,
    hidden: float,
    general: bool,
    lang: str,
) -> str:
    """Which layers of student and teacher go together."""
    used = bool(attention or hidden or general)
    return pairs(int(layers), int(width), sizes_of(model), start, layer_map, used, lang)


def packed(stored: str, lang: str) -> Iterator[list[Any]]:
    """The student as a zip file."""
    from playground.models import kept

    yield [gr.update(visible=False), notice(say("pg_dis_packing", lang), language=lang)]
    try:
        name = Result.model_validate(Run.model_validate_json(stored).result).student_id
        yield [gr.update(value=str(kept.packed(name, "student")), visible=True), ""]
    except ValueError as error:
        yield [gr.update(visible=False), notice(error, language=lang)]


def commanded(stored: str) -> Any:
    """The run on the screen as a file and a command; files of one's own are to be named."""
    if not stored:
        return gr.skip()
    request = Request.model_validate(Run.model_validate_json(stored).request).model_dump()
    text = f"cat > run.json <<'END'\n{json.dumps(request, indent=1)}\nEND\n"
    text += "accelerate launch -m playground.demos.distillation run.json"
    text += f" --labelled {shlex.quote(request['source'])}" if _is_file(request["source"]) else ""
    text += f" --unlabelled {shlex.quote(request['unlabelled_source'])}" if request["unlabelled_source"] else ""
    text += "\n"
    return gr.update(value=text, visible=True)


def _is_file(source: str) -> bool:
    return bool(source) and source not in SETS


def draw(run: Run, language: str) -> list[Any]:
    """Values of the verdict, the curves, and the student's parameters."""
    result, asked = Result.model_validate(run.result), run.request
    return [
        verdict(result, asked["model"], language),
        figures.curves(result, language),
        count(asked["model"], asked["layers"], asked["width"], asked["heads"], asked["ffn"], language),
        link(**{name: asked[name] for name in _LINKED}, lang=language),
    ]
