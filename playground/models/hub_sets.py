"""Labelled sets of the Hugging Face Hub, where the `datasets` package and a network are there.

A part of each is enough here: the rows come as a stream, and what is not needed is not kept.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from huggingface_hub import HfApi

from playground.core.labelled import Labelled
from playground.inputs import MAX_CHARACTERS, without_controls
from playground.messages import Complaint

TRAIN, TEST = 2_000, 500  # rows that are taken
_POOL = 50_000  # rows among which they are drawn: IMDB's are in the order of their labels
_SEED = 20_260_101
_LOG = logging.getLogger("playground")


@dataclass(frozen=True)
class HubSet:
    """repository: where it lies; revision: of it; train, test: its splits; text: the column; the other one is `label`,
    0 or 1."""

    name: str
    repository: str
    text: str
    test: str = "test"
    train: str = "train"
    revision: str | None = None


SETS = {
    one.name: one
    for one in (
        HubSet("SST-2", "stanfordnlp/sst2", "sentence", test="validation"),  # the labels of its test part are secret
        HubSet("IMDB", "stanfordnlp/imdb", "text"),
        # Its main branch holds a script, which `datasets` does not run any more.
        HubSet("NSMC", "e9t/nsmc", "document", revision="refs/convert/parquet"),
    )
}
NAMES = ("negative", "positive")


@lru_cache(maxsize=len(SETS))
def fetch(name: str) -> tuple[Labelled, Labelled]:
    """At most TRAIN sentences to learn from and TEST others, always the same ones. Raises KeyError for a set that is
    not in SETS, and Complaint when it cannot be had."""
    wanted = SETS[name]
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise Complaint("pg_err_set_package", name=name) from error
    try:
        reach(wanted)
        return tuple(  # type: ignore[return-value]
            _some(load_dataset(wanted.repository, split=part, revision=wanted.revision, streaming=True), wanted, size)
            for part, size in ((wanted.train, TRAIN), (wanted.test, TEST))
        )
    except Complaint:
        raise
    except Exception as error:  # of three libraries, for anything from a cable to a changed column
        _LOG.warning("%s was not fetched: %s", wanted.repository, error)
        raise Complaint("pg_err_set_fetch", name=name, repository=wanted.repository) from error


def reach(wanted: HubSet) -> None:
    """Raises what the Hub's library raises when the set is not to be had: at once, where `datasets` tries for 25 s."""
    HfApi().dataset_info(wanted.repository, timeout=10)


def _some(rows: Any, wanted: HubSet, size: int) -> Labelled:
    drawn: Iterable[dict[str, Any]] = rows.shuffle(seed=_SEED, buffer_size=_POOL)
    texts: list[str] = []
    labels: list[int] = []
    for row in drawn:
        text = without_controls(str(row[wanted.text] or "").replace("<br />", " ").strip()[:MAX_CHARACTERS])
        if text and row["label"] in (0, 1):
            texts.append(text)
            labels.append(int(row["label"]))
        if len(texts) == size:
            break
    if len(set(labels)) < len(NAMES):
        raise ValueError(f"{len(texts)} rows with the labels {sorted(set(labels))}")
    return Labelled(tuple(texts), tuple(labels), NAMES)
