"""Examples and a query, the exact prompt that they make, and the labels that may follow."""

import html
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import gradio as gr
import numpy as np
from pydantic import ValidationError

from playground.core.prompts import PATTERNS, Example
from playground.demos.few_shot import DEMO, figures
from playground.demos.few_shot.choosing import (
    first_query,
    next_query,
    patterns_choice,
    query_of,
    task_choice,
    task_note,
)
from playground.demos.few_shot.generation.schema import Request as GenerationRequest
from playground.demos.few_shot.leave_out.schema import Request as LeaveOutRequest
from playground.demos.few_shot.schema import MAX_SEED, MAX_SHOTS, OWN, Result
from playground.messages import language_of, say
from playground.plots.style import percent
from playground.runs import Run, to_link
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Lines, Pairs, Range, Whole
from playground.ui.lanes import ZERO_GPU
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small
from playground.ui.tokens import Token, TokenStrip

_HIDDEN: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
_UNEDITED = "…"  # in a row that was just added: an empty one would be left out of the table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_fsh_question"), elem_classes="pg-question")
            task = task_choice(asked["task"], "fsh", own=True)
            query = gr.Textbox(asked["query"], label=t("pg_fsh_query"), lines=1, max_lines=6, elem_id="fsh-query")
            with gr.Row(elem_classes="pg-chips"):
                other = gr.Button(t("pg_fsh_other"), size="sm", elem_id="fsh-other")
                redraw = gr.Button(t("pg_fsh_redraw"), size="sm", elem_id="fsh-redraw")
                take = gr.Button(t("pg_fsh_take"), size="sm", elem_id="fsh-take")
            with gr.Row():
                shots = Range(
                    0,
                    MAX_SHOTS,
                    value=asked["shots"],
                    step=1,
                    label=t("pg_fsh_shots"),
                    elem_id="fsh-shots",
                    min_width=200,
                )
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="fsh-seed",
                    min_width=100,
                )
            pattern = patterns_choice(asked["pattern"], "fsh")
            calibrate = gr.Checkbox(
                asked["calibrate"],
                label=t("pg_fsh_calibrate"),
                info=t("pg_fsh_calibrate_info"),
                elem_id="fsh-calibrate",
            )
            notice = gr.HTML("", elem_id="fsh-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "fsh", query_of)
            with gr.Accordion(t("pg_fsh_own"), open=False, elem_id="fsh-own"):
                gr.Markdown(t("pg_fsh_own_how"), elem_classes="pg-small")
                instruction = gr.Textbox(
                    asked["instruction"], label=t("pg_fsh_instruction"), lines=1, max_lines=4, elem_id="fsh-instruction"
                )
                table = Pairs(
                    asked["examples"],
                    headers=["x", "y"],  # no words, which could not be translated: the patterns call them so, too
                    column_count=2,
                    interactive=True,
                    label=t("pg_fsh_examples"),
                    wrap=True,
                    max_height=320,
                    elem_id="fsh-examples-table",
                )
                with gr.Row(elem_classes="pg-chips"):
                    add = gr.Button(t("pg_fsh_add"), size="sm", elem_id="fsh-add")
                    delete = gr.Button(t("pg_fsh_delete"), size="sm", elem_id="fsh-delete")
                    shuffle = gr.Button(t("pg_fsh_shuffle"), size="sm", elem_id="fsh-shuffle")
                labels = Lines(
                    asked["labels"],
                    label=t("pg_fsh_labels"),
                    info=t("pg_fsh_labels_info"),
                    lines=2,
                    max_lines=8,
                    elem_id="fsh-labels",
                )
            model = model_choice("causal_lm", asked["model"], "fsh")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_fsh_figure"), elem_id="fsh-figure", elem_classes="pg-result")
            facts = gr.HTML("", elem_id="fsh-facts", elem_classes="pg-result")
            strip = TokenStrip(
                [], label=t("pg_fsh_continuation"), elem_id="fsh-strip", elem_classes="pg-strip-box pg-titled pg-result"
            )
            prompt = gr.HTML("", elem_id="fsh-prompt", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "query": query,
                    "task": task,
                    "instruction": instruction,
                    "examples": table,
                    "labels": labels,
                    "shots": shots,
                    "seed": seed,
                    "pattern": pattern,
                    "model": model,
                    "calibrate": calibrate,
                },
                outputs=[figure, facts, strip, prompt, other, redraw],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    also = live(
        parts,
        shell,
        [query.change, seed.change, instruction.change, labels.change],
        [
            query.submit,
            seed.submit,
            instruction.submit,
            *(field.input for field in (shots, pattern, calibrate, model)),
        ],
        (),
        complete,
    )
    also(task.input(first_query, [task, query], query, **_HIDDEN).then)
    also(other.click(next_query, [task, query], query, **_HIDDEN).then)
    also(redraw.click(lambda seed: (seed + 1) % (MAX_SEED + 1), seed, seed, **_HIDDEN).then)
    also(take.click(taken, [parts.run, task, table, labels], [task, table, labels], **_HIDDEN).then)
    also(table.input(lambda: OWN, None, task, **_HIDDEN).then)
    # Not `input`, which Gradio says of keys alone: not of what is pasted, nor of composed hangul.
    owned = labels.change(owning, [parts.run, task, table, labels], [task, table], **_HIDDEN)
    if not ZERO_GPU:  # at every key
        also(owned.then)
    for button, change in ((add, longer), (delete, shorter), (shuffle, shuffled)):
        also(button.click(change, [table, seed], [table, task], **_HIDDEN).then)
    wire_chips(parts, shell, chips, examples)
    return parts


def complete(asked: dict[str, Any], shown: Run | None) -> dict[str, Any]:
    """One of the project's tasks has examples and labels of its own; a row that was added counts when it is edited."""
    if asked["task"] != OWN:
        return asked | {"examples": [], "labels": []}
    return asked | {"examples": [row for row in asked["examples"] if _UNEDITED not in row.values()]}


def taken(
    stored: str, task: str, table: list[dict[str, str]], labels: list[str]
) -> tuple[str, list[dict[str, str]], list[str]]:
    """The examples and labels of the run on the screen, to be edited."""
    if not stored:
        return task, table, labels
    result = Result.model_validate(Run.model_validate_json(stored).result)
    return OWN, [example.model_dump() for example in result.examples], [row.label for row in result.labels]


def owning(stored: str, task: str, table: list[dict[str, str]], labels: list[str]) -> tuple[str, list[dict[str, str]]]:
    """Who types labels has a task of their own; where they have no examples, with those on the screen. A box that is
    emptied, or that a run without labels was opened in, changes no task."""
    if not labels:
        return task, table
    if task == OWN or table:
        return OWN, table
    own, shown, _ = taken(stored, OWN, table, [])
    return own, shown


def longer(table: list[dict[str, str]], seed: int) -> tuple[list[dict[str, str]], str]:
    """With one more example to be edited."""
    return [*table, {"input": _UNEDITED, "label": _UNEDITED}], OWN


def shorter(table: list[dict[str, str]], seed: int) -> tuple[list[dict[str, str]], str]:
    return table[:-1], OWN


def shuffled(table: list[dict[str, str]], seed: int) -> tuple[list[dict[str, str]], str]:
    """In an order that the seed makes; the same seed again shuffles again."""
    return [table[place] for place in np.random.default_rng(seed).permutation(len(table))], OWN


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure, the facts, the continuation and the prompt; one's own examples have no others to draw."""
    result = Result.model_validate(run.result)
    drawable = gr.update(interactive=run.request["task"] != OWN)
    return [
        figures.labels(result, language),
        _facts(result, run.request, language),
        strip_of(result, language),
        prompt_of(result, run.request, language),
        drawable,
        drawable,
    ]


def _facts(result: Result, request: dict[str, Any], language: str) -> str:
    best = max(result.labels, key=lambda row: row.probability)
    whole = say("pg_fsh_mass", language, share=percent(min(1.0, sum(row.whole for row in result.labels))))
    if result.right is None:
        said = say("pg_fsh_answer", language, answer=best.label)
    else:
        key = "pg_fsh_right" if best.label == result.right else "pg_fsh_wrong"
        said = say(key, language, answer=best.label, right=result.right)
    return f"<p class='pg-legend'><strong>{html.escape(said)}</strong></p>" + small(
        whole, task_note(request["task"], request["model"], language)
    )


def strip_of(result: Result, language: str) -> list[Token]:
    """What the model says by itself, each token with its probability."""
    return [
        {
            "text": token.token.replace("\n", "⏎"),
            "below": percent(token.probability),
            "shade": round(0.75 * (1 - token.probability), 3),
            "state": "calm",
            "fixed": True,
            "title": percent(token.probability),
        }
        for token in result.tokens
    ]


def prompt_of(result: Result, request: dict[str, Any], language: str) -> str:
    """The prompt to the character, its labels marked; above it, how much room it takes."""
    said = say("pg_fsh_tokens", language, tokens=result.prompt_tokens, limit=result.limit, shots=len(result.examples))
    lines = [said]
    if result.dropped:
        lines.append(say("pg_fsh_left_out", language, dropped=result.dropped))
    shown = "".join(
        f"<mark>{html.escape(piece)}</mark>" if label else html.escape(piece)
        for piece, label in pieces(result, request)
    )
    # In a box that starts at its end: the query stands there.
    box = f"<div class='pg-passage pg-from-end'><div dir='auto'>{shown}</div></div>"
    return small(*lines) + links_of(result, request, language) + box


def links_of(result: Result, request: Mapping[str, Any], language: str) -> str:
    """To the experiments that go on from this prompt: its continuation, to the end of the line, and what each of its
    examples does."""
    wanted: dict[str, dict[str, Any]] = {
        "generation": {"text": result.prompt, "model": request["model"], "stops": ["\n"]}
    }
    if result.examples:
        held = LeaveOutRequest.model_fields.keys() - {"calibrate"}
        wanted["leave_out"] = {name: value for name, value in request.items() if name in held}
    links, lines = [], []
    for name, asked in wanted.items():
        demo = f"few_shot_{name}"
        try:
            (GenerationRequest if name == "generation" else LeaveOutRequest).model_validate(asked)
            parameters = to_link(demo, asked)
        except ValidationError:  # of a prompt that is longer than a text may be
            parameters = None
        if parameters is None:
            lines.append(say("pg_fsh_link_long", language, name=say(f"pg_sub_{demo}", language)))
            continue
        query = html.escape(urlencode({**parameters, "lang": language_of(language)}))
        links.append(f"<a href='?{query}'>{html.escape(say(f'pg_fsh_to_{name}', language))}</a>")
    return (f"<p class='pg-small'>{' · '.join(links)}</p>" if links else "") + small(*lines)


def pieces(result: Result, request: dict[str, Any]) -> list[tuple[str, bool]]:
    """The prompt cut into what is a label and what is not; together they are the prompt."""
    pattern = PATTERNS[request["pattern"]]
    found: list[tuple[str, bool]] = []
    if request["instruction"]:
        found.append((request["instruction"] + pattern.after, False))
    for example in (Example(one.input, one.label) for one in result.examples):
        found += [
            (pattern.before.replace("{input}", example.input) + " ", False),
            (example.label, True),
            (pattern.after, False),
        ]
    return [*found, (pattern.before.replace("{input}", request["query"]), False)]
