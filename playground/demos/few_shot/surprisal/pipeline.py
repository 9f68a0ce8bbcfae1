"""One forward over the text: every token's probability, given those before it."""

import math

import torch

from playground.core.distributions import distribution
from playground.demos.few_shot.reader import decode, encode, limit_of, reader
from playground.demos.few_shot.schema import Seen, Token
from playground.demos.few_shot.surprisal.schema import MAX_TOKENS, Request, Result
from playground.messages import Complaint
from playground.models.device import TURNS

_ALTERNATIVES = 6
_ROWS = 64  # places whose distributions are looked at together


@torch.inference_mode()
def run(request: Request) -> Result:
    """Raises Complaint as `reader` does, and for a text that is too long, or too short to predict anything."""
    loaded = reader(request.model, request.text)
    ids, limit = encode(loaded, request.text), min(MAX_TOKENS, limit_of(loaded) - 1)
    if len(ids) > limit:
        raise Complaint("pg_err_tokens_here", size=len(ids), limit=limit)
    start = loaded.tokenizer.bos_token_id
    given = ids if start is None or ids[0] == start else [start, *ids]
    if len(given) < 2:
        raise Complaint("pg_err_fsu_short", model=request.model)
    with TURNS.quick():
        logits = loaded.model(input_ids=torch.tensor([given], device=loaded.model.device)).logits[0, :-1].float().cpu()
    words = given[1:]
    tokens: list[Seen] = []
    nats = 0.0
    for begin in range(0, len(words), _ROWS):
        found = distribution(logits[begin : begin + _ROWS], _ALTERNATIVES)
        for row, word in enumerate(words[begin : begin + _ROWS]):
            nats -= float(found.log_probabilities[row, word])
            top = zip(found.top_ids[row].tolist(), found.top_probabilities[row].tolist(), strict=True)
            tokens.append(
                Seen(
                    token=decode(loaded, [word]),
                    probability=float(f"{found.probability(row, word):.4g}"),
                    rank=found.rank(row, word),
                    entropy=round(float(found.entropy[row]), 3),
                    top=[Token(token=decode(loaded, [one]), probability=round(share, 5)) for one, share in top],
                )
            )
    skipped = decode(loaded, given[:1]) if given is ids and ids[0] != start else ""
    return Result(
        tokens=tokens,
        skipped=skipped,
        perplexity=float(f"{math.exp(nats / len(words)):.5g}"),
        bits=round(nats / math.log(2), 2),
        characters=max(1, len(request.text) - len(skipped)),
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.text)
