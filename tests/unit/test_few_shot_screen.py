"""What leads from one few-shot experiment to the next, and how fields, links and buttons ask."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np

from playground.demos.few_shot import tab as prompt_tab
from playground.demos.few_shot.curve import tab as curve_tab
from playground.demos.few_shot.curve.schema import Point
from playground.demos.few_shot.generation.schema import Request as GenerationRequest
from playground.demos.few_shot.leave_out import pipeline as leave_out
from playground.demos.few_shot.leave_out import tab as leave_out_tab
from playground.demos.few_shot.leave_out.schema import Request as LeaveOutRequest
from playground.demos.few_shot.pipeline import run as ranked
from playground.demos.few_shot.schema import OWN, Shot
from playground.demos.few_shot.schema import Request as PromptRequest
from playground.runs import from_link
from playground.ui.page import Page, Status
from playground.ui.shell import Shell
from tests.unit.few_shot import MODEL, languages, models, run_of

__all__ = ["models"]

OWN_: dict[str, Any] = {
    "query": "a spoon",
    "instruction": "Where is it kept?",
    "examples": [Shot(input="a plate", label="kitchen"), Shot(input='a "pillow" & <b>', label="bed room")],
    "labels": ["kitchen", "bed room", "한국어"],
    "seed": 7,
    "pattern": "question",
    "model": MODEL,
    "calibrate": True,
}


def _links(request: PromptRequest, language: str = "en") -> dict[str, dict[str, Any]]:
    """What the links beside a prompt ask for, by the experiment that they lead to."""
    *_, shown, _, _ = prompt_tab.draw(run_of("few_shot", request, ranked(request)), language)
    found = [dict(parse_qsl(unescape(query))) for query in re.findall(r"<a href='\?([^']+)'>", shown)]
    assert all(one["lang"] == language for one in found)
    return {one["tab"]: from_link(one) for one in found}


@languages
def test_a_prompt_is_handed_on_to_the_character(language: str) -> None:
    request = PromptRequest(**OWN_)
    links = _links(request, language)
    assert list(links) == ["few_shot_generation", "few_shot_leave_out"]
    going_on = GenerationRequest(**links["few_shot_generation"])
    assert going_on.text == ranked(request).prompt and going_on.stops == ["\n"] and going_on.model == MODEL
    left_out = LeaveOutRequest(**links["few_shot_leave_out"])
    assert left_out == LeaveOutRequest(**request.model_dump(exclude={"calibrate"}))
    assert [one.input for one in leave_out.run(left_out).left_out] == [one.input for one in request.examples]
    assert list(_links(PromptRequest(**(OWN_ | {"shots": 0})))) == ["few_shot_generation"]


@languages
def test_a_prompt_that_is_too_long_to_be_handed_on_says_so(language: str) -> None:
    spaces = " " * 5_000  # a prompt of few tokens would do: only the characters count here
    request = PromptRequest(**OWN_)
    result = ranked(request).model_copy(update={"prompt": "a" + spaces})
    said = prompt_tab.links_of(result, request.model_dump(), language)
    assert said.count("<a ") == 1 and "tab=few_shot_leave_out" in said and said.count("<p") == 2
    result = result.model_copy(update={"prompt": " "})
    long = request.model_dump() | {"query": np.random.default_rng(1).bytes(9_000).hex()}
    assert "tab=few_shot_leave_out" not in prompt_tab.links_of(result, long, language)


def test_which_example_matters_holds_all_that_the_link_brings() -> None:
    request = LeaveOutRequest(**(OWN_ | {"calibrate": False}))
    run = run_of("few_shot_leave_out", request, leave_out.run(request))
    with gr.Blocks() as app:
        shell = Shell(gr.Textbox(), Status(), Page())
        parts = leave_out_tab.create(shell, [run])
    assert set(parts.fields) == set(LeaveOutRequest.model_fields) - {"calibrate"}
    values = dict(zip(parts.fields, parts.show(run, "en"), strict=False))
    asked = {"query": "a spoon", "task": OWN, **{name: values[name] for name in ("examples", "labels")}}
    assert leave_out_tab.complete(asked, run) == asked and len(asked["examples"]) == 2
    assert leave_out_tab.complete(asked | {"task": "topic"}, run)["examples"] == []
    assert OWN in [value for _, value in parts.fields["task"].choices]
    _asks_when_clicked(app, "flo-redraw")


def test_other_examples_are_drawn_by_the_click_itself() -> None:
    request = PromptRequest(**OWN_)
    run = run_of("few_shot", request, ranked(request))
    with gr.Blocks() as app:
        prompt_tab.create(Shell(gr.Textbox(), Status(), Page()), [run])
    _asks_when_clicked(app, "fsh-redraw")


def _asks_when_clicked(app: gr.Blocks, name: str) -> None:
    """Not only by way of the seed's change: on ZeroGPU that asks nothing."""
    [button] = [block._id for block in app.blocks.values() if getattr(block, "elem_id", None) == name]
    [click] = [number for number, function in app.fns.items() if (button, "click") in function.targets]
    assert [function.name for function in app.fns.values() if function.trigger_after == click] == ["answer"]


