"""One encoder learns the same sentences in four ways, by more and more labels."""

from collections import Counter
from collections.abc import Iterator, Sequence

from playground.demos.fine_tune.data import Data, labelled, readable_by
from playground.demos.fine_tune.race import Rates, Score, Way, complete_seeds, curves, gains, needed, race, work
from playground.demos.fine_tune.schema import Progress, Request, Result
from playground.messages import Notice
from playground.models.tunable import Tunable, encoded, encoder

_BASELINE = "random"


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each step, then the Result. Raises Complaint as `labelled` and `readable_by` do."""
    yield Progress(done=0, total=1, result=Result(encoder=request.model))
    data = labelled(request.source, request.data)
    readable_by(request.model, data.sentences)
    sizes: list[int] = [size for size in request.labels if size <= len(data.train)] or [len(data.train)]
    loaded = encoder(request.model)
    tunable = Tunable(loaded, data.names, encoded(loaded, data.sentences))
    ways = [Way(method, method, tunable) for method in request.methods]
    seeds = range(request.seed, request.seed + request.seeds)
    total = work(ways, data, sizes, seeds)
    result = described(data, request.labels, sizes).model_copy(
        update={
            "encoder": request.model,
            "parameters": sum(weight.numel() for weight in loaded.model.base_model.parameters()),
        }
    )
    scores: list[Score] = []
    for done, score in race(ways, data, sizes, seeds, Rates(request.learning_rate, request.head_rate), request.pooling):
        if score is not None:
            scores.append(score)
            result = result.model_copy(update=measured(scores, len(ways), len(sizes), request.bar))
        yield Progress(done=min(done, total), total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


def described(data: Data, asked: Sequence[int], sizes: Sequence[int]) -> Result:
    """What is learned, before anything is."""
    counts = Counter(data.labels[row] for row in data.test)
    left = [size for size in asked if size not in sizes]
    notices = []
    if left:
        notices.append(Notice(key="pg_note_ft_sizes", values={"train": len(data.train), "first": left[0]}))
    return Result(
        classes=list(data.names),
        chance=round(max(counts.values()) / len(data.test), 4),
        train=len(data.train),
        judged=len(data.judged(0)),
        notices=notices,
    )


def measured(scores: Sequence[Score], ways: int, sizes: int, bar: float) -> dict[str, object]:
    """The fields of the Result that the scores so far fill."""
    found = curves(scores)
    return {
        "curves": found,
        "seeds": complete_seeds(scores, ways, sizes),
        "gains": gains(scores, _BASELINE),
        "needed": needed(found, bar),
    }
