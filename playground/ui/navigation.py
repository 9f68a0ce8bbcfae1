"""Which experiment is on the screen: tabs and sub-tabs, and share links.

A page has the experiments of one idea (opened.py); only the first experiment of all is drawn in the page that is sent,
each other one when it is first looked at.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from playground.messages import language_of
from playground.runs import Run, to_link
from playground.ui.lanes import QUICK
from playground.ui.page import address, leave, opening
from playground.ui.shell import Shell, TabParts, opened, status

_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_LONGEST = 10_000  # characters of an address that are read

# Replaces the last two inputs by the address's query and the page's language.
_SEARCH_JS = "(...inputs) => [...inputs.slice(0, -2), location.search, document.documentElement.lang]"
# A tab says that it is selected when it is first drawn, too: only what a visitor did counts, and only where it leads
# away from the experiment that the status line speaks of.
_ARRIVE_JS = """(...inputs) => [...inputs.slice(0, -3), pgAsked(%s),
    navigator.userActivation?.hasBeenActive === false ? ""
    : document.querySelector("#pg-status .pg-status")?.dataset.of ?? "", document.documentElement.lang]"""


@dataclass(frozen=True)
class Place:
    """One experiment and the way to it: the tab of its idea and, where there are several, its sub-tab in a bar."""

    parts: TabParts
    examples: Sequence[Run]
    idea: str
    tab: gr.Tab
    bar: gr.Tabs | None = None
    subtab: gr.Tab | None = None

    @property
    def name(self) -> str:
        return self.parts.demo.name


def wire(app: gr.Blocks, bar: gr.Tabs, places: Sequence[Place], shell: Shell) -> None:
    """Connect all that happens between the experiments."""
    # What an idea's tab shows: the name of the sub-tab that was looked at last.
    inside = {place.idea: gr.State(place.idea) for place in places}
    restored = {idea: _restore(app, bar, idea, places, state, shell) for idea, state in inside.items()}
    _arrive(places, inside, shell)
    _leave(places, shell)
    for place in places:
        for component in (*place.parts.unseen, place.parts.waiting, place.parts.arrived):
            component.render()
        for function, inputs, outputs in place.parts.on_load:
            # After it: what it would say of a link, the run that the link is to says better.
            restored[place.idea].then(
                function,
                [*inputs, gr.Textbox("", visible=False), shell.lang],
                outputs,
                js=_SEARCH_JS,
                **_PRIVATE,
                concurrency_id="watch",
                concurrency_limit=64,
            )


def _hidden(number: int) -> list[gr.Textbox]:
    """Inputs that a script fills."""
    return [gr.Textbox("", visible=False) for _ in range(number)]


def _unique(components: Sequence[Component]) -> list[Component]:
    return list(dict.fromkeys(components))


def _filled(outputs: Sequence[Component], *answers: tuple[Sequence[Component], Sequence[Any]]) -> list[Any]:
    """Values for `outputs`; what no answer speaks of stays as it is."""
    said: dict[Component, Any] = {}
    for components, values in answers:
        said |= {part: value for part, value in zip(components, values, strict=True) if not _left(value)}
    return [said.get(component, gr.skip()) for component in outputs]


def _left(value: Any) -> bool:
    """Whether a component is to stay as it is."""
    return isinstance(value, dict) and value == gr.skip()


def _restore(
    app: gr.Blocks, bar: gr.Tabs, idea: str, places: Sequence[Place], inside: gr.State, shell: Shell
) -> Dependency:
    """On opening the page of an idea: a share link's run, else the example in the visitor's language."""
    query = gr.Textbox("", visible=False)
    first, inner = places[0], [place for place in places if place.idea == idea]
    ideas = {place.name: place.idea for place in places}
    bars = [place.bar for place in inner if place.bar is not None]
    outputs = _unique([bar, *bars, inside, *(part for place in inner for part in place.parts.all_outputs(shell))])

    def restore(search: str, lang: str) -> list[Any]:
        parameters = dict(parse_qsl(search[:_LONGEST].lstrip("?")))
        if len(search) > _LONGEST:
            parameters["run"] = ""  # a damaged link
        wanted = parameters.get("tab", first.name)
        if ideas.get(wanted, first.idea) != idea:
            return [gr.skip()] * len(outputs)  # only where a page is sent as Gradio wrote it, with all ideas
        place = next((place for place in inner if place.name == wanted), inner[0])
        if "run" not in parameters and place is first and language_of(lang) == "en":
            return [gr.skip()] * len(outputs)  # the page was sent with just this
        if "run" in parameters:
            values = _asked(place, shell, parameters if place.name == wanted else {"run": ""}, lang)
        else:
            values = place.parts.show(place.examples[0], lang, link=False)
        values[-2] = opening(values[-2])
        way: list[tuple[Sequence[Any], Sequence[Any]]] = [([bar, inside], [gr.Tabs(selected=place.idea), place.name])]
        if place.bar is not None:
            way.append(([place.bar], [gr.Tabs(selected=place.name)]))
        return _filled(outputs, *way, (place.parts.all_outputs(shell), values))

    return app.load(
        restore,
        [query, shell.lang],
        outputs,
        js=_SEARCH_JS,
        **_PRIVATE,
        **QUICK,
    )


def _asked(place: Place, shell: Shell, parameters: dict[str, str], lang: str) -> list[Any]:
    """What a link asks for, over the example: that stays, with a notice, where the link cannot be followed."""
    example = place.parts.show(place.examples[0], lang, link=False)
    asked = opened(place.parts, shell, parameters, lang)
    return [old if _left(new) else new for old, new in zip(example, asked, strict=True)]


def _arrive(places: Sequence[Place], inside: Mapping[str, gr.State], shell: Shell) -> None:
    """On looking at an experiment: its first picture, if there is none yet; its address and status line."""

    def looked_at(place: Place, stored: str, before: str, lang: str) -> tuple[list[Component], list[Any]]:
        parts = place.parts
        if not stored and before:
            return parts.all_outputs(shell), _asked(place, shell, dict(parse_qsl(before)), lang)
        if not stored:
            # Its fields hold the example from the start, unless a run that goes on has filled them by now.
            left = [gr.skip()] * len(parts.fields)
            values = [*left, *parts.show_result(place.examples[0], lang, link=False, stored=True)]
            at = address({"tab": place.name})
        else:
            values = [gr.skip()] * len(parts.all_outputs(shell))
            run = Run.model_validate_json(stored)
            values[-2] = status(run, lang, run in place.examples)
            at = address(to_link(run.demo, run.request) or {"tab": place.name})
        assert parts.all_outputs(shell)[-2:] == [shell.status, shell.page]
        return parts.all_outputs(shell), [*values[:-1], at]

    for idea, state in inside.items():
        inner = [place for place in places if place.idea == idea]
        outputs = _unique([state, *(part for place in inner for part in place.parts.all_outputs(shell))])

        def arrive(
            *inputs: str, inner: list[Place] = inner, outputs: list[Component] = outputs, named: str = ""
        ) -> list[Any]:
            *runs, last, asked, spoken_of, lang = inputs
            name = named or last
            if spoken_of in ("", name):
                return [gr.skip()] * len(outputs)
            number = next((n for n, place in enumerate(inner) if place.name == name), 0)
            answer = looked_at(inner[number], runs[number], json.loads(asked).get(name, ""), lang)
            return _filled(outputs, ([inside[inner[0].idea]], [inner[number].name]), answer)

        inputs = [*(place.parts.run for place in inner), state, *_hidden(2), shell.lang]
        js = _ARRIVE_JS % json.dumps([place.name for place in inner])
        for tab, named in [(inner[0].tab, ""), *((place.subtab, place.name) for place in inner)]:
            if tab is not None:
                tab.select(_named(arrive, named), inputs, outputs, js=js, queue=False, **_PRIVATE)


def _leave(places: Sequence[Place], shell: Shell) -> None:
    """On looking at another idea, which is another page: what is typed here is kept."""
    tabs = {place.idea: place.tab for place in places}
    ideas = list(tabs)

    for idea in ideas:
        inner = [place for place in places if place.idea == idea]

        def left(event: gr.SelectData, *inputs: Any, inner: list[Place] = inner) -> dict[str, Any]:
            values = iter(inputs)
            links = {
                place.name: _link(place, next(values), [next(values) for _ in place.parts.fields]) for place in inner
            }
            return leave(ideas[event.index], {name: link for name, link in links.items() if link})

        gr.on(
            [tab.select for other, tab in tabs.items() if other != idea],
            left,
            [part for place in inner for part in (place.parts.run, *place.parts.fields.values())],
            shell.page,
            queue=False,
            **_PRIVATE,
        )


def _link(place: Place, stored: str, values: Sequence[Any]) -> dict[str, str] | None:
    """The link to what an experiment's fields hold; to what was asked last where they hold nothing sound; none where
    nobody changed or asked anything."""
    demo, example = place.parts.demo, place.examples[0].request
    last = Run.model_validate_json(stored).request if stored else None
    try:
        typed = demo.request.model_validate({**(last or example), **dict(zip(place.parts.fields, values, strict=True))})
    except ValueError:
        return to_link(demo.name, last) if last else None
    if not last and typed == demo.request.model_validate(example):
        return None
    return to_link(demo.name, typed.model_dump(mode="json"))


def _named(function: Callable[..., list[Any]], named: str) -> Callable[..., list[Any]]:
    return lambda *inputs: function(*inputs, named=named)
