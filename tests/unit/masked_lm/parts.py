"""What the tests of the masked-LM experiments share: texts, ids, and one way to run a part."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from torch import Tensor

from playground.demos.masked_lm import corruption as corruptions
from playground.demos.masked_lm import surprise as surprises
from playground.demos.masked_lm import sweep as sweeps
from playground.demos.masked_lm import visible as visibles
from playground.messages import Complaint
from tests.unit import tiny

TEXT = "The capital of France is Paris, and the old man and his dog came home from the river bank last year."
TYPED = "The capital of [MASK] is paris and [MASK] went home"
MASK = tiny.WORDS.index("[MASK]")
LONG = 200  # positions of a model that reads more than some experiments take

Oracle = Callable[[list[int]], Tensor]
HIDING = [corruptions, surprises, visibles, sweeps]  # those that choose words of a text themselves
hiding = pytest.mark.parametrize("part", HIDING, ids=lambda part: part.DEMO.name)


def token_ids(text: str) -> list[int]:
    ids: list[int] = tiny.tokenizer()(text)["input_ids"]
    return ids


def maskable(text: str) -> list[int]:
    special = {tiny.WORDS.index(word) for word in ("[CLS]", "[SEP]", "[PAD]", "[MASK]")}
    return [place for place, token in enumerate(token_ids(text)) if token not in special]


def changed(ids: list[int], changes: dict[int, int]) -> list[int]:
    return [changes.get(place, token) for place, token in enumerate(ids)]


def run_of(part: ModuleType, **values: Any) -> Any:
    """The Result; of a long run, its last word."""
    result = part.DEMO.run(part.DEMO.request(**values))
    if isinstance(result, Iterator):
        *_, result = result
    assert isinstance(result, BaseModel)
    return result


def refused_by(part: ModuleType, **values: Any) -> Complaint:
    with pytest.raises(Complaint) as caught:
        run_of(part, **values)
    assert caught.value.sentence("en") and caught.value.sentence("ko")
    return caught.value
