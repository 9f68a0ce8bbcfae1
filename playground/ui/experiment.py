"""What the tabs of experiments have in common: examples to choose, answers while one types, help."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from playground.demo import Demo
from playground.messages import language_of, texts
from playground.models import catalogue
from playground.runs import Run
from playground.ui.clicks import latest
from playground.ui.fetching import give_up, waits_for
from playground.ui.lanes import QUICK, ZERO_GPU
from playground.ui.language import LANG_JS, t
from playground.ui.shell import Shell, TabParts, ask
from playground.ui.waiting import wire_waiting

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "js": LANG_JS}


def chip_row(examples: Sequence[Run], name: str, label: Callable[[Run], str] | None = None) -> list[gr.Button]:
    """A button for each example, with a part of its text; `wire_chips` makes them work."""
    names = [label(run) for run in examples] if label else _parts([run.request["text"] for run in examples])
    gr.Markdown(t("pg_examples"), elem_classes="pg-small")
    with gr.Row(elem_classes="pg-chips", elem_id=f"{name}-examples"):
        return [gr.Button(each, size="sm", variant="secondary") for each in names]


def _parts(texts: Sequence[str], length: int = 44) -> list[str]:
    """The beginning of each text; its end where another one begins alike."""
    starts = [text[: length - 1] for text in texts]
    return [
        text
        if len(text) <= length
        else start.rstrip() + "…"
        if starts.count(start) == 1
        else "…" + text[1 - length :].partition(" ")[2]
        for text, start in zip(texts, starts, strict=True)
    ]


def wire_chips(parts: TabParts, shell: Shell, chips: Sequence[gr.Button], examples: Sequence[Run]) -> None:
    """Choosing an example shows its stored run, with no model."""
    for chip, example in zip(chips, examples, strict=True):
        chip.click(
            lambda waiting, clicks, lang, example=example: latest(
                clicks, lambda: chosen(parts, example, waiting, lang)
            ),
            [parts.waiting, parts.clicks, shell.lang],
            parts.all_outputs(shell),
            queue=False,
            **PRIVATE,
        )


def chosen(parts: TabParts, example: Run, waiting: dict[str, Any] | None, language: str) -> list[Any]:
    """Show an example, whatever was waited for."""
    give_up(waiting)
    return parts.show(example, language)


def model_choice(head: str | Sequence[str], value: str, name: str) -> gr.Dropdown:
    """The models that carry `head`, or one of several."""
    return model_of(catalogue.options(*([head] if isinstance(head, str) else head)), value, name)


def model_of(options: Sequence[tuple[str, str]], value: str, name: str) -> gr.Dropdown:
    """One of these models: (label, id)."""
    return gr.Dropdown(
        list(options),
        value=value,
        label=t("pg_model"),
        info=t("pg_model_info"),
        elem_id=f"{name}-model",
        elem_classes="pg-model",
    )


def live(
    parts: TabParts,
    shell: Shell,
    typed: Sequence[Any],
    chosen: Sequence[Any],
    more: Sequence[Component] = (),
    complete: Callable[..., dict[str, Any]] | None = None,
) -> Callable[[Callable[..., Any]], None]:
    """Answer whenever a field changes, always for the latest values.

    typed: triggers that fire at every key, left out where each call borrows a GPU; chosen: all others.
    complete: given the fields' values, the run on the screen (None for none), and the values of `more`, returns all
    that is asked. Returns what has another event answered as well: `also(event.then)`.
    """

    def answer(*inputs: Any) -> list[Any]:
        *values, stored, waiting, clicks, lang = inputs
        asked = dict(zip(parts.fields, values, strict=False))
        shown = Run.model_validate_json(stored) if stored else None
        if complete is not None:
            asked = complete(asked, shown, *values[len(parts.fields) :])
        if waits_for(waiting, asked):
            return [gr.skip()] * len(parts.result_outputs(shell))
        give_up(waiting)
        if shown is not None and asked == {name: shown.request.get(name) for name in asked}:
            # The fields changed because this run was opened, or are again what they were.
            return latest(clicks, lambda: parts.show_again(shown, lang))
        return latest(clicks, lambda: ask(parts, shell, asked, lang))

    wire_waiting(parts, shell)
    inputs = [*parts.fields.values(), *more, parts.run, parts.waiting, parts.clicks, shell.lang]
    # One event for all of them: were each its own, the answer to the older one could come last and stay.
    gr.on(
        [*([] if ZERO_GPU else typed), *chosen, parts.arrived.change],
        answer,
        inputs,
        parts.result_outputs(shell),
        trigger_mode="always_last",
        **PRIVATE,
        **QUICK,
    )

    def also(then: Callable[..., Any]) -> None:
        then(answer, inputs, parts.result_outputs(shell), **PRIVATE, **QUICK)

    return also


def help_fold(demo: Demo) -> None:
    """What a demo says of itself. It comes when the fold is opened: no page is sent with all the explanations."""
    with gr.Accordion(t("pg_help"), open=False) as fold:
        text = gr.Markdown("")
    # Only the language goes in: LANG_JS puts it into the component's place.
    fold.expand(lambda lang: help_text(demo, lang), text, text, queue=False, **PRIVATE)


def help_text(demo: Demo, language: str) -> str:
    """What a demo says of itself, in Markdown: the docstring of its package, or the Korean text beside it."""
    return texts("ko")[f"pg_help_{demo.name}"] if language_of(language) == "ko" else demo.help
