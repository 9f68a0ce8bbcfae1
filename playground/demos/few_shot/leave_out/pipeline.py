"""Rank the labels once with all examples, and once without each."""

from collections.abc import Iterator

from playground.core.prefix import Prefix, ranked
from playground.core.prompts import PATTERNS, prompt
from playground.core.ranking import among
from playground.demos.few_shot.leave_out.schema import Request, Result, Without
from playground.demos.few_shot.pipeline import asked
from playground.demos.few_shot.reader import encode, endings, fit, in_turns, limit_of, reader
from playground.messages import Complaint, Notice


def run(request: Request) -> Result:
    """Raises Complaint as `asked`, `reader` and `fit` do, and where there is no example to leave out."""
    examples, labels, right, notices = asked(request)
    if not examples:
        raise Complaint("pg_err_flo_none")
    loaded = reader(request.model, request.query, *labels, *(example.label for example in examples))
    pattern = PATTERNS[request.pattern]
    ends = endings(loaded, labels, pattern)
    fitted = fit(loaded, examples, request.query, pattern, request.instruction, max(map(len, ends)))
    used = fitted.used
    prefix = Prefix(loaded.model)

    def shares() -> Iterator[list[float]]:
        """Of the labels: with all examples, then without each."""
        # From the last to the first: what stands before the one that is left out is in the cache.
        for number in (None, *reversed(range(len(used)))):
            rest = used if number is None else [*used[:number], *used[number + 1 :]]
            ids = encode(loaded, prompt(rest, request.query, pattern, request.instruction))
            for part in ranked(prefix, [ids], [ends]):
                for scores in part:
                    yield [float(share) for share in among(scores)]

    full, *others = in_turns(shares())
    best = max(range(len(labels)), key=full.__getitem__)
    place = labels.index(right) if right in labels else best
    without = [share[place] for share in reversed(others)]
    if fitted.dropped:
        values: dict[str, str | int | float] = {
            "dropped": fitted.dropped,
            "shots": len(examples),
            "limit": limit_of(loaded),
            "model": request.model,
        }
        notices.append(Notice(key="pg_fsh_dropped", values=values))
    return Result(
        label=labels[place],
        known=right in labels,
        answer=labels[best],
        probability=round(full[place], 5),
        left_out=[
            Without(input=example.input, label=example.label, probability=round(share, 5))
            for example, share in zip(used, without, strict=True)
        ],
        dropped=fitted.dropped,
        notices=notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.query)
