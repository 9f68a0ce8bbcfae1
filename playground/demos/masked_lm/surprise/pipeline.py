"""The surprisal of every token, given all others."""

import math

from playground.demos.masked_lm.inturn import LIMIT, each_masked
from playground.demos.masked_lm.reader import read, reader
from playground.demos.masked_lm.surprise.schema import Request, Result, Surprise


def run(request: Request) -> Result:
    """Raises Complaint as `read` does, and when nothing but [MASK] was typed."""
    loaded, text = read(request.text, request.model, LIMIT)
    scores = each_masked(loaded, text)
    bits = scores.log_probability.double() / -math.log(2)
    words = loaded.tokenizer.convert_ids_to_tokens
    return Result(
        tokens=words(text.ids.tolist()),
        surprises=[
            Surprise(position=place, surprisal=round(bit, 3), answer=words(int(first)), right=hit)
            for place, bit, first, hit in zip(
                scores.places.tolist(), bits.tolist(), scores.first, scores.right(text.ids).tolist(), strict=True
            )
        ],
        pseudo_perplexity=float(f"{2 ** float(bits.mean()):.5g}"),
        notices=text.notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.text, request.model)
