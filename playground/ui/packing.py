"""The page's description, sent without saying anything twice, and of one idea alone.

Gradio writes the description of all components and events into the document, with every setting at its default and
every list of choices three times over, and beside it that of the API: 700 KB for thirteen experiments. opened.py leaves
one idea of it. `pack` sends what is usual for a kind once, then only what differs, and long parts that recur as a
number; packing.js puts the same description together again before Gradio's own script reads it. That of the API is left
out: where the page has none, Gradio's script asks for it at an address of its own.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from playground.ui.opened import experiments, only

_UNPACK = re.sub(r"^\s+", "", Path(__file__).with_suffix(".js").read_text("utf-8"), flags=re.MULTILINE)
# As Gradio's template writes it: JSON in which "<", ">", "&" and "'" are escaped.
_DESCRIPTION = re.compile(
    rb"window\.gradio_config = (\{.*?\});</script><script>window\.gradio_api_info = .*?;</script>"
)
# Asked for at once, since Gradio's script waits for it before it shows anything.
_API = '<link rel="preload" href="gradio_api/info" as="fetch" crossorigin>'
# A label to be translated in the page, as Gradio writes it: some 60 characters around each key.
_LABEL = re.compile(r'__i18n__\{"__type__": "translation_metadata", "key": "(\w+)"\}')
_NUMBER = 6  # characters of "$123"; what is hardly longer is not worth a number

Json = Any


def packed_page(document: bytes, language: str, experiment: str = "") -> bytes:
    """The document with its description packed, the labels in one language only and no idea but that of the experiment
    (the first one for a name that is not known); as it was where it has none."""
    return _DESCRIPTION.sub(lambda found: _script(found[1], language, experiment) or found[0], document, count=1)


def _script(description: bytes, language: str, experiment: str) -> bytes | None:
    config = _read(description)
    if "layout" not in config:  # whoever has to log in first is sent next to nothing
        return None
    known = experiments(config)
    named = experiment if experiment in known else next(iter(known), "")
    return _packed_script(_once(description), language, named)


@lru_cache(maxsize=2)
def _read(description: bytes) -> dict[str, Json]:
    config: dict[str, Json] = json.loads(description)
    return config


@lru_cache(maxsize=2)
def _once(description: bytes) -> bytes:
    """Of equal ones always the same: what is remembered by it holds one of them, not one a page."""
    return description


@lru_cache(maxsize=128)  # some 50 KB each; a page of the same app is nearly always the same
def _packed_script(description: bytes, language: str, experiment: str) -> bytes:
    config, idea = _read(description), ""
    if experiment:
        idea = f"window.pgIdea = {json.dumps(experiments(config)[experiment])};"
        config = only(config, experiment)
    packed = _written(pack(spoken(config, language)))
    for character in "<>&'":
        packed = packed.replace(character, f"\\u{ord(character):04x}")
    return f"{{{_UNPACK}{idea}window.gradio_config = pgUnpack({packed});}}</script>{_API}".encode()


def spoken(config: Mapping[str, Json], language: str) -> dict[str, Json]:
    """The description with the labels that it needs, in one language."""
    labels = (config.get("i18n_translations") or {}).get(language)
    if labels is None:
        return {**config, "i18n_translations": {}}
    used = set(re.findall(r"\bpg_\w+", _written(config["components"])))
    return {**config, "i18n_translations": {language: {key: text for key, text in labels.items() if key in used}}}


def pack(config: Mapping[str, Json]) -> dict[str, Json]:
    """The description as {"config", "usual", "forms", "labels", "often"}, which packing.js takes apart again.

    usual: kind -> the settings that most of its components have; an event (a dependency) is of the kind "".
    forms: [kind, settings that differ from the usual, usual settings that are missing]; every component and event
    becomes [its form, the values of the settings that differ]. A component's properties count as settings, with a
    dot before the name, and an id is told by how far it lies from the one before.
    labels: [key, its text in each language of config["i18n_translations"]]; a label becomes "~" and its place there.
    often: parts that recur, each of which becomes "$" and its place there.
    A text that itself begins with "$", "~" or "=" is told by a "=" before it.
    Of the layout is left [id, what is inside] for a box and the id for anything else.
    """
    packed = dict(config)
    forms = _Forms()
    for name in ("components", "dependencies"):
        packed[name] = forms.packed([_flat(thing) for thing in _stepwise(config[name])])
    packed["layout"] = _tree(config["layout"])
    packed["page"] = {name: _page(page, config) for name, page in config["page"].items()}
    translations = config.get("i18n_translations") or {}
    if translations:
        packed["i18n_translations"] = list(translations)
    labels = _Labels(translations)
    whole = labels.packed({"config": packed, "usual": forms.usual, "forms": forms.forms})
    return _recurring(whole | {"labels": labels.rows})


def _stepwise(things: Iterable[Mapping[str, Json]]) -> Iterable[dict[str, Json]]:
    last = 0
    for thing in things:
        yield {**thing, "id": thing["id"] - last}
        last = thing["id"]


def _flat(thing: Mapping[str, Json]) -> dict[str, Json]:
    properties = {f".{key}": value for key, value in thing.get("props", {}).items()}
    return {key: value for key, value in thing.items() if key != "props"} | properties


def _tree(node: Mapping[str, Json]) -> Json:
    return [node["id"], *map(_tree, node["children"])] if "children" in node else node["id"]


def _page(page: Mapping[str, Json], config: Mapping[str, Json]) -> dict[str, Json]:
    """Which components and events a page has is left out where it has all: Gradio's app may have several pages."""
    left = {**page, "layout": _tree(page["layout"])}
    return {
        key: value
        for key, value in left.items()
        if key not in ("components", "dependencies") or value != [thing["id"] for thing in config[key]]
    }


