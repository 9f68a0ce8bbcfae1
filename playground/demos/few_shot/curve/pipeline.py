"""The same queries with more and more examples, in several draws and orders, with right and wrong labels."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from playground.core.intervals import crossed
from playground.core.ranking import majority
from playground.demos.few_shot.curve.runs import Examiner, Queries, orders_of, shown
from playground.demos.few_shot.curve.schema import KINDS, SHOTS, Labels, Point, Progress, Request, Result
from playground.demos.few_shot.reader import reader
from playground.demos.few_shot.tasks import Bundled, find

Key = tuple[Labels, int]
Answers = dict[int, list[NDArray[np.bool_]]]  # of each draw: one (Q,) for each of its orders


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each forward, then the Result. Raises Complaint as `find`, `reader` and `fit` do."""
    bundled = find(request.task)
    loaded = reader(request.model, *_texts(bundled))
    queries = Queries.of(bundled, request.queries)
    examiner = Examiner(loaded, request.pattern, queries)
    kinds = [kind for kind in KINDS if kind in request.labels]
    label, share = majority([row.label for row in queries.asked]) if bundled.task.labels else ("", None)
    result = Result(
        queries=len(queries.asked),
        chance=round(queries.chance, 4),
        majority=None if share is None else round(share, 4),
        majority_label=label,
    )
    each = [
        (kind, number, order) for number in range(request.draws) for order in range(request.orders) for kind in kinds
    ]
    # The same prompt is asked once: 1 example has no second order.
    steps = [[shots for shots in SHOTS[1:] if order < orders_of(shots, request.orders)] for _, _, order in each]
    total = 1 + sum(map(len, steps))
    yield Progress(done=0, total=total, result=result)
    answers: dict[Key, Answers] = {}
    dropped: dict[Key, list[int]] = {}
    for found in examiner.answers([]):
        if found is not None:
            answers |= {(kind, 0): {0: [found]} for kind in kinds}
            dropped |= {(kind, 0): [0] for kind in kinds}
        yield Progress(done=int(found is not None), total=total, result=result)
    done = 1
    for runs, (kind, number, order) in enumerate(each, start=1):
        for shots in steps[runs - 1]:
            for found in examiner.answers(shown(bundled, shots, request.seed, number, order, kind)):
                if found is None:
                    yield Progress(done=done, total=total, result=result)
                else:
                    answers.setdefault((kind, shots), {}).setdefault(number, []).append(found)
                    dropped.setdefault((kind, shots), []).append(examiner.dropped)
            done += 1
            result = result.model_copy(update={"points": _points(answers, dropped), "runs": runs // len(kinds)})
            yield Progress(done=done, total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, *_texts(find(request.task)))


def _texts(bundled: Bundled) -> list[str]:
    """What shows in which language the task is."""
    return ["한국어"] if bundled.korean else []


def _points(answers: dict[Key, Answers], dropped: dict[Key, list[int]]) -> list[Point]:
    points = []
    for kind, shots in sorted(answers, key=lambda key: (KINDS.index(key[0]), key[1])):
        draws = list(answers[kind, shots].values())
        table = np.concatenate(draws)
        # The orders of a draw share its examples: only another draw is another run.
        low, high = crossed([np.mean(orders, axis=0) for orders in draws])
        points.append(
            Point(
                labels=kind,
                shots=shots,
                accuracy=round(float(table.mean()), 4),
                low=round(low, 4),
                high=round(high, 4),
                right=int(table.sum()),
                of=table.size,
                runs=len(table),
                dropped=round(float(np.mean(dropped[kind, shots])), 1),
            )
        )
    return points
