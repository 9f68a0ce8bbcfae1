"""A linear layer on the frozen pooler, trained on some groups of sentences and judged on others."""

import random
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from playground.core.intervals import bootstrap
from playground.core.probe import LinearProbe
from playground.demos.sentence_pairs.groups import groups
from playground.demos.sentence_pairs.probe.schema import FOLDS, Fold, Progress, Request, Result
from playground.demos.sentence_pairs.scoring import NSP, SOP, packed, reader
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded

_DECAY = 0.04  # with so few pairs a probe needs more of it
_BATCH = 32
ENCODER = "encoder"


def head_of(model: str) -> str:
    """The head to load a model with, for the sake of its pooler."""
    heads = catalogue.find(model).heads
    return next((head for head in (SOP, NSP) if head in heads), ENCODER)


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each batch and each fold, then the Result. Raises Complaint as `scoring.reader` does."""
    texts = [request.first, request.second]
    loaded = reader(request.model, head_of(request.model), texts)
    pairs, labels, group = examples(request)
    asked = [(request.first, request.second), (request.second, request.first)]
    steps = -(-(len(pairs) + len(asked)) // _BATCH)
    result = Result(examples=len(pairs), width=int(loaded.model.config.hidden_size), folds=[])
    found = []
    for number, features in enumerate(_pooled(loaded, [*pairs, *asked]), start=1):
        found.append(features)
        yield Progress(done=number, total=steps + FOLDS + 1, result=result)
    pooled = torch.cat(found)
    features, questions = pooled[: len(pairs)], pooled[len(pairs) :]
    right = torch.zeros(len(pairs), dtype=torch.bool)
    fold_of = _folds(int(group.max()) + 1, request.seed)[group]
    for fold in range(FOLDS):
        with TURNS.step():
            held = fold_of == fold
            head = LinearProbe(features[~held], labels[~held], 2, _DECAY)
            right[held] = head(features[held]).argmax(-1) == labels[held]
            train = (head(features[~held]).argmax(-1) == labels[~held]).float().mean()
        done = Fold(train=round(float(train), 4), held_out=round(float(right[held].float().mean()), 4))
        result = result.model_copy(update={"folds": [*result.folds, done]})
        yield Progress(done=steps + fold + 1, total=steps + FOLDS + 1, result=result)
    answers = LinearProbe(features, labels, 2, _DECAY)(questions).softmax(-1)[:, 1].tolist()
    low, high = _interval(right, group)
    yield result.model_copy(
        update={
            "accuracy": round(float(right.float().mean()), 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "in_order": round(answers[0], 4),
            "swapped": round(answers[1], 4),
        }
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, head_of(request.model), [request.first, request.second])


def examples(request: Request) -> tuple[list[tuple[str, str]], Tensor, Tensor]:
    """Pairs, (N,) 1 for those as they should be, and (N,) the number of the group of each."""
    choice = random.Random(request.seed)
    pairs: list[tuple[str, str]] = []
    numbers: list[int] = []
    for number, (first, second, third) in enumerate(groups()):
        for a, b in ((first, second), (second, third)):
            other = choice.choice([one for one in groups() if one[0] != first])
            wrong = (b, a) if request.task == "order" else (a, choice.choice(other))
            pairs += [(a, b), wrong]
            numbers += [number, number]
    return pairs, torch.tensor([1, 0]).repeat(len(pairs) // 2), torch.tensor(numbers)


def _folds(count: int, seed: int) -> Tensor:
    """(count,) the fold of each group; all folds are as large as each other, give or take one."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    folds = torch.empty(count, dtype=torch.long)
    folds[order] = torch.arange(count) % FOLDS
    return folds


@torch.inference_mode()
def _pooled(loaded: Loaded, pairs: list[tuple[str, str]]) -> Iterator[Tensor]:
    """(B, H) pooler outputs, batch by batch."""
    rows = packed(loaded, pairs)
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        inputs = loaded.tokenizer.pad({key: [row[key] for row in part] for key in part[0]}, return_tensors="pt")
        with TURNS.step():
            out = loaded.model.base_model(**{key: value.to(loaded.model.device) for key, value in inputs.items()})
            pooled: Tensor = out.pooler_output.float().cpu()
        yield pooled


def _interval(right: Tensor, group: Tensor) -> tuple[float, float]:
    """Over groups, since the pairs of one group hang together."""
    sums, sizes = np.bincount(group.numpy(), weights=right.numpy()), np.bincount(group.numpy())
    return bootstrap(lambda cases: float(sums[cases].sum() / sizes[cases].sum()), len(sizes))
