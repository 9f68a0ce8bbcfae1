"""Fine-tune once, judge, and keep the folder."""

import math
from collections.abc import Iterator, Sequence

import torch

from playground.core import tuning
from playground.core.intervals import wilson
from playground.demos.fine_tune.data import labelled
from playground.demos.fine_tune.keep.schema import Chance, Progress, Request, Result
from playground.demos.fine_tune.learning import learn
from playground.demos.fine_tune.ready import classifier, notices
from playground.demos.fine_tune.thinned import thinned
from playground.messages import Complaint
from playground.models import kept
from playground.models.catalogue import TRAINED
from playground.models.device import TURNS
from playground.models.tunable import encoder

_JUDGED = 1000  # held-out sentences at most
_POINTS = 1000  # of the loss curve
_CARD = """---
license: other
base_model: {model}
---

# {model}, fine-tuned

A classifier of sentences with the labels {classes}, made in the Pretraining Playground from {train:,} sentences
({source}), read in {epochs} epochs: batches of {batch}, learning rate {learning_rate:g} ({head_rate:g} for the head),
AdamW, linear warm-up and decay. Accuracy on {judged:,} held-out sentences: {accuracy:.1%}, 95% interval {low:.1%} to
{high:.1%}. The weights are stored in half precision. The terms of the model that it was made from hold for it, too.
"""


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `classifier` do, and where the
    loss is no number any more."""
    yield Progress(done=0, total=1, result=Result())
    data = labelled(request.source, request.data)
    own = len(data.sentences)  # the place of the visitor's sentence
    tunable = classifier(request.model, data, [request.text], request.batch)
    chosen, judged = data.drawn(request.seed, request.labels), data.judged(request.seed, _JUDGED)
    result = Result(
        classes=list(data.names),
        train=len(chosen),
        judged=len(judged),
        chance=data.chance(judged),
        notices=notices(data, tunable, request.labels),
    )
    steps = math.ceil(len(chosen) / request.batch) * request.epochs
    total = 3 * request.batch * steps + len(judged) + 1
    done, losses = 0, list[float]()
    settings = tuning.Settings(request.learning_rate, request.head_rate, steps, request.batch)
    try:
        for loss, _ in learn(tunable, data, chosen, settings, request.seed):
            done += 3 * request.batch
            losses.append(loss)
            means, every = thinned(losses, _POINTS)
            result = result.model_copy(update={"losses": means, "every": every})
            yield Progress(done=done, total=total, result=result)
        confusion = [[0] * len(data.names) for _ in data.names]
        for rows, logits in tunable.logits(judged):
            for row, given in zip(rows, logits.argmax(1).tolist(), strict=True):
                confusion[data.labels[row]][given] += 1
            done += len(rows)
            yield Progress(done=done, total=total, result=result)
        [(_, answer)] = tunable.logits([own])
    except tuning.Diverged as error:
        raise Complaint("pg_err_ftk_broke", step=error.step or steps) from error
    right = sum(confusion[label][label] for label in range(len(data.names)))
    low, high = wilson(right, len(judged))
    result = result.model_copy(
        update={
            "accuracy": round(right / len(judged), 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "confusion": confusion,
            "answer": _answer(answer[0], data.names),
        }
    )
    name = kept.new_name()
    with TURNS.step():
        kept.keep(name, tunable.whole(), tunable.loaded.tokenizer, card(request, result))
    size = sum(path.stat().st_size for path in kept.folder(name).iterdir())
    yield result.model_copy(update={"trained": TRAINED + name, "megabytes": round(size / 1e6, 1)})


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


def card(request: Request, result: Result) -> str:
    """The model's README.md."""
    values = request.model_dump(include={"model", "epochs", "batch", "learning_rate", "head_rate"})
    measured = result.model_dump(include={"train", "judged", "accuracy", "low", "high"})
    source = request.source or "written for the project"
    return _CARD.format(classes=", ".join(result.classes), source=source, **values, **measured)


def _answer(logits: torch.Tensor, names: Sequence[str]) -> list[Chance]:
    shares = logits.softmax(0).tolist()
    found = [Chance(label=name, probability=round(share, 4)) for name, share in zip(names, shares, strict=True)]
    return sorted(found, key=lambda one: -one.probability)
