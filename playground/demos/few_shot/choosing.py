"""What the few-shot experiments choose from: the project's tasks, and the patterns of a prompt."""

import gradio as gr

from playground.core.prompts import PATTERNS
from playground.demos.few_shot.schema import MODEL, OWN
from playground.demos.few_shot.tasks import find, tasks
from playground.messages import say
from playground.runs import Run
from playground.ui.language import t


def task_choice(value: str, name: str, own: bool = False) -> gr.Dropdown:
    """The tasks by their names; `own` for examples of one's own."""
    return gr.Dropdown(
        [
            *((t(f"pg_fsh_task_{task}"), task) for task in tasks()),
            *([(t("pg_fsh_task_own"), OWN)] if own else []),
        ],
        value=value,
        label=t("pg_fsh_task"),
        elem_id=f"{name}-task",
    )


def patterns_choice(value: str, name: str) -> gr.Radio:
    """The patterns as they look in the prompt."""
    return gr.Radio(
        [
            (pattern.before.replace("{input}", "x").replace("\n", " ⏎ ") + " y", key)
            for key, pattern in PATTERNS.items()
        ],
        value=value,
        label=t("pg_fsh_pattern"),
        elem_id=f"{name}-pattern",
    )


# What the models of the Hub were trained on: how their ids begin, and how its key ends.
_READ = {
    "openai-community/gpt2": "webtext",
    "distilbert/distilgpt2": "openwebtext",
    "HuggingFaceTB/SmolLM2": "smollm2",
    "Qwen/Qwen2.5": "qwen",
    "skt/kogpt2": "kogpt2",
}


def task_note(task: str, model: str, language: str) -> str:
    """What a model was trained on: of gpt-mini, whether on tasks of this kind. Nothing of models that a person brought,
    nor of gpt-mini and one's own examples."""
    if model == MODEL:
        return "" if task == OWN else say("pg_fsh_trained" if tasks()[task].trained else "pg_fsh_untrained", language)
    key = next((key for begin, key in _READ.items() if model.startswith(begin)), None)
    return "" if key is None else say(f"pg_fsh_read_{key}", language, model=model)


def query_of(run: Run) -> str:
    """What an example asks, as a button has room for it."""
    query: str = run.request["query"]
    return query if len(query) <= 44 else query[:43].rstrip() + "…"


def first_query(task: str, query: str) -> str:
    return query if task == OWN else find(task).queries[0].input


def next_query(task: str, query: str) -> str:
    """The task's next query; with examples of one's own it stays."""
    if task == OWN:
        return query
    inputs = [row.input for row in tasks()[task].queries]
    return inputs[(inputs.index(query) + 1) % len(inputs)] if query in inputs else inputs[0]
