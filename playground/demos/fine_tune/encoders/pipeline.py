"""Each encoder learns the same labels from the same seeds, side by side."""

from collections.abc import Iterator

from playground.demos.fine_tune.data import labelled, readable_by
from playground.demos.fine_tune.encoders.schema import Progress, Request, Result
from playground.demos.fine_tune.pipeline import described
from playground.demos.fine_tune.race import Rates, Score, Way, complete_seeds, curves, gains, needed, race, work
from playground.models.tunable import Tunable, encoded, encoder


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `readable_by` do."""
    yield Progress(done=0, total=1, result=Result(encoder=request.model))
    data = labelled(request.source, request.data)
    models = [request.model, *request.other_models]
    for model in models:
        readable_by(model, data.sentences)
    ways = []
    for model in models:
        loaded = encoder(model)
        ways.append(Way(model, request.method, Tunable(loaded, data.names, encoded(loaded, data.sentences))))
        yield Progress(done=0, total=1, result=Result(encoder=request.model))
    sizes: list[int] = [size for size in request.labels if size <= len(data.train)] or [len(data.train)]
    seeds = range(request.seed, request.seed + request.seeds)
    total = work(ways, data, sizes, seeds)
    result = described(data, request.labels, sizes).model_copy(update={"encoder": request.model})
    scores: list[Score] = []
    for done, score in race(ways, data, sizes, seeds, Rates(request.learning_rate, request.head_rate), request.pooling):
        if score is not None:
            scores.append(score)
            found = curves(scores)
            result = result.model_copy(
                update={
                    "curves": found,
                    "seeds": complete_seeds(scores, len(ways), len(sizes)),
                    "gains": gains(scores, request.model),
                    "needed": needed(found, request.bar),
                }
            )
        yield Progress(done=min(done, total), total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the encoders of a request, so that `run` finds them in the cache."""
    for model in (request.model, *request.other_models):
        encoder(model)
