"""Labelled sets as the Hub has them, read by `datasets` itself from folders on the disk."""

import csv
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from playground.demos.distillation import material
from playground.demos.fine_tune.data import labelled
from playground.messages import Complaint
from playground.models import hub_sets

ROWS = 3_000


def _write(folder: Path, columns: tuple[str, str], splits: dict[str, int]) -> None:
    """Sorted by label, as IMDB is; each sentence tells its label, and one in fifty is empty."""
    folder.mkdir()
    for split, size in splits.items():
        with (folder / f"{split}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["id", *columns])
            for number in range(size):
                label = int(number >= size // 2)
                text = "" if number % 50 == 7 else f"{split} {number} is {'good' if label else 'bad'}<br />indeed"
                rows.writerow([number, text, label])


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for one in hub_sets.SETS.values():
        _write(tmp_path / one.name, (one.text, "label"), {one.train: ROWS, one.test: 900})
        here = hub_sets.HubSet(one.name, str(tmp_path / one.name), one.text, one.test, one.train)
        monkeypatch.setitem(hub_sets.SETS, one.name, here)
    monkeypatch.setattr(hub_sets, "reach", lambda wanted: None)  # folders are no repositories
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    hub_sets.fetch.cache_clear()
    yield tmp_path
    hub_sets.fetch.cache_clear()


@pytest.mark.parametrize("name", list(hub_sets.SETS))
def test_a_part_of_each_set_is_drawn_from_all_of_it(hub: Path, name: str) -> None:
    train, test = hub_sets.fetch(name)
    assert len(train) == hub_sets.TRAIN and len(test) == hub_sets.TEST and train.names == ("negative", "positive")
    for part, split in ((train, hub_sets.SETS[name].train), (test, hub_sets.SETS[name].test)):
        assert len(set(part.sentences)) == len(part)
        for sentence, label in zip(part.sentences, part.labels, strict=True):
            assert sentence.startswith(f"{split} ") and sentence.endswith(" indeed")
            assert ("good" in sentence) == bool(label)
        assert 0.4 < sum(part.labels) / len(part) < 0.6  # not the first rows, which have one label
    assert hub_sets.fetch(name) is hub_sets.fetch(name)
    again = hub_sets.fetch.__wrapped__(name)
    assert again == (train, test)


def test_the_demos_take_a_set_by_its_name(hub: Path) -> None:
    train, test = hub_sets.fetch("SST-2")
    data = labelled("SST-2", "")
    assert tuple(data.sentences[place] for place in data.train) == train.sentences
    assert tuple(data.sentences[place] for place in data.test) == test.sentences
    assert material.parts("SST-2", "") == (train, test)


def test_a_file_of_that_name_is_the_file(hub: Path) -> None:
    text = "\n".join(f"{'good' if number % 2 else 'bad'}\tsentence {number}" for number in range(60))
    assert len(labelled("SST-2", text).sentences) == 60
    assert sum(map(len, material.parts("SST-2", text))) == 60
    for nobody in ("SST-3", "sst-2"):
        with pytest.raises(Complaint):
            labelled(nobody, "")
        with pytest.raises(Complaint):
            material.parts(nobody, "")


def test_a_hub_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and nothing listens: a connection is refused
        monkeypatch.setattr(hub_sets, "HfApi", lambda: HfApi(endpoint=f"http://127.0.0.1:{nobody.getsockname()[1]}"))
        with pytest.raises(Complaint) as failed:
            hub_sets.fetch.__wrapped__("IMDB")
    assert failed.value.key == "pg_err_set_fetch"


def test_without_the_package_or_the_network_it_is_one_sentence(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = hub_sets.HubSet("IMDB", str(hub / "nowhere"), "text")
    monkeypatch.setitem(hub_sets.SETS, "IMDB", gone)
    with pytest.raises(Complaint, match="IMDB") as failed:
        hub_sets.fetch("IMDB")
    assert failed.value.key == "pg_err_set_fetch"
    one_label = hub_sets.HubSet("NSMC", str(hub / "SST-2"), "sentence", train="train", test="validation")
    for split in ("train", "validation"):
        path = hub / "SST-2" / f"{split}.csv"
        path.write_text("id,sentence,label\n1,a,0\n2,b,0\n", encoding="utf-8")
    monkeypatch.setitem(hub_sets.SETS, "NSMC", one_label)
    with pytest.raises(Complaint) as failed:
        hub_sets.fetch("NSMC")
    assert failed.value.key == "pg_err_set_fetch"
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(Complaint) as failed:
        hub_sets.fetch("SST-2")
    assert failed.value.key == "pg_err_set_package" and "pip install datasets" in str(failed.value)
