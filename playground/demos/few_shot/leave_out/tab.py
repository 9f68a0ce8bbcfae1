"""A task, a query and examples, and a bar for what each example does."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.few_shot.choosing import (
    first_query,
    next_query,
    patterns_choice,
    query_of,
    task_choice,
    task_note,
)
from playground.demos.few_shot.leave_out import DEMO, figures
from playground.demos.few_shot.leave_out.schema import Result
from playground.demos.few_shot.schema import MAX_SEED, MAX_SHOTS, OWN
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small

_HIDDEN: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_flo_question"), elem_classes="pg-question")
            task = task_choice(asked["task"], "flo", own=True)
            gr.Markdown(t("pg_flo_own"), elem_classes="pg-small")
            query = gr.Textbox(asked["query"], label=t("pg_fsh_query"), lines=1, max_lines=6, elem_id="flo-query")
            with gr.Row(elem_classes="pg-chips"):
                other = gr.Button(t("pg_fsh_other"), size="sm", elem_id="flo-other")
                redraw = gr.Button(t("pg_fsh_redraw"), size="sm", elem_id="flo-redraw")
            with gr.Row():
                shots = Range(
                    1,
                    MAX_SHOTS,
                    value=asked["shots"],
                    step=1,
                    label=t("pg_fsh_shots"),
                    elem_id="flo-shots",
                    min_width=200,
                )
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="flo-seed",
                    min_width=100,
                )
            instruction = gr.Textbox(
                asked["instruction"], label=t("pg_fsh_instruction"), lines=1, max_lines=4, elem_id="flo-instruction"
            )
            # One's own examples are made in the first sub-tab and come with its link.
            own, labels = gr.State(asked["examples"]), gr.State(asked["labels"])
            pattern = patterns_choice(asked["pattern"], "flo")
            notice = gr.HTML("", elem_id="flo-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "flo", query_of)
            model = model_choice("causal_lm", asked["model"], "flo")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_flo_figure"), elem_id="flo-figure", elem_classes="pg-result")
            facts = gr.HTML("", elem_id="flo-facts", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "query": query,
                    "task": task,
                    "instruction": instruction,
                    "examples": own,
                    "labels": labels,
                    "shots": shots,
                    "seed": seed,
                    "pattern": pattern,
                    "model": model,
                },
                outputs=[figure, facts],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    also = live(
        parts,
        shell,
        [query.change, seed.change, instruction.change],
        [query.submit, seed.submit, instruction.submit, shots.input, pattern.input, model.input],
        (),
        complete,
    )
    also(task.input(first_query, [task, query], query, **_HIDDEN).then)
    also(other.click(next_query, [task, query], query, **_HIDDEN).then)
    also(redraw.click(lambda seed: (seed + 1) % (MAX_SEED + 1), seed, seed, **_HIDDEN).then)
    wire_chips(parts, shell, chips, examples)
    return parts


def complete(asked: dict[str, Any], shown: Run | None) -> dict[str, Any]:
    """One of the project's tasks has examples and labels of its own."""
    return asked if asked["task"] == OWN else asked | {"examples": [], "labels": []}


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and the facts."""
    result = Result.model_validate(run.result)
    if result.known:
        key = "pg_fsh_right" if result.answer == result.label else "pg_fsh_wrong"
        said = say(key, language, answer=result.answer, right=result.label)
    else:
        said = say("pg_fsh_answer", language, answer=result.answer)
    note = task_note(run.request["task"], run.request["model"], language)
    return [figures.bars(result, language), small(said, note)]
