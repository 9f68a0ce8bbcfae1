"""The page's description, sent without saying anything twice.

Gradio writes the description of all components and events into the document, with every setting at its default and
every list of choices three times over: 600 KB for thirteen experiments. `pack` sends what is usual for a kind once,
then only what differs, and long parts that recur as a number; packing.js puts the same description together again
before Gradio's own script reads it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

_UNPACK = re.sub(r"^\s+", "", Path(__file__).with_suffix(".js").read_text("utf-8"), flags=re.MULTILINE)
# As Gradio's template writes it: JSON in which "<", ">", "&" and "'" are escaped.
_DESCRIPTION = re.compile(
    rb"window\.gradio_config = (\{.*?\});</script><script>window\.gradio_api_info = (.*?);</script>"
)
# A label to be translated in the page, as Gradio writes it: some 60 characters around each key.
_LABEL = re.compile(r'__i18n__\{"__type__": "translation_metadata", "key": "(\w+)"\}')
_SHORT = 24  # characters of JSON; what is shorter is not worth a number

Json = Any


def packed_page(document: bytes) -> bytes:
    """The document with its description packed; as it was where it has none."""
    return _DESCRIPTION.sub(lambda found: _script(found[1], found[2]), document, count=1)


@lru_cache(maxsize=4)  # a page of the same app is nearly always the same
def _script(config: bytes, api_info: bytes) -> bytes:
    packed = _written(pack({"config": json.loads(config), "api": json.loads(api_info)}))
    for character in "<>&'":
        packed = packed.replace(character, f"\\u{ord(character):04x}")
    told = f"{_UNPACK}const told = pgUnpack({packed});"
    return f"{{{told}window.gradio_config = told.config; window.gradio_api_info = told.api;}}</script>".encode()


def pack(description: Mapping[str, Json]) -> dict[str, Json]:
    """{"config", "api"} -> {"config", "api", "usual", "often"}, which packing.js takes apart again.

    A component {"type", "props", ...} becomes [kind, what differs of it, what differs of its props] and an event
    (a dependency) what differs, from usual[kind] and usual[""]; "-" lists what is usual and missing. Any part of
    what comes of this that recurs becomes {"$": its place in `often`}, and a label to be translated {"~": its key}.
    """
    config = dict(description["config"])
    components, events = config["components"], config["dependencies"]
    kinds = [f"{component['type']}/{component['props'].get('component_class_name', '')}" for component in components]
    bodies = [{key: value for key, value in component.items() if key != "props"} for component in components]
    usual: dict[str, list[dict[str, Json]]] = {"": [_usual(events)]}
    for kind in dict.fromkeys(kinds):
        alike = [number for number, other in enumerate(kinds) if other == kind]
        usual[kind] = [_usual(bodies[n] for n in alike), _usual(components[n]["props"] for n in alike)]
    config["components"] = [
        [kind, _differing(body, usual[kind][0]), _differing(component["props"], usual[kind][1])]
        for kind, body, component in zip(kinds, bodies, components, strict=True)
    ]
    config["dependencies"] = [_differing(event, usual[""][0]) for event in events]
    return _Recurring({"config": config, "api": description["api"], "usual": usual}).packed


def _usual(objects: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """For each key the value that most objects have, if more than one has it."""
    values: dict[str, Counter[str]] = {}
    for thing in objects:
        for key, value in thing.items():
            values.setdefault(key, Counter())[_written(value)] += 1
    return {
        key: json.loads(value) for key, found in values.items() for value, times in found.most_common(1) if times > 1
    }


def _differing(thing: Mapping[str, Json], usual: Mapping[str, Json]) -> dict[str, Json]:
    # Compared as JSON: to Python, False is 0.
    differing = {
        key: value for key, value in thing.items() if key not in usual or _written(value) != _written(usual[key])
    }
    missing = [key for key in usual if key not in thing]
    return differing | ({"-": missing} if missing else {})


class _Recurring:
    """Replaces all parts that recur; a part in `often` may itself hold numbers of parts before it."""

    def __init__(self, whole: dict[str, Json]) -> None:
        self._times: Counter[str] = Counter()
        self._places: dict[str, int] = {}
        self._often: list[Json] = []
        self._count(whole)
        self.packed: dict[str, Json] = self._inside(whole) | {"often": self._often}

    def _count(self, part: Json) -> None:
        if isinstance(part, dict | list | str) and len(written := _written(part)) >= _SHORT:
            self._times[written] += 1
            if self._times[written] > 1:
                return  # its own parts are counted
        for inner in _inner(part):
            self._count(inner)

    def _replaced(self, part: Json) -> Json:
        if not isinstance(part, dict | list | str):
            return part
        written = _written(part)
        if self._times[written] < 2 or (isinstance(part, str) and _LABEL.fullmatch(part)):
            return self._inside(part)
        if written not in self._places:
            inside = self._inside(part)
            self._places[written] = len(self._often)
            self._often.append(inside)
        return {"$": self._places[written]}

    def _inside(self, part: Json) -> Json:
        if isinstance(part, str) and (label := _LABEL.fullmatch(part)):
            return {"~": label[1]}
        if isinstance(part, dict):
            return {key: self._replaced(value) for key, value in part.items()}
        return [self._replaced(value) for value in part] if isinstance(part, list) else part


def _written(part: Json) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))


def _inner(part: Json) -> Iterable[Json]:
    return part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
