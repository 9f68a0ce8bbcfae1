"""Runs of distillation with tiny models: where these lie, and what is asked of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from transformers import BertForMaskedLM, BertForSequenceClassification

from playground.core.teaching import Teacher
from playground.demos.distillation import augment, card, pipeline, race
from playground.demos.distillation.schema import Request
from playground.models import kept, loading
from playground.models.cache import ByteCache
from tests.unit import tiny

NAMES = {0: "negative", 1: "positive"}
# A student of two layers for a teacher of four.
SIZES: dict[str, Any] = {"layers": 2, "width": 16, "heads": 2, "ffn": 32, "start": [1, 3], "layer_map": [2, 4]}


def save_teacher(folder: Path) -> None:
    """A classifier of four layers."""
    sizes = {"num_hidden_layers": 4, "id2label": NAMES, "label2id": {name: n for n, name in NAMES.items()}}
    tiny.save(folder, tiny.model(BertForSequenceClassification, **sizes))


@contextmanager
def models(root: Path) -> Iterator[Path]:
    """local/teacher, a classifier, and local/general, a masked language model; with caches of their own."""
    save_teacher(root / "teacher")
    tiny.save(root / "general", tiny.model(BertForMaskedLM, num_hidden_layers=4))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        environment.setattr(race, "_ANSWERS", ByteCache(2**29))
        environment.setattr(kept, "_ROOT", root / "kept")
        for module in (race, augment, card, pipeline):
            environment.setattr(module, "GENERAL_TEACHER", "local/general")
        yield root


def counted(patch: pytest.MonkeyPatch) -> list[Teacher]:
    """The teachers' answers that are made from now on, none of them kept from before."""
    made: list[Teacher] = []

    class Counting(Teacher):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            made.append(self)

    patch.setattr(race, "_ANSWERS", ByteCache(2**29))
    patch.setattr(race, "Teacher", Counting)
    return made


def request(sentences: str, /, **more: Any) -> Request:
    """A short run on a person's own sentences."""
    own = {"model": "local/teacher", "unlabelled_source": "mine.txt", "unlabelled": sentences}
    return Request(**({"steps": 12, "batch": 8, "learning_rate": 1e-3} | SIZES | own | more))
