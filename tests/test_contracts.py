"""The floors of the house hold, and what is stored still fits."""

import base64
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground import demos, examples
from playground.demo import Demo
from playground.paths import ROOT
from playground.runs import MAX_RUN_BYTES
from tests.short import SAME, SHORT


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    command = str(linter) if linter.is_file() else shutil.which("lint-imports")
    assert command, "lint-imports is missing: pip install -r tests/requirements.txt"
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_building_the_page_imports_no_torch() -> None:
    code = "import sys; from playground.app import build; build(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("False")


@pytest.mark.parametrize("demo", demos.EVERY, ids=lambda demo: demo.name)
def test_stored_examples_match_their_schema_and_requests(demo: Demo) -> None:
    runs = examples.stored(demo.name)
    wanted = examples.requests()[demo.name]
    assert len(runs) == len(wanted) > 0, "run `python -m playground.examples`"
    for run, values in zip(runs, wanted, strict=True):
        assert run.demo == demo.name
        request = demo.request.model_validate(run.request)
        assert request == demo.request.model_validate(values), "run `python -m playground.examples`"
        result = demo.result.model_validate(run.result)
        assert result.model_dump() == run.result
        assert len(run.model_dump_json()) <= MAX_RUN_BYTES


@pytest.mark.parametrize("demo", demos.EVERY, ids=lambda demo: demo.name)
def test_stored_examples_are_what_the_models_say_now(demo: Demo) -> None:
    """A new checkpoint without new examples would show one model's bars under another's name."""
    run = examples.stored(demo.name)[0]
    result = demo.run(demo.request.model_validate(run.request | SHORT.get(demo.name, {})))
    if demo.progress:
        *_, result = result  # type: ignore[misc]
    now, then = result.model_dump(), run.result  # type: ignore[union-attr]
    if demo.name in SHORT:
        now, then = ({key: whole[key] for key in SAME[demo.name]} for whole in (now, then))
        assert now
    if demo.name == "inputs":
        now, then = (_everywhere(whole) for whole in (now, then))
    assert _rounded(now) == _rounded(then)
    for before, after in zip(_pictures(then), _pictures(now), strict=True):
        assert int(np.abs(before - after).max(initial=0)) <= 1


def _everywhere(result: dict[str, Any]) -> dict[str, Any]:
    """Without the counts by tokenizers of the Hub: each machine counts by those that it has downloaded."""
    return result | {"counts": [count for count in result["counts"] if "/" not in count["name"]]}


def _pictures(value: object) -> list[np.ndarray]:
    """All packed pictures in a result, in their order."""
    if isinstance(value, dict):
        own = [_bytes(value[key]) for key in sorted(_PICTURES & value.keys()) if isinstance(value[key], str)]
        return [*own, *(picture for item in value.values() for picture in _pictures(item))]
    return [picture for item in value for picture in _pictures(item)] if isinstance(value, list) else []


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).astype(int)


_PICTURES = {"mosaic", "map", "mask"}  # packed bytes, whose last step machines round differently
_TIMES = {"forward", "training_step"}  # of the stopwatch: each machine's own


def _rounded(value: object) -> object:
    """Floats to 2 digits, since machines differ in the last ones; times that were taken are left out."""
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        timed = {key for key in _TIMES if isinstance(value.get(key), dict) and "median" in value[key]}
        timed |= {key for key in _PICTURES if isinstance(value.get(key), str)}
        return {key: _rounded(item) for key, item in value.items() if key not in timed}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def test_no_module_outgrows_one_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "playground").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
