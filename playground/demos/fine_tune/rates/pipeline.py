"""Fine-tune from the same start over the same sentences, at each rate and with each batch size."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import fmean, stdev

from playground.core import tuning
from playground.core.intervals import wilson
from playground.demos.fine_tune.data import labelled
from playground.demos.fine_tune.learning import accuracy, learn
from playground.demos.fine_tune.rates.schema import Losses, Progress, Rate, Request, Result
from playground.demos.fine_tune.ready import classifier, notices
from playground.demos.fine_tune.thinned import thinned
from playground.models.tunable import encoder

_SCREEN = 20.0  # a loss that is larger is drawn there
_JUDGED = 400  # held-out sentences at most: there is a single seed
_POINTS = 300  # of a run: twenty of them fit into a saved one


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `classifier` do."""
    yield Progress(done=0, total=1, result=Result())
    data = labelled(request.source, request.data)
    tunable = classifier(request.model, data, batch=max(request.batches))
    chosen, judged = data.drawn(request.seed, request.labels), data.judged(request.seed, _JUDGED)
    shares = [count / len(chosen) for count in Counter(data.labels[row] for row in chosen).values()]
    result = Result(
        sentences=len(chosen),
        tokens=sum(len(tunable.texts.rows[row]) for row in chosen),
        judged=len(judged),
        guess=round(-sum(share * math.log(share) for share in shares), 4),
        chance=data.chance(judged),
        notices=notices(data, tunable, request.labels),
    )
    total = (3 * len(chosen) + len(judged)) * len(request.rates) * len(request.batches)
    done, finished = 0, list[Losses]()
    for batch in request.batches:
        for rate in request.rates:
            began, losses, tokens = done, list[float](), list[int]()
            now = Losses(rate=rate, batch=batch, tokens=[], losses=[])
            settings = tuning.Settings(float(rate), float(rate), math.ceil(len(chosen) / batch), batch, constant=True)
            try:
                for loss, read in learn(tunable, data, chosen, settings, request.seed):
                    losses.append(min(loss, _SCREEN))
                    tokens.append((tokens[-1] if tokens else 0) + read)
                    now = _so_far(rate, batch, losses, tokens)
                    done = min(done + 3 * batch, began + 3 * len(chosen))
                    yield Progress(done=done, total=total, result=_with(result, [*finished, now]))
                share = accuracy(tunable, data, judged)
                low, high = (round(edge, 4) for edge in wilson(round(share * len(judged)), len(judged)))
                now = now.model_copy(
                    update={"accuracy": round(share, 4), "low": low, "high": high, "jump": jump(losses)}
                )
            except tuning.Diverged:
                now = now.model_copy(update={"broke": True})
            finished.append(now)
            done = began + 3 * len(chosen) + len(judged)
            result = _with(result, finished)
            yield Progress(done=done, total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


def _with(result: Result, runs: Sequence[Losses]) -> Result:
    return result.model_copy(update={"runs": list(runs)})


def _so_far(rate: Rate, batch: int, losses: Sequence[float], tokens: Sequence[int]) -> Losses:
    """A run as far as it is."""
    part = max(1, len(losses) // 4)
    means, every = thinned(losses, _POINTS)
    return Losses(
        rate=rate,
        batch=batch,
        tokens=[tokens[min(at + every, len(tokens)) - 1] for at in range(0, len(tokens), every)],
        losses=means,
        every=every,
        steps=len(losses),
        first=round(fmean(losses[:part]), 4),
        last=round(fmean(losses[-part:]), 4),
    )


def jump(losses: Sequence[float]) -> float | None:
    """How much the loss of one step differs from the next in the second half, whatever its trend; None for too few."""
    half = losses[len(losses) // 2 :]
    changes = [after - before for before, after in pairwise(half)]
    return round(stdev(changes) / math.sqrt(2), 4) if len(changes) > 1 else None
