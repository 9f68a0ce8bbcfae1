"""The same queries and examples for several models, one after the other."""

from collections.abc import Iterator

import numpy as np

from playground.core.decoder import Decoder, parameters
from playground.core.intervals import crossed
from playground.demos.few_shot.curve.runs import Examiner, Queries, shown
from playground.demos.few_shot.curve.schema import SHOTS
from playground.demos.few_shot.reader import reader
from playground.demos.few_shot.sizes.schema import Curve, Point, Progress, Request, Result, Size
from playground.demos.few_shot.tasks import find
from playground.published import published

_WORDS, _POSITIONS = 50_257, 2_048  # of GPT-3 (Brown et al. 2020, section 2.1; GPT-2's vocabulary)


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each forward, then the Result. Raises Complaint as `find`, `reader` and `fit` do."""
    bundled = find(request.task)
    texts = ["한국어"] if bundled.korean else []
    queries = Queries.of(bundled, request.queries)
    table = published("gpt_sizes")
    result = Result(queries=len(queries.asked), chance=round(queries.chance, 4), sizes=sizes(), source=table.source)
    each = len(SHOTS) - 1
    total = len(request.language_models) * (1 + each * request.draws)
    yield Progress(done=0, total=total, result=result)
    done = 0
    for model in request.language_models:
        loaded = reader(model, *texts)
        examiner = Examiner(loaded, request.pattern, queries)
        count = loaded.entry.parameters or sum(one.numel() for one in loaded.model.parameters())
        answers: dict[int, list[np.ndarray]] = {}
        before = result.curves
        for number in range(request.draws):
            for shots in SHOTS if number == 0 else SHOTS[1:]:
                for found in examiner.answers(shown(bundled, shots, request.seed, number, 0)):
                    if found is not None:
                        answers.setdefault(shots, []).append(found)
                    else:
                        yield Progress(done=done, total=total, result=result)
                done += 1
                curve = Curve(model=model, parameters=count, points=_points(answers))
                result = result.model_copy(update={"curves": [*before, curve]})
                yield Progress(done=done, total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the models of a request, so that `run` finds them in the cache."""
    for model in request.language_models:
        reader(model)


def _points(answers: dict[int, list[np.ndarray]]) -> list[Point]:
    points = []
    for shots in sorted(answers):
        table = np.stack(answers[shots])
        low, high = crossed(table)
        points.append(
            Point(
                shots=shots,
                accuracy=round(float(table.mean()), 4),
                low=round(low, 4),
                high=round(high, 4),
                right=int(table.sum()),
                of=table.size,
            )
        )
    return points


def sizes() -> list[Size]:
    """The printed table with what its sizes give."""
    found = []
    for row in published("gpt_sizes").rows:
        if not row.model.startswith("GPT-3"):
            continue
        layers, width, heads, head_width = (int(value) for value in row.scores[:4])
        inner = heads * head_width
        found.append(
            Size(
                name=row.model,
                printed=f"{row.parameters / 1000:.1f}B" if row.parameters >= 1000 else f"{row.parameters}M",
                layers=layers,
                width=width,
                heads=heads,
                head_width=head_width,
                counted=parameters(Decoder(_WORDS, _POSITIONS, layers, width)),
                by_heads=parameters(Decoder(_WORDS, _POSITIONS, layers, width, inner)) if inner != width else None,
            )
        )
    return found
