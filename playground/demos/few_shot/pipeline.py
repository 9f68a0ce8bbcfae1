"""Build the prompt, rank the labels after it, and let the model go on by itself."""

import math
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from playground.core.generation import Step, generate
from playground.core.prefix import Prefix, ranked
from playground.core.prompts import PATTERNS, Example, prompt
from playground.core.ranking import among, calibrated
from playground.core.sampling import Sampler
from playground.demos.few_shot.reader import decode, encode, endings, ends_of, fit, in_turns, limit_of, reader
from playground.demos.few_shot.schema import MAX_LABELS, OWN, Label, Request, Result, Shot, Token
from playground.demos.few_shot.tasks import draw, find, labels_for
from playground.messages import Complaint, Notice
from playground.models.loading import Loaded

CONTENT_FREE = "N/A"
_CONTINUATION = 24  # tokens
_SPARE = 8  # tokens by which the content-free query may be longer than the query
_LEAST = 1e-300  # a probability that calibration can divide by


def run(request: Request) -> Result:
    """Raises Complaint as `asked`, `reader` and `fit` do."""
    examples, labels, right, notices = asked(request)
    loaded = reader(request.model, request.query, *labels, *(example.label for example in examples))
    pattern = PATTERNS[request.pattern]
    ends = endings(loaded, labels, pattern)
    fitted = fit(loaded, examples, request.query, pattern, request.instruction, max(map(len, ends)) + _SPARE)
    prompts = [fitted.ids]
    if request.calibrate:
        prompts.append(encode(loaded, prompt(fitted.used, CONTENT_FREE, pattern, request.instruction)))
    prefix = Prefix(loaded.model)
    scores = list(chain.from_iterable(in_turns(ranked(prefix, prompts, [ends] * len(prompts)))))
    steps = list(in_turns(continuation(loaded, prefix, fitted.ids)))
    plain = among(scores[0])
    free = among(scores[1]).clip(_LEAST) if request.calibrate else None
    found = plain if free is None else calibrated(plain, free)
    rows = [
        Label(
            label=label,
            probability=_short(found[place]),
            plain=_short(plain[place]),
            whole=_short(math.exp(scores[0][place])),
            content_free=None if free is None else _short(free[place]),
        )
        for place, label in enumerate(labels)
    ]
    said = decode(loaded, [step.token for step in steps]).split("\n")[0]
    return Result(
        prompt=fitted.text,
        prompt_tokens=len(fitted.ids),
        limit=limit_of(loaded),
        examples=[Shot(input=example.input, label=example.label) for example in fitted.used],
        dropped=fitted.dropped,
        labels=rows,
        right=right,
        continuation=said,
        tokens=[Token(token=decode(loaded, [step.token]), probability=round(step.probability, 4)) for step in steps],
        notices=[*notices, *_notices(labels, fitted.dropped, len(examples), limit_of(loaded), request.model)],
    )


def _short(probability: float) -> float:
    """To six digits, however small."""
    return float(f"{probability:.6g}")


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.query)


class Asked(NamedTuple):
    """labels: to be ranked; right: where it is known; notices: on how the labels were found."""

    examples: list[Example]
    labels: tuple[str, ...]
    right: str | None
    notices: list[Notice]


def asked(request: Request) -> Asked:
    """What a request asks about. Raises Complaint for fewer than two labels or too many, and for a task that is not
    there."""
    if request.task != OWN:
        bundled = find(request.task)
        examples = draw(bundled, request.shots, request.seed, request.query)
        found = labels_for(bundled, request.query)
        if request.labels:
            return Asked(examples, tuple(request.labels), found.right, [])
        if len(found.labels) > MAX_LABELS:  # the items of a list
            raise Complaint("pg_err_fsh_labels", count=len(found.labels), limit=MAX_LABELS)
        notices = [Notice(key="pg_fsh_by_lot", values={"count": len(found.labels)})] if found.by_lot else []
        return Asked(examples, found.labels, found.right, notices)
    examples = [Example(one.input.strip(), one.label.strip()) for one in request.examples]
    labels = tuple(request.labels or dict.fromkeys(example.label for example in examples))
    if len(labels) < 2:
        raise Complaint("pg_err_fsh_few_labels", count=len(labels))
    return Asked(examples[: request.shots], labels, None, _owners_notices(examples, labels, request.shots))


def _owners_notices(examples: list[Example], labels: tuple[str, ...], shots: int) -> list[Notice]:
    """What of one's own examples is not used."""
    notices = []
    if len(examples) > shots:
        notices.append(Notice(key="pg_fsh_not_all", values={"shots": shots, "count": len(examples)}))
    unranked = next((example.label for example in examples[:shots] if example.label not in labels), None)
    if unranked is not None:
        notices.append(Notice(key="pg_fsh_unranked", values={"label": unranked[:40]}))
    return notices


def continuation(loaded: Loaded, prefix: Prefix, ids: list[int]) -> Iterator[Step]:
    """What follows by itself, the likeliest token each time, to the end of the line."""
    room = min(_CONTINUATION, limit_of(loaded) - len(ids))
    for step in generate(prefix, ids, Sampler(temperature=0), room, 1, 1, ends_of(loaded)):
        yield step
        if "\n" in decode(loaded, [step.token]):
            return


def _notices(labels: tuple[str, ...], dropped: int, shots: int, limit: int, model: str) -> list[Notice]:
    notices = []
    if dropped:
        values: dict[str, str | int | float] = {"dropped": dropped, "shots": shots, "limit": limit, "model": model}
        notices.append(Notice(key="pg_fsh_dropped", values=values))
    for one in labels:
        other = next((label for label in labels if label != one and label.startswith(one)), None)
        if other is not None:
            notices.append(Notice(key="pg_fsh_beginning", values={"one": one[:40], "other": other[:40]}))
            break
    return notices
