"""Ask two heads about sentences that follow each other, that were swapped, and that belong to different stories."""

import random
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from playground.core.intervals import bootstrap
from playground.core.sentences import sentences
from playground.demos.sentence_pairs.claim.schema import (
    HEADS,
    KINDS,
    MAX_PAIRS,
    Head,
    Judged,
    Kind,
    Progress,
    Request,
    Result,
    Share,
)
from playground.demos.sentence_pairs.groups import groups
from playground.demos.sentence_pairs.scoring import NSP, SOP, batches, reader
from playground.messages import Complaint, Notice

_FEWEST = 5  # sentences of a visitor's text
# Next against elsewhere is what NSP was trained on, next against swapped what SOP was.
_TASKS: dict[Head, tuple[Kind, Kind]] = {"nsp": ("next", "elsewhere"), "sop": ("next", "swapped")}
Pairs = dict[Kind, list[tuple[str, str]]]


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each batch, then the Result. Raises Complaint as `scoring.reader` does, and for a text of too
    few sentences."""
    cases, groups_of, notices = drawn(request)
    pairs = [pair for kind in KINDS for pair in cases[kind]]
    result = Result(pairs=len(cases["next"]), judged=[], notices=notices)
    done = 0
    for head, model in zip(HEADS, (request.nsp_model, request.sop_model), strict=True):
        kind_of_head = NSP if head == "nsp" else SOP
        loaded = reader(model, kind_of_head, [request.text])
        positive = np.zeros(len(pairs), dtype=bool)
        for places, probability in batches(loaded, kind_of_head, pairs, quick=False):
            positive[places] = (probability > 0.5).numpy()
            done += len(places)
            yield Progress(done=done, total=2 * len(pairs), result=result)
        judged = _judged(head, model, positive.reshape(len(KINDS), -1), groups_of)
        result = result.model_copy(update={"judged": [*result.judged, judged]})
    yield result


def prepare(request: Request) -> None:
    """Load the models of a request, so that `run` finds them in the cache."""
    reader(request.nsp_model, NSP, [request.text])
    reader(request.sop_model, SOP, [request.text])


def drawn(request: Request) -> tuple[Pairs, NDArray[np.int64], list[Notice]]:
    """Pairs of each kind, place by place about the same first or second sentence; (N,) the group of each place."""
    notices = []
    if request.text.strip():
        own = sentences(request.text)
        if len(own) < _FEWEST:
            raise Complaint("pg_err_pairs_few", count=len(own), least=_FEWEST)
        neighbours = list(pairwise(own))
        if len(neighbours) > MAX_PAIRS:
            notices.append(Notice(key="pg_pairs_cut", values={"count": len(neighbours), "limit": MAX_PAIRS}))
        neighbours = neighbours[:MAX_PAIRS]
        numbers = list(range(len(neighbours)))
        others = [[sentence for group in groups() for sentence in group]] * len(neighbours)
    else:
        neighbours, numbers, others = [], [], []
        for number, (first, second, third) in enumerate(groups()):
            neighbours += [(first, second), (second, third)]
            numbers += [number, number]
            elsewhere = [sentence for group in groups() if group[0] != first for sentence in group]
            others += [elsewhere, elsewhere]
    choice = random.Random(request.seed)
    cases: Pairs = {
        "next": neighbours,
        "swapped": [(second, first) for first, second in neighbours],
        "elsewhere": [(first, choice.choice(other)) for (first, _), other in zip(neighbours, others, strict=True)],
    }
    return cases, np.array(numbers), notices


def _judged(head: Head, model: str, positive: NDArray[np.bool_], group: NDArray[np.int64]) -> Judged:
    """positive: (kinds, N) what the head called as it should be."""
    right = {kind: positive[row] if kind == "next" else ~positive[row] for row, kind in enumerate(KINDS)}
    return Judged(
        head=head,
        model=model,
        kinds={kind: _share(right[kind], group) for kind in KINDS},
        tasks={task: _share((right[a] + right[b].astype(float)) / 2, group) for task, (a, b) in _TASKS.items()},
    )


def _share(right: NDArray[np.bool_] | NDArray[np.float64], group: NDArray[np.int64]) -> Share:
    """Groups are drawn, not pairs: those of one group hang together."""
    sums, sizes = np.bincount(group, weights=right), np.bincount(group)

    def share(cases: NDArray[np.int64]) -> float:
        return float(sums[cases].sum() / sizes[cases].sum())

    low, high = bootstrap(share, len(sizes))
    return Share(right=round(float(right.mean()), 4), low=round(low, 4), high=round(high, 4))
