"""A page has one idea of all: nothing of it is missing, and nothing of the others is sent."""

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from playground import demos
from playground.app import build
from playground.ui.opened import experiments, only

ALL = [demo.name for demo in demos.ALL]
_IDEA = {part.name: demo.name for demo in demos.ALL for part in demo.all}


@pytest.fixture(scope="module")
def app() -> gr.Blocks:
    return build()


@pytest.fixture(scope="module")
def config(app: gr.Blocks) -> dict[str, Any]:
    description: dict[str, Any] = json.loads(json.dumps(app.config, default=str))
    return description


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", ()):
        yield from _nodes(child)


def _touched(event: dict[str, Any]) -> set[int]:
    targets = {target for target, name in event["targets"] if target and name != "load"}  # that is the page itself
    return targets | {*event["inputs"], *event["outputs"]}


def _of_api(event: dict[str, Any]) -> bool:
    return bool(event["api_visibility"] == "public")


def test_every_experiment_is_known_by_its_idea(config: dict[str, Any]) -> None:
    assert experiments(config) == _IDEA and list(_IDEA) == [demo.name for demo in demos.EVERY]
    assert experiments({"components": [], "layout": {"id": 0, "children": []}}) == {}
    with pytest.raises(KeyError):
        only(config, "no such experiment")


@pytest.mark.parametrize("name", [demo.name for demo in demos.EVERY])
def test_a_page_hangs_together(config: dict[str, Any], name: str) -> None:
    page = only(config, name)
    sent = [thing["id"] for thing in page["components"]]
    assert set(sent) == {node["id"] for node in _nodes(page["layout"])} - {page["layout"]["id"]}
    assert page["page"][""]["components"] == sent
    events = [event["id"] for event in page["dependencies"]]
    assert page["page"][""]["dependencies"] == events
    for event in page["dependencies"]:
        assert event["trigger_after"] is None or event["trigger_after"] in events
        assert _of_api(event) or _touched(event) <= set(sent)
    known = {thing["props"].get("elem_id") for thing in page["components"]}
    assert {f"{other}-copy" for other, idea in _IDEA.items() if idea == _IDEA[name]} <= known
    assert not {f"{other}-copy" for other, idea in _IDEA.items() if idea != _IDEA[name]} & known


def test_together_the_pages_have_all_that_there_is_and_each_has_its_own(config: dict[str, Any]) -> None:
    pages = {idea: only(config, idea) for idea in ALL}
    seen = {thing["id"] for page in pages.values() for thing in page["components"]}
    needed = set().union(*map(_touched, config["dependencies"]))
    for thing in config["components"]:
        if thing["id"] not in seen:  # what the API is made of, and states that nothing reads or writes
            assert thing["type"] == "api" or (thing["type"] == "state" and thing["id"] not in needed)
    assert {event["id"] for page in pages.values() for event in page["dependencies"]} == {
        event["id"] for event in config["dependencies"]
    }
    times: dict[int, int] = {}
    for page in pages.values():
        for event in page["dependencies"]:
            times[event["id"]] = times.get(event["id"], 0) + 1
    shared = [event for event in config["dependencies"] if times[event["id"]] > 1]
    assert all(times[event["id"]] == len(pages) for event in shared)
    assert all(_of_api(event) for event in shared if not event["targets"])
    # The names of all ideas are on each page.
    for page in pages.values():
        tabs = [thing["props"]["id"] for thing in page["components"] if thing["type"] == "tabitem"]
        assert [tab for tab in dict.fromkeys(tabs) if tab in ALL] == ALL


def test_a_page_is_much_smaller_than_all(config: dict[str, Any]) -> None:
    """Drawing takes the square of it; the events of the API, which nothing waits for, do not count."""
    for idea in ALL:
        page = only(config, idea)
        assert len(page["components"]) < 0.45 * len(config["components"])
        assert sum(map(bool, (event["targets"] for event in page["dependencies"]))) < 0.55 * len(config["dependencies"])


@pytest.mark.parametrize("search", ["?tab=albert", "?tab=albert&v=1&run=" + "A" * 20_000])
def test_where_all_ideas_are_sent_only_the_one_that_was_asked_for_is_drawn(app: gr.Blocks, search: str) -> None:
    """As where the app is mounted without its own middleware. A link that is too long is one of its idea, too."""
    opening = [event for event in app.fns.values() if event.targets and event.targets[0][1] == "load"]
    drawn = []
    for event in opening:
        if len(event.inputs) == 2 and event.fn is not None:
            values = [value for value in event.fn(search, "en") if value != gr.skip()]
            drawn += [values] if values else []
    [values] = drawn
    assert ("damaged" in str(values)) == ("run=" in search)
