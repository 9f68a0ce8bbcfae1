"""Models that were trained here: found by their name alone, and gone in time."""

import os
import threading
import time
import zipfile
from pathlib import Path

import pytest
from transformers import BertForSequenceClassification, PreTrainedModel

from playground.messages import Complaint
from playground.models import kept
from tests.unit import tiny


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "_ROOT", tmp_path / "kept")
    monkeypatch.setattr(kept, "_SWEEPING", threading.Lock())
    return tmp_path / "kept"


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return tiny.model(BertForSequenceClassification)


def _keep(name: str, model: PreTrainedModel, card: str = "card") -> None:
    kept.keep(name, model, tiny.tokenizer(), card)


def _aged(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_a_name_that_is_none_finds_nothing(model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("", "../teacher", "x" * 24, "a/../../teacher"):
        with pytest.raises(Complaint, match="no longer here"):
            kept.folder(name)
    name = kept.new_name()
    assert len(name) == 24 and name != kept.new_name()
    _keep(name, model)
    assert kept.folder(name).is_dir()
    monkeypatch.setattr(kept, "KEPT_SECONDS", -1.0)
    with pytest.raises(Complaint, match="no longer here"):
        kept.folder(name)


def test_what_is_old_goes_though_nobody_asks(
    root: Path, model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(kept.time, "sleep", waited.append)
    monkeypatch.setattr(kept, "KEPT_SECONDS", 0.5)
    _keep(kept.new_name(), model)
    deadline = time.monotonic() + 20
    while any(root.iterdir()):
        assert time.monotonic() < deadline
    assert set(waited) == {60}


def test_the_oldest_make_room(root: Path, model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [kept.new_name() for _ in range(4)]
    for age, name in zip((300, 200, 100), names, strict=False):
        _keep(name, model)
        _aged(root / name, age)
    one = sum(file.stat().st_size for file in (root / names[0]).iterdir())
    monkeypatch.setenv("PLAYGROUND_KEPT_GB", str(3.1 * one / 1e9))
    _keep(names[0], model)  # written anew, which needs no room but its own
    assert {path.name for path in root.iterdir()} == set(names[:3])
    _keep(names[3], model)
    assert {path.name for path in root.iterdir()} == {names[0], *names[2:]}
    monkeypatch.setenv("PLAYGROUND_KEPT_GB", "0")
    with pytest.raises(Complaint, match=r"together may take 0\.0 GB"):
        _keep(names[1], model)


def test_a_download_is_of_the_model_as_it_is_now(model: PreTrainedModel) -> None:
    name = kept.new_name()
    for card in ("after 10 steps", "after 20 steps"):
        _keep(name, model, card)
        assert kept.packed(name, "student") == kept.packed(name, "student")
        with zipfile.ZipFile(kept.packed(name, "student")) as archive:
            assert archive.read("student/README.md").decode() == card
