"""Each encoder learns the same labels from the same seeds, side by side."""

from collections.abc import Iterator

from playground.demos.fine_tune.data import labelled
from playground.demos.fine_tune.encoders.schema import Progress, Request, Result
from playground.demos.fine_tune.pipeline import raced
from playground.demos.fine_tune.race import Way
from playground.demos.fine_tune.ready import classifier
from playground.models.abreast import lanes
from playground.models.tunable import encoder


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `classifier` do."""
    yield Progress(done=0, total=1, result=Result(encoder=request.model))
    data = labelled(request.source, request.data)
    ways = []
    for model in (request.model, *request.other_models):
        tunable = classifier(model, data, trained=request.method != "frozen", copies=lanes())
        ways.append(Way(model, request.method, tunable))
        yield Progress(done=0, total=1, result=Result(encoder=request.model))
    yield from raced(request, data, ways, request.model)


def prepare(request: Request) -> None:
    """Load the encoders of a request, so that `run` finds them in the cache."""
    for model in (request.model, *request.other_models):
        encoder(model)