def test_a_row_that_was_added_counts_when_it_is_edited() -> None:
    table = [{"input": "a", "label": "b"}]
    longer, task = prompt_tab.longer(table, 1)
    asked = {"task": task, "examples": longer, "labels": []}
    assert len(longer) == 2 and prompt_tab.complete(asked, None)["examples"] == table
    half = [*table, {"input": "c", "label": longer[1]["label"]}]
    assert prompt_tab.complete(asked | {"examples": half}, None)["examples"] == table
    whole = [*table, {"input": "c", "label": "d"}]
    assert prompt_tab.complete(asked | {"examples": whole}, None)["examples"] == whole


def test_who_types_labels_has_a_task_of_their_own_with_the_examples_on_the_screen() -> None:
    request = PromptRequest(task="antonym", query="early", shots=3, model=MODEL)
    result = ranked(request)
    stored = run_of("few_shot", request, result).model_dump_json()
    shown = [one.model_dump() for one in result.examples]
    assert prompt_tab.owning(stored, "antonym", [], ["big"]) == (OWN, shown)
    mine = [{"input": "a", "label": "b"}]
    assert prompt_tab.owning(stored, "antonym", mine, ["big"]) == (OWN, mine)
    assert prompt_tab.owning(stored, OWN, [], ["big"]) == (OWN, []) == prompt_tab.owning("", "antonym", [], ["big"])
    assert prompt_tab.owning(stored, "antonym", [], []) == ("antonym", [])


def test_no_effect_is_told_only_where_the_bands_overlap() -> None:
    def point(shots: int, accuracy: float, low: float, high: float) -> Point:
        bounds = {"accuracy": accuracy, "low": low, "high": high}
        return Point(labels="right", shots=shots, right=1, of=2, runs=1, dropped=0, **bounds)

    # The best one's band reaches the last one's; the first one's does not.
    points = [point(0, 0.6, 0.55, 0.65), point(4, 0.7, 0.3, 0.95), point(8, 0.4, 0.35, 0.45)]
    assert "hurt: from 60.0% with 0 down to 40.0%" in curve_tab.effect(points, "en")
    unclear = curve_tab.effect([points[0], point(8, 0.55, 0.5, 0.6)], "en")
    assert unclear.startswith("No clear effect") and unclear.endswith("the bands overlap.")


def test_what_of_ones_own_examples_is_not_used_is_said() -> None:
    mine: dict[str, Any] = {**OWN_, "labels": ["kitchen", "hall"]}
    assert [(n.key, n.values) for n in ranked(PromptRequest(**mine)).notices] == [
        ("pg_fsh_unranked", {"label": "bed room"})
    ]
    first = ranked(PromptRequest(**mine, shots=1)).notices
    assert [(n.key, n.values) for n in first] == [("pg_fsh_not_all", {"shots": 1, "count": 2})]
    buttons = prompt_tab.draw(run_of("few_shot", PromptRequest(**mine), ranked(PromptRequest(**mine))), "en")[-2:]
    assert [button["interactive"] for button in buttons] == [False, False]
