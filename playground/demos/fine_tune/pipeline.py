"""One encoder learns the same sentences in four ways, by more and more labels."""

from collections.abc import Iterator, Sequence

from playground.demos.fine_tune.data import Data, labelled
from playground.demos.fine_tune.race import Rates, Score, Way, plans, race, work
from playground.demos.fine_tune.ready import classifier, notices
from playground.demos.fine_tune.schema import Progress, Race, Request, Result
from playground.demos.fine_tune.summary import diverged, measured
from playground.messages import Notice
from playground.models.abreast import lanes
from playground.models.tunable import encoder

_BASELINE = "random"


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `classifier` do."""
    yield Progress(done=0, total=1, result=Result(encoder=request.model))
    data = labelled(request.source, request.data)
    tunable = classifier(request.model, data, trained=request.methods != ["frozen"], copies=lanes())
    yield from raced(request, data, [Way(method, method, tunable) for method in request.methods], _BASELINE)


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


def raced(request: Race, data: Data, ways: Sequence[Way], over: str) -> Iterator[Progress | Result]:
    """A Progress after each step of the race, then the Result. over: the way with which the others are compared."""
    sizes: list[int] = [size for size in request.labels if size <= len(data.train)] or [len(data.train)]
    seeds = range(request.seed, request.seed + request.seeds)
    rates = Rates(request.learning_rate, request.head_rate, request.random_rate)
    judged, tunable = data.judged(request.seed), ways[0].tunable
    noted = [*notices(data, tunable), *_left_out(request.labels, sizes, data)]
    result = Result(
        encoder=request.model,
        plans=plans(ways, sizes, rates),
        classes=list(data.names),
        chance=data.chance(judged),
        train=len(data.train),
        judged=len(judged),
        parameters=sum(weight.numel() for weight in tunable.loaded.model.base_model.parameters()),
        notices=noted,
    )
    names = [way.name for way in ways]

    def order(score: Score) -> tuple[int, int, int]:
        return score.seed, score.labels, names.index(score.way)

    total, scores = work(ways, data, sizes, seeds), list[Score]()
    for done, score in race(ways, data, sizes, seeds, rates, request.pooling):
        if score is not None:
            scores = sorted([*scores, score], key=order)
            found = measured(scores, over, len(ways), len(sizes), request.bar)
            result = result.model_copy(update=found | {"notices": [*noted, *diverged(scores)]})
        yield Progress(done=done, total=total, result=result)
    yield result


def _left_out(asked: Sequence[int], sizes: Sequence[int], data: Data) -> list[Notice]:
    left = [size for size in asked if size not in sizes]
    return [Notice(key="pg_note_ft_sizes", values={"train": len(data.train), "first": left[0]})] if left else []
