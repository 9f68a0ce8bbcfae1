"""Tokenizers of Hub models: what lies on this machine costs no download, and a tokenizer costs no weights."""

import fnmatch
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.messages import Complaint
from playground.models import download, tokenizers
from playground.models.catalogue import Entry, find
from tests.unit import tiny

LISTED = "google-bert/bert-base-uncased"  # in the catalogue, and without a folder
FILES = ("tokenizer.json", "tokenizer_config.json", "config.json")


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """cached(name, ...): the Hub's cache holds these files of LISTED, and nothing of any other model."""
    folder = tiny.save(tmp_path / "snapshot")

    def holds(*names: str) -> Path:
        def look(model: str, name: str, **_: Any) -> str | None:
            return str(folder / name) if model == LISTED and name in names else None

        monkeypatch.setattr(tokenizers, "try_to_load_from_cache", look)
        return folder

    return holds


def _never(*_: Any) -> Path:
    raise AssertionError("something was fetched")


def test_a_cached_tokenizer_is_read_and_nothing_fetched(
    cached: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cached(*FILES)
    monkeypatch.setattr(tokenizers, "fetch", _never)
    assert len(tokenizers.tokenizer_of(LISTED)) == len(tiny.WORDS)
    assert LISTED in tokenizers.others("bert-mini")
    assert LISTED not in tokenizers.others(LISTED) and "bert-mini" in tokenizers.others(LISTED)


@pytest.mark.parametrize("names", [(), FILES[:1], FILES[:2]])
def test_a_download_that_is_half_here_is_left_out_and_not_gone_on_with(
    names: tuple[str, ...], cached: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever types while a model is downloaded would wait for it otherwise."""
    cached(*names)
    monkeypatch.setattr(tokenizers, "fetch", _never)
    assert LISTED not in tokenizers.others("bert-mini")


def test_the_named_tokenizer_is_fetched_without_the_weights(
    cached: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = cached(), []

    def snapshot(model: str, allow_patterns: list[str], **_: Any) -> str:
        asked.append((model, allow_patterns))
        return str(folder)

    monkeypatch.setattr(download, "snapshot_download", snapshot)
    assert len(tokenizers.tokenizer_of(LISTED)) == len(tiny.WORDS)
    [(model, patterns)] = asked
    offered = [*FILES, "special_tokens_map.json", "vocab.txt", "merges.txt", "model.safetensors", "pytorch_model.bin"]
    found = {name for name in offered if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)}
    assert model == LISTED and found == set(offered[:-2])
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(Complaint, match=LISTED):
        tokenizers._read.cache_clear()
        tokenizers.tokenizer_of(LISTED)


def test_who_wants_the_model_does_not_get_the_folder_of_its_tokenizer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    entry, begun, goes_on, asked = find(LISTED), threading.Event(), threading.Event(), []

    def snapshot(model: str, allow_patterns: list[str], **_: Any) -> str:
        asked.append(allow_patterns)
        begun.set()
        assert goes_on.wait(30)
        return "weights" if "*.safetensors" in allow_patterns else "tokenizer"

    monkeypatch.setattr(download, "snapshot_download", snapshot)
    folders: dict[str, Path] = {}

    def ask(name: str, entry: Entry, *files: tuple[str, ...]) -> threading.Thread:
        thread = threading.Thread(target=lambda: folders.update({name: download.fetch(entry, *files)}))
        thread.start()
        return thread

    first = ask("tokenizer", entry, tokenizers._FILES)
    assert begun.wait(30)
    rest = [ask("same", entry, tokenizers._FILES), ask("model", entry)]
    goes_on.set()
    for thread in (first, *rest):
        thread.join(30)
    assert folders == {"tokenizer": Path("tokenizer"), "same": folders["same"], "model": Path("weights")}
    assert not download.under_way(LISTED) and asked.count(list(download._FILES)) == 1
