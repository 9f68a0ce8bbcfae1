"""Fetching a model from the Hugging Face Hub: its safetensors and small files, and how far a download has come."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.utils.tqdm import tqdm

from playground.messages import Complaint
from playground.models.catalogue import Entry

_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
_ELSEWHERE = ["*/*"]  # folders hold the same weights for other programs; only the root is loaded
_LOG = logging.getLogger("playground")


@dataclass(frozen=True)
class Progress:
    """Bytes. `total` counts the files begun so far, which within a moment are all that are not on the disk yet."""

    done: int
    total: int


@dataclass
class _Flight:
    """One download under way. The Hub's library counts bytes on several bars (received, written), in many threads."""

    files: tuple[str, ...] = _FILES
    folder: Future[Path] = field(default_factory=Future)
    bars: list[Any] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def bar(self) -> type[tqdm]:
        """A class of bars that report to this flight; on a terminal they are drawn as the library's own are."""
        flight = self

        class Bar(tqdm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                self.done = 0  # tqdm's own count stands still when it does not draw
                super().__init__(*args, **kwargs)
                if kwargs.get("unit") == "B":  # another bar counts files
                    with flight.lock:
                        flight.bars.append(self)

            def update(self, n: float | None = 1) -> bool | None:
                with flight.lock:
                    self.done += int(n or 0)
                drawn: bool | None = super().update(n)
                return drawn

        return Bar

    def progress(self) -> Progress | None:
        with self.lock:
            done = max((bar.done for bar in self.bars), default=0)
            total = max((int(bar.total or 0) for bar in self.bars), default=0)
        return Progress(done, max(done, total)) if total else None


_FLIGHTS: dict[str, _Flight] = {}  # only what is under way: a flight is gone when it has ended
_LOCK = threading.Lock()


def under_way(model: str) -> bool:
    """Whether `model` (an id) is being downloaded, or its files are being looked for."""
    with _LOCK:
        return model in _FLIGHTS


def follow(model: str, every: float = 0.3) -> Iterator[Progress | None]:
    """How far a download has come, every `every` seconds until it ends; None as long as no byte has come.

    Nothing for a model that is not being downloaded. Raises the Complaint with which the download fails.
    """
    with _LOCK:
        flight = _FLIGHTS.get(model)
    if flight is None:
        return
    while not flight.folder.done():
        yield flight.progress()
        wait([flight.folder], every)
    flight.folder.result()


def progress_of(model: str) -> Progress | None:
    """How far the download of `model` (an id) has come, from any thread of this process.

    None when nothing is being downloaded: not asked for, on the disk already, not yet begun, ended or failed.
    """
    with _LOCK:
        flight = _FLIGHTS.get(model)
    return flight.progress() if flight else None


def fetch(entry: Entry, files: tuple[str, ...] = _FILES) -> Path:
    """The folder of a Hub model, downloaded unless the Hub's cache on the disk has it; without the Hub, from there.

    files: patterns of the files that are wanted. Two who ask at the same time wait for one download. Raises Complaint.
    """
    while True:
        with _LOCK:
            flight = _FLIGHTS.get(entry.id)
            if flight is None:
                mine = _FLIGHTS[entry.id] = _Flight(files)
                break
        folder = flight.folder.result()
        if flight.files in (files, _FILES):
            return folder  # else it fetched less than is wanted
    try:
        folder = _snapshot(entry, files, mine.bar())
    except BaseException as error:
        with _LOCK:
            del _FLIGHTS[entry.id]
        mine.folder.set_exception(error)
        raise
    with _LOCK:
        del _FLIGHTS[entry.id]
    mine.folder.set_result(folder)
    return folder


def _snapshot(entry: Entry, files: tuple[str, ...], bar: type[tqdm]) -> Path:
    assert entry.hub_id is not None
    try:
        return Path(
            snapshot_download(entry.hub_id, allow_patterns=list(files), ignore_patterns=_ELSEWHERE, tqdm_class=bar),
        )
    except GatedRepoError as error:
        raise Complaint("pg_err_hub_gated", model=entry.id) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise Complaint("pg_err_hub_offline", model=entry.id) from error
    except (RepositoryNotFoundError, EntryNotFoundError) as error:
        raise Complaint("pg_err_hub_unknown", model=entry.id) from error
    except Exception as error:  # a broken connection is no OSError, and each way of transport has errors of its own
        _LOG.warning("downloading %s failed", entry.id, exc_info=error)
        raise Complaint("pg_err_hub_failed", model=entry.id) from error
