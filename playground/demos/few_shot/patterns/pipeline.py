"""Go on after the same text with different endings; what they begin with alike is read once."""

import math

import torch
from torch import Tensor

from playground.core.generation import generate, step
from playground.core.prefix import Prefix
from playground.core.sampling import Sampler
from playground.demos.few_shot.patterns.schema import TEXT, Ending, Request, Result
from playground.demos.few_shot.reader import decode, encode, ends_of, limit_of, reader
from playground.demos.few_shot.schema import Token
from playground.messages import Complaint
from playground.models.device import TURNS
from playground.models.loading import Loaded

_TOP = 5


def run(request: Request) -> Result:
    """Raises Complaint as `reader` does, and where a pattern leaves no room to go on."""
    loaded = reader(request.model, request.text)
    prefix = Prefix(loaded.model)
    endings: list[Ending] = []
    bare: Tensor | None = None
    with TURNS.quick():
        for pattern in (TEXT, *request.patterns):
            ids = encode(loaded, pattern.replace(TEXT, request.text))
            if len(ids) + request.count > limit_of(loaded):
                raise Complaint(
                    "pg_err_fpt_long", size=len(ids) + request.count, model=request.model, limit=limit_of(loaded)
                )
            chances = prefix.next_logits(ids).double().log_softmax(0)
            bare = chances if bare is None else bare
            endings.append(_ending(loaded, prefix, pattern, ids, chances, moved(chances, bare), request.count))
    return Result(endings=endings)


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.text)


def moved(chances: Tensor, bare: Tensor) -> float:
    """KL(after the pattern || after the bare text) in bits, of (V,) log-probabilities (Kullback and Leibler 1951)."""
    return max(0.0, float((chances.exp() * (chances - bare)).sum()) / math.log(2))


@torch.inference_mode()
def _ending(
    loaded: Loaded, prefix: Prefix, pattern: str, ids: list[int], chances: Tensor, bits: float, count: int
) -> Ending:
    first = step(chances, int(chances.argmax()), _TOP)
    steps = list(generate(prefix, ids, Sampler(temperature=0), count, 1, 1, ends_of(loaded)))
    return Ending(
        pattern=pattern,
        prompt_tokens=len(ids),
        moved=round(bits, 3),
        entropy=round(first.entropy, 3),
        top=[Token(token=decode(loaded, [token]), probability=round(share, 4)) for token, share in first.top],
        continuation=decode(loaded, [one.token for one in steps if one.token not in ends_of(loaded)]),
        tokens=[Token(token=decode(loaded, [one.token]), probability=round(one.probability, 4)) for one in steps],
    )
