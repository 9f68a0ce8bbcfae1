"""The distillation tab: what is known of a teacher, presets in its proportion, and pairs of layers."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.demos.distillation import choosing, pipeline, presets, race, tab
from playground.demos.distillation.schema import TEACHER, Request
from playground.models import loading
from tests.unit import distilling


@pytest.fixture(scope="module", autouse=True)
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with distilling.models(tmp_path_factory.mktemp("models")) as root:
        yield root


def test_what_is_known_of_a_teacher_without_loading_it(teacher: Path) -> None:
    for model in ("bert-mini", "bert-mini-sentiment"):
        assert choosing.sizes_of(model) == choosing.Sizes(6, 384, 12, 1536)
    assert choosing.sizes_of("local/teacher") == choosing.Sizes(4, 16, 2, 32)
    assert choosing.sizes_of("nobody/knows") == choosing.Sizes(12, 768, 12, 3072)
    (teacher / "other").mkdir()
    settings = {"n_layers": 2, "dim": 64, "n_heads": 4, "hidden_dim": 128}
    of = {"model_type": "distilbert", "architectures": ["DistilBertForSequenceClassification"], **settings}
    (teacher / "other" / "config.json").write_text(json.dumps(of))
    (teacher / "other" / "model.safetensors").touch()
    assert choosing.sizes_of("local/other") == choosing.Sizes(2, 64, 4, 128)
    assert tab.refilled(2.0, "local/teacher", [1, 2, 3]) == ([1, 3], [2, 4])
    assert tab.refilled(3.0, "bert-mini", []) == ([], [2, 4, 6])
    assert "nobody/knows" in tab.count("nobody/knows", 3, 384, 12, 1536, "en")


@pytest.mark.parametrize("model", [TEACHER, "local/teacher"])
@pytest.mark.parametrize("rule", [presets.distilbert, presets.tinybert])
def test_a_preset_is_in_proportion_to_its_teacher_and_can_be_run(
    model: str, rule: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if model == TEACHER:
        monkeypatch.setattr(race, "GENERAL_TEACHER", "bert-mini")
    of = choosing.sizes_of(model)
    values = rule(of)
    asked = Request(model=model, **values)
    race.check(asked, loading.load(model, "sequence_classification"))
    moved = {name: tab._SIZES[name] for name in ("layers", "width", "heads", "ffn")}
    for name, (low, high, step) in moved.items():  # the sliders can stand there
        assert low <= values[name] <= high and (values[name] - low) % step == 0, name
    share = {presets.distilbert: (2, 1.0), presets.tinybert: (3, 312 / 768)}[rule]
    assert asked.layers == max(1, of.layers // share[0]) and abs(asked.width - of.width * share[1]) < 12


def test_presets_stay_within_what_is_offered() -> None:
    huge = choosing.Sizes(48, 1600, 25, 6400)
    for rule in (presets.distilbert, presets.tinybert):
        values = rule(huge)
        assert all(values[name] <= tab._SIZES[name][1] for name in tab._SIZES)
        assert len(values["layer_map"]) == values["layers"] and max(values["layer_map"]) <= 48


@pytest.mark.parametrize(
    ("start", "layer_map", "said"),
    [
        ([1, 3], [2, 4], ["every other layer", "uniformly", "what 2 of the teacher's do"]),
        ([], [3, 4], ["at random", "the top", "first 3 do"]),
        ([1, 4], [1, 4], ["layers of your choice", "layer 2 has the longest way, 3 of"]),
    ],
)
def test_what_pairs_of_layers_mean(start: list[int], layer_map: list[int], said: list[str]) -> None:
    shown = html.unescape(tab.link("local/teacher", 2.0, 16.0, start, layer_map, 1.0, 0.0, False, "en"))
    assert all(part in shown for part in said)
    rows = [re.findall("<td[^>]*>([^<]*)</td>", row)[1:] for row in shown.split("</tr>")]
    expected = [[str(1 + own.index(n)) if n in own else "·" for n in range(1, 5)] for own in (start, layer_map) if own]
    assert [row for row in rows if row] == expected
    unused = tab.link("local/teacher", 2.0, 16.0, start, layer_map, 0.0, 0.0, False, "en")
    assert "Nothing imitates layers now" in unused


@pytest.mark.parametrize(
    ("layer_map", "said"),
    [
        ("1, x", "“1, x” names no layers: write their numbers"),
        ([1], "1 layers of the teacher are named for 2"),
        ([2, 9], "no layer 9: its layers run from 1 to 4"),
        ([0, 1], "no layer 0"),
        ([], "0 layers of the teacher are named for 2"),
        ([3, 1], "not in ascending order"),
    ],
)
def test_what_makes_no_pairs_is_one_sentence(layer_map: Any, said: str) -> None:
    shown = tab.link("local/teacher", 2.0, 16.0, [1, 3], layer_map, 1.0, 0.0, False, "en")
    assert said in html.unescape(shown) and "<table" not in shown
    with pytest.raises(ValueError, match=said):
        list(pipeline.run(distilling.request("the dog is good", layer_map=layer_map, attention=1.0)))


def test_an_encoder_as_deep_as_its_teacher_imitates_layer_by_layer() -> None:
    every = [1, 2, 3, 4]
    assert "imitates its own" in tab.link("local/teacher", 4, 16, every, every, 0.0, 1.0, False, "en")


@pytest.mark.parametrize(
    ("layers", "width", "start", "layer_map", "said"),
    [
        (1, 16, [1], [4], "Begins as layers of your choice"),
        (4, 16, [1, 2, 3, 4], [1, 2, 3, 4], "Begins as all layers"),
        (2, 12, [1, 3], [2, 4], "the teacher's layers are 16 wide and the student's 12"),
        (8, 16, [], [1, 1, 2, 2, 3, 3, 4, 4], "several layers of the student imitate the same one"),
    ],
)
def test_no_pairs_are_promised_that_do_not_come(
    layers: int, width: int, start: list[int], layer_map: list[int], said: str
) -> None:
    shown = html.unescape(tab.link("local/teacher", layers, width, start, layer_map, 1.0, 0.0, False, "en"))
    assert said in shown and "every other" not in shown
    assert ("begins the student's layer" in shown) == (bool(start) and width == 16)
