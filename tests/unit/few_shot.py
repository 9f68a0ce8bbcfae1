"""What the few-shot tests share: two tiny models, and probabilities by one plain forward a label."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from playground.demos.few_shot.reader import HEAD, encode
from playground.models import loading
from playground.models.cache import ByteCache
from playground.models.loading import Loaded, load
from playground.runs import Run, dump
from tests.unit import prompt_gpt

MODEL, SMALL = "local/gpt", "local/small"  # 1,024 and 256 positions
languages = pytest.mark.parametrize("language", ["en", "ko"])


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("models")
    prompt_gpt.save(root / "gpt", positions=1024)
    prompt_gpt.save(root / "small", seed=4)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def model(name: str = MODEL) -> Loaded:
    return load(name, HEAD)


@torch.no_grad()
def alone(text: str, labels: Sequence[str], after: str = "\n", name: str = MODEL) -> list[float]:
    """log p of each whole label to the end of its line, by one forward a label."""
    loaded, found = model(name), []
    for label in labels:
        begin, rest = encode(loaded, text), encode(loaded, f" {label}{after}")
        logits = loaded.model(input_ids=torch.tensor([begin + rest]), use_cache=False).logits[0].log_softmax(-1)
        found.append(sum(float(logits[len(begin) - 1 + place, token]) for place, token in enumerate(rest)))
    return found


def shares(scores: Sequence[float]) -> list[float]:
    return torch.tensor(scores, dtype=torch.float64).softmax(0).tolist()


def run_of(demo: str, request: Any, result: Any) -> Run:
    """As it is stored, and small enough for that."""
    made = Run(
        demo=demo,
        request=request.model_dump(),
        result=result.model_dump(),
        model=MODEL,
        device="CPU",
        seconds=0,
    )
    dump(made)
    return made
