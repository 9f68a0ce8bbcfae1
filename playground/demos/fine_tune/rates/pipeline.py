"""Fine-tune from the same start over the same sentences, at each rate and with each batch size."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import fmean, stdev

from playground.core import tuning
from playground.core.intervals import wilson
from playground.demos.fine_tune.data import Data, labelled
from playground.demos.fine_tune.learning import accuracy, learn
from playground.demos.fine_tune.rates.schema import Losses, Progress, Rate, Request, Result
from playground.demos.fine_tune.ready import classifier, notices
from playground.demos.fine_tune.thinned import thinned
from playground.models.abreast import abreast, lanes
from playground.models.tunable import Tunable, encoder

_SCREEN = 20.0  # a loss that is larger is drawn there
_JUDGED = 400  # held-out sentences at most: there is a single seed
_LEARNING = 0.8  # of a run's work, about; the rest is judging
_POINTS = 300  # of a run: twenty of them fit into a saved one


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `classifier` do."""
    yield Progress(done=0, total=1, result=Result())
    data = labelled(request.source, request.data)
    tunable = classifier(request.model, data, batch=max(request.batches), copies=lanes())
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
    shared = _Shared(tunable.with_twins(lanes()), data, chosen, judged, request.seed)
    asked = [(batch, rate) for batch in request.batches for rate in request.rates]
    runs = [partial(_run, shared, *one) for one in asked]
    share, so_far = dict[tuple[int, str], float](), dict[tuple[int, str], Losses]()
    for now, through in abreast(runs):
        key = now.batch, now.rate
        share[key], so_far[key] = through, now
        result = result.model_copy(update={"runs": [so_far[one] for one in asked if one in so_far]})
        yield Progress(done=round(100 * sum(share.values())), total=100 * len(asked), result=result)
    yield result


@dataclass(frozen=True)
class _Shared:
    """What all runs begin with. tunables: of each lane."""

    tunables: Sequence[Tunable]
    data: Data
    chosen: Sequence[int]
    judged: Sequence[int]
    seed: int


def _run(shared: _Shared, batch: int, rate: Rate, lane: int) -> Iterator[tuple[Losses, float]]:
    """(the run as far as it is, how much of it that is)."""
    tunable, data, chosen, judged = shared.tunables[lane], shared.data, shared.chosen, shared.judged
    losses, tokens = list[float](), list[int]()
    now = Losses(rate=rate, batch=batch, tokens=[], losses=[])
    settings = tuning.Settings(float(rate), float(rate), math.ceil(len(chosen) / batch), batch, constant=True)
    try:
        for loss, read in learn(tunable, data, chosen, settings, shared.seed):
            losses.append(min(loss, _SCREEN))
            tokens.append((tokens[-1] if tokens else 0) + read)
            now = _so_far(rate, batch, losses, tokens)
            yield now, _LEARNING * len(losses) / settings.steps
        share = accuracy(tunable, data, judged)
        low, high = (round(edge, 4) for edge in wilson(round(share * len(judged)), len(judged)))
        found = {"accuracy": round(share, 4), "low": low, "high": high, "jump": jump(losses)}
        yield now.model_copy(update=found), 1.0
    except tuning.Diverged:
        yield now.model_copy(update={"broke": True}), 1.0


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


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
