"""Mask a text at one rate after the other, and count what the model still gets right."""

from collections.abc import Iterator

import torch
from torch import Tensor

from playground.core.masking import choose_exact
from playground.demos.masked_lm.inturn import maskable
from playground.demos.masked_lm.reader import Text, read, reader
from playground.demos.masked_lm.scoring import score, together
from playground.demos.masked_lm.sweep.schema import RATES, Point, Progress, Request, Result
from playground.messages import Complaint


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each batch, then the Result. Raises Complaint as `read` does, and for a text with less than
    two words to hide."""
    loaded, text = read(request.text, request.model)
    places = maskable(loaded, text)
    if len(places) < 2:
        raise Complaint("pg_err_sweep_short")
    result = Result(tokens=len(places), draws=request.draws, points=[], notices=text.notices)
    chosen = [_chosen(text, places, request, number) for number in range(len(RATES))]
    total = request.draws * len(RATES)
    for number, rate in enumerate(RATES):
        copies = text.ids.expand_as(chosen[number]).masked_fill(chosen[number], loaded.tokenizer.mask_token_id)
        parts = []
        for part in score(loaded, text.ids, copies, chosen[number], quick=False):
            parts.append(part)
            done = number * request.draws + int(part.rows.max()) + 1
            yield Progress(done=done, total=total, result=result)
        scores = together(parts)
        hits = _by_draw(scores.right(text.ids).double(), scores.rows, request.draws)
        lost = _by_draw(-scores.log_probability.double(), scores.rows, request.draws)
        point = Point(
            rate=rate,
            hidden=int(chosen[number][0].sum()),
            accuracy=round(float(hits.mean()), 4),
            accuracy_spread=round(float(hits.std()), 4),
            loss=round(float(lost.mean()), 4),
            loss_spread=round(float(lost.std()), 4),
        )
        result = result.model_copy(update={"points": [*result.points, point]})
        yield Progress(done=(number + 1) * request.draws, total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.text, request.model)


def _chosen(text: Text, places: list[int], request: Request, number: int) -> Tensor:
    """(draws, T) bool at one rate; each rate has a seed of its own, so that a rate's points do not hang together."""
    allowed = torch.zeros(request.draws, len(text.ids), dtype=torch.bool)
    allowed[:, places] = True
    generator = torch.Generator().manual_seed(request.seed * len(RATES) + number)
    return choose_exact(allowed, RATES[number], generator)


def _by_draw(values: Tensor, rows: Tensor, draws: int) -> Tensor:
    """(draws,) mean of the values (P,) of each draw."""
    sums = torch.zeros(draws, dtype=torch.float64).index_add(0, rows, values)
    return sums / rows.bincount(minlength=draws)
