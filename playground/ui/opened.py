"""The page's description without the ideas that are not looked at.

Gradio's page looks for each component through all events and finds it by walking the tree of all: twice as many
experiments take four times as long to draw. So a page is sent one idea alone, with the names of the others; to look at
another idea is to open its page, and page.js keeps what was asked in this one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

IDEAS = "pg-ideas"  # id of the bar with a tab for each idea

Json = Any
Description = Mapping[str, Json]


def experiments(config: Description) -> dict[str, str]:
    """Of each experiment the name of its idea, the first one first; nothing where the page has no ideas."""
    things = _by_id(config)
    return {
        name: things[idea["id"]]["props"]["id"]
        for idea in _ideas(config, things)
        for node in _below(idea)
        if (name := _tab(things[node["id"]]))
    }


def only(config: Description, name: str) -> dict[str, Json]:
    """The description of the page that this experiment is on.

    Its bars stand as in the whole page, so that nothing of another idea than the first one is drawn before the server
    has filled it and turned to it: fields that are filled while they are drawn say that they were changed.

    An event stays when all that it hears of, reads and writes does. The API's events stay, too, since they are listed
    on the page, but not their components: nobody sees those. Raises KeyError for a name that `experiments` does not
    give.
    """
    idea = experiments(config)[name]
    things = _by_id(config)
    gone = {
        node["id"]
        for other in _ideas(config, things)
        if things[other["id"]]["props"]["id"] != idea
        for child in other["children"]
        for node in _below(child)
    }
    served = {thing["id"] for thing in config["components"] if thing["type"] == "api"}
    events: list[Json] = []
    for event in config["dependencies"]:
        after = event["trigger_after"]
        if not _touched(event) & gone and (after is None or any(after == kept["id"] for kept in events)):
            events.append(event)
    # What no one sees and no event needs any more: states and hidden fields of the other ideas.
    needed = set().union(*map(_touched, events))
    unseen = {thing["id"] for thing in config["components"] if _is_unseen(thing)}
    gone |= served | (unseen - needed)
    components = [thing for thing in config["components"] if thing["id"] not in gone]
    layout = _without(config["layout"], gone)
    page = {
        "layout": layout,
        "components": [thing["id"] for thing in components],
        "dependencies": [event["id"] for event in events],
    }
    return {**config, "components": components, "dependencies": events, "layout": layout, "page": {"": page}}


def _by_id(config: Description) -> dict[int, Json]:
    return {thing["id"]: thing for thing in config["components"]}


def _below(node: Json) -> Iterator[Json]:
    """A node of the layout and all that is inside it."""
    yield node
    for child in node.get("children", ()):
        yield from _below(child)


def _ideas(config: Description, things: Mapping[int, Json]) -> list[Json]:
    """The nodes of the ideas' tabs."""
    for node in _below(config["layout"]):
        if things.get(node["id"], {}).get("props", {}).get("elem_id") == IDEAS:
            return list(node["children"])
    return []


def _tab(thing: Json) -> str:
    return thing["props"]["id"] if thing["type"] == "tabitem" else ""


def _touched(event: Json) -> set[int]:
    return {target for target, _ in event["targets"] if target is not None} | {*event["inputs"], *event["outputs"]}


def _is_unseen(thing: Json) -> bool:
    return thing["type"] == "state" or thing["props"].get("visible") is False


def _without(node: Json, gone: set[int]) -> Json:
    if "children" not in node:
        return node
    return {**node, "children": [_without(child, gone) for child in node["children"] if child["id"] not in gone]}