class _Forms:
    """Objects of one kind have mostly the same settings, and differ mostly in the same ones."""

    def __init__(self) -> None:
        self.usual: dict[str, dict[str, Json]] = {}
        self.forms: list[list[Json]] = []
        self._places: dict[str, int] = {}

    def packed(self, things: list[dict[str, Json]]) -> list[list[Json]]:
        kinds = [
            f"{thing['type']}/{thing.get('.component_class_name', '')}" if "type" in thing else "" for thing in things
        ]
        for kind in dict.fromkeys(kinds):
            self.usual[kind] = _usual(thing for thing, other in zip(things, kinds, strict=True) if other == kind)
        return [self._differing(kind, thing) for kind, thing in zip(kinds, things, strict=True)]

    def _differing(self, kind: str, thing: Mapping[str, Json]) -> list[Json]:
        usual = self.usual[kind]
        # Compared as JSON: to Python, False is 0.
        keys = [key for key in thing if key not in usual or _written(thing[key]) != _written(usual[key])]
        form = [kind, keys, [key for key in usual if key not in thing]]
        place = self._places.setdefault(_written(form), len(self.forms))
        if place == len(self.forms):
            self.forms.append(form)
        return [place, *(thing[key] for key in keys)]


def _usual(objects: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """For each key the value that most objects have, if more than one has it."""
    values: dict[str, Counter[str]] = {}
    for thing in objects:
        for key, value in thing.items():
            values.setdefault(key, Counter())[_written(value)] += 1
    return {
        key: json.loads(value) for key, found in values.items() for value, times in found.most_common(1) if times > 1
    }


class _Labels:
    def __init__(self, translations: Mapping[str, Mapping[str, str]]) -> None:
        keys = dict.fromkeys(key for texts in translations.values() for key in texts)
        self._places = {key: place for place, key in enumerate(keys)}
        self.rows: list[Json] = self.packed([[key, *(said.get(key) for said in translations.values())] for key in keys])

    def packed(self, part: Json) -> Json:
        if isinstance(part, dict):
            return {key: self.packed(value) for key, value in part.items()}
        if isinstance(part, list):
            return [self.packed(value) for value in part]
        if not isinstance(part, str):
            return part
        if not (label := _LABEL.fullmatch(part)):
            return f"={part}" if part.startswith(("$", "~", "=")) else part
        place = self._places.setdefault(label[1], len(self.rows))
        if place == len(self.rows):
            self.rows.append([label[1]])
        return f"~{place}"


def _recurring(whole: dict[str, Json]) -> dict[str, Json]:
    """With all parts that recur replaced; a part in `often` may itself hold numbers of parts before it."""
    times: Counter[str] = Counter()
    places: dict[str, int] = {}
    often: list[Json] = []

    def count(part: Json) -> None:
        if isinstance(part, dict | list | str) and len(written := _written(part)) > _NUMBER:
            times[written] += 1
            if times[written] > 1:
                return  # its own parts are counted
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            count(inner)

    def replaced(part: Json) -> Json:
        if not isinstance(part, dict | list | str):
            return part
        written = _written(part)
        if times[written] < 2 or times[written] * (len(written) - _NUMBER) <= len(written):
            return inside(part)
        if written not in places:
            kept = inside(part)
            places[written] = len(often)
            often.append(kept)
        return f"${places[written]}"

    def inside(part: Json) -> Json:
        if isinstance(part, dict):
            return {key: replaced(value) for key, value in part.items()}
        return [replaced(value) for value in part] if isinstance(part, list) else part

    count(whole)
    return inside(whole) | {"often": often}


def _written(part: Json) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))
