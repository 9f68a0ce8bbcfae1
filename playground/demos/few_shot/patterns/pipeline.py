"""Go on after the same text with different endings; what they begin with alike is read once."""

import math
from collections.abc import Iterator

from torch import Tensor

from playground.core.generation import Step, generate, step
from playground.core.prefix import Prefix
from playground.core.sampling import Sampler
from playground.demos.few_shot.patterns.schema import TEXT, Ending, Request, Result
from playground.demos.few_shot.reader import decode, encode, ends_of, in_turns, limit_of, reader
from playground.demos.few_shot.schema import Token
from playground.messages import Complaint
from playground.models.loading import Loaded

_TOP = 5


def run(request: Request) -> Result:
    """Raises Complaint as `reader` does, and where a pattern leaves no room to go on."""
    loaded = reader(request.model, request.text, *request.patterns)
    texts = {pattern: encode(loaded, pattern.replace(TEXT, request.text)) for pattern in (TEXT, *request.patterns)}
    if (size := max(map(len, texts.values())) + request.count) > limit_of(loaded):
        raise Complaint("pg_err_fpt_long", size=size, model=request.model, limit=limit_of(loaded))
    found = in_turns(_endings(loaded, texts, request.count))
    return Result(endings=[ending for ending in found if ending is not None])


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.text)


def moved(chances: Tensor, bare: Tensor) -> float:
    """KL(after the pattern || after the bare text) in bits, of (V,) log-probabilities (Kullback and Leibler 1951)."""
    return max(0.0, float((chances.exp() * (chances - bare)).sum()) / math.log(2))


def _endings(loaded: Loaded, texts: dict[str, list[int]], count: int) -> Iterator[Ending | None]:
    """What follows each pattern's token ids, after a None for each forward. The bare text comes first."""
    prefix = Prefix(loaded.model)
    bare: Tensor | None = None
    for pattern, ids in texts.items():
        chances = prefix.next_logits(ids).double().log_softmax(0)
        yield None
        bare = chances if bare is None else bare
        first = step(chances, int(chances.argmax()), _TOP)
        steps: list[Step] = []
        for one in generate(prefix, ids, Sampler(temperature=0), count, 1, 1, ends_of(loaded)):
            steps.append(one)
            yield None
        yield Ending(
            pattern=pattern,
            prompt_tokens=len(ids),
            moved=round(moved(chances, bare), 3),
            entropy=round(first.entropy, 3),
            top=[Token(token=decode(loaded, [token]), probability=round(share, 4)) for token, share in first.top],
            continuation=decode(loaded, [one.token for one in steps if one.token not in ends_of(loaded)]),
            tokens=[Token(token=decode(loaded, [one.token]), probability=round(one.probability, 4)) for one in steps],
        )
