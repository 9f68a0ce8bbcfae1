"""Go on with a text, token by token."""

import time
from collections.abc import Iterator, Sequence

from playground.core.generation import Step, generate
from playground.core.prefix import Prefix
from playground.core.sampling import Sampler
from playground.demos.few_shot.generation.schema import Ended, Progress, Request, Result
from playground.demos.few_shot.reader import decode, encode, ends_of, limit_of, reader
from playground.demos.few_shot.schema import Seen, Token
from playground.messages import Complaint
from playground.models.device import TURNS
from playground.models.loading import Loaded

ALTERNATIVES = 8
_EVERY = 0.08  # seconds between two looks at what there is


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after the first token and then several a second, then the Result. Raises Complaint as `reader` does,
    and for a text that leaves no room to go on."""
    loaded = reader(request.model, request.text)
    ids, limit = encode(loaded, request.text), limit_of(loaded)
    if len(ids) >= limit:
        raise Complaint("pg_err_fgn_full", size=len(ids), model=request.model, limit=limit)
    count = min(request.count, limit - len(ids))
    result = Result(prompt_tokens=len(ids), limit=limit)
    yield Progress(done=0, total=count, result=result)
    sampler = Sampler(request.temperature, request.top_k, request.top_p)
    steps = generate(Prefix(loaded.model), ids, sampler, count, request.seed, ALTERNATIVES, ends_of(loaded))
    written: list[int] = []
    seen: list[Seen] = []
    ended: Ended = "count" if count == request.count else "full"
    said, looked = "", 0.0
    for step in TURNS.steps(steps):
        seen.append(seen_of(loaded, step))
        if step.token in ends_of(loaded):
            ended = "end"
            break
        written.append(step.token)
        said = decode(loaded, written)
        if (cut := first_stop(said, request.stops)) is not None:
            said, ended = said[:cut], "stop"
            break
        if time.monotonic() - looked >= _EVERY:
            looked = time.monotonic()
            result = result.model_copy(update={"continuation": said, "tokens": list(seen)})
            yield Progress(done=len(seen), total=count, result=result)
    yield result.model_copy(update={"continuation": said, "tokens": seen, "ended": ended})


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.text)


def first_stop(text: str, stops: Sequence[str]) -> int | None:
    """Where the first stop string begins, if there is one."""
    found = [place for stop in stops if (place := text.find(stop)) >= 0]
    return min(found, default=None)


def seen_of(loaded: Loaded, step: Step) -> Seen:
    """A step with its tokens as text."""
    return Seen(
        token=decode(loaded, [step.token]),
        probability=round(step.probability, 5),
        rank=step.rank,
        entropy=round(step.entropy, 3),
        top=[Token(token=decode(loaded, [token]), probability=round(share, 5)) for token, share in step.top],
    )
