"""Fine-tune from the same start over the same sentences, at each rate and with each batch size."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import stdev

import torch

from playground.core import tuning
from playground.demos.fine_tune.data import Data, labelled, readable_by
from playground.demos.fine_tune.rates.schema import Losses, Progress, Request, Result
from playground.models.device import TURNS
from playground.models.tunable import Tunable, encoded, encoder

_SCREEN = 20.0  # a loss that is larger is drawn there


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `readable_by` do."""
    yield Progress(done=0, total=1, result=Result())
    data = labelled(request.source, request.data)
    readable_by(request.model, data.sentences)
    loaded = encoder(request.model)
    tunable = Tunable(loaded, data.names, encoded(loaded, data.sentences))
    chosen, judged = data.drawn(request.seed, request.labels), data.judged(request.seed)
    shares = [count / len(chosen) for count in Counter(data.labels[row] for row in chosen).values()]
    result = Result(
        sentences=len(chosen),
        tokens=sum(len(tunable.texts.rows[row]) for row in chosen),
        judged=len(judged),
        guess=round(-sum(share * math.log(share) for share in shares), 4),
        chance=round(max(Counter(data.labels[row] for row in judged).values()) / len(judged), 4),
    )
    total = (3 * len(chosen) + len(judged)) * len(request.rates) * len(request.batches)
    done, finished = 0, list[Losses]()
    for batch in request.batches:
        for rate in request.rates:
            now = Losses(rate=rate, batch=batch, tokens=[], losses=[])
            began = done
            for loss, tokens in _learn(tunable, data, chosen, float(rate), batch, request.seed):
                if not math.isfinite(loss):
                    now = now.model_copy(update={"broke": True})
                    break
                read = (now.tokens[-1] if now.tokens else 0) + tokens
                now = now.model_copy(
                    update={"tokens": [*now.tokens, read], "losses": [*now.losses, round(min(loss, _SCREEN), 4)]}
                )
                done = min(done + 3 * batch, began + 3 * len(chosen))
                result = result.model_copy(update={"runs": [*finished, now]})
                yield Progress(done=done, total=total, result=result)
            if not now.broke:
                accuracy = _accuracy(tunable, data, judged)
                now = now.model_copy(update={"accuracy": accuracy, "jump": jump(now.losses)})
            finished.append(now)
            done = began + 3 * len(chosen) + len(judged)
            result = result.model_copy(update={"runs": list(finished)})
            yield Progress(done=done, total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


def _learn(
    tunable: Tunable, data: Data, chosen: Sequence[int], rate: float, batch: int, seed: int
) -> Iterator[tuple[float, int]]:
    tunable.begin(seed)
    texts = tunable.texts
    return tuning.fit(
        tunable.model,
        tunable.new,
        [texts.rows[row] for row in chosen],
        [data.labels[row] for row in chosen],
        tuning.Settings(rate, rate, math.ceil(len(chosen) / batch), batch, constant=True),
        seed,
        texts.pad_id,
        TURNS.step,
    )


def _accuracy(tunable: Tunable, data: Data, judged: Sequence[int]) -> float:
    right = 0
    for rows, logits in tunable.logits(judged):
        right += int((logits.argmax(1) == torch.tensor([data.labels[row] for row in rows])).sum())
    return round(right / len(judged), 4)


def jump(losses: Sequence[float]) -> float | None:
    """How much the loss of one step differs from the next in the second half, whatever its trend; None for too few."""
    half = losses[len(losses) // 2 :]
    changes = [after - before for before, after in pairwise(half)]
    return round(stdev(changes) / math.sqrt(2), 4) if len(changes) > 1 else None
