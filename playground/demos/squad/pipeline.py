"""Answer one question about one passage, with everything that was considered on the way."""

import torch

from playground.demos.squad.reading import Reading, own_threshold, read, reader, windows_of
from playground.demos.squad.schema import ALL_TOKENS, LATTICE, Answer, Depth, Lattice, Request, Result, Tokens, Window
from playground.messages import Complaint

_UNLIKELY = 0.001  # of a long passage's tokens, those below are left out


def run(request: Request) -> Result:
    """Raises Complaint when the model does not read the language, the question is too long for it, or the passage
    holds nothing that it knows as a token."""
    loaded = reader(request.model, request.question, request.passage)
    windows = windows_of(loaded, [request.question], [request.passage])
    reading = read(loaded, windows, request.max_answer, deep=True)[0]
    best = reading.top(request.top_k)
    if not best:
        raise Complaint("pg_err_sqd_no_passage")
    answers = [_answer(request.passage, reading, *span) for span in best]
    first, last = best[0][:2]
    threshold = own_threshold(loaded) if request.threshold is None else request.threshold
    nothing = reading.null - best[0][2] > threshold
    lattice = _lattice(reading, first, last)
    return Result(
        answer="" if nothing else answers[0].text,
        start=0 if nothing else answers[0].start,
        end=0 if nothing else answers[0].end,
        answers=answers,
        null_score=round(reading.null, 4),
        best_score=round(best[0][2], 4),
        threshold=threshold,
        windows=len(windows),
        tokens=_tokens(reading, slice(lattice.first, lattice.first + len(lattice.scores))),
        lattice=lattice,
        depth=_depth(reading, first, last),
        window_list=[
            Window(first=begin, last=end, best_score=round(score, 3), null_score=round(null, 3))
            for begin, end, score, null in zip(reading.first, reading.last, reading.best, reading.nulls, strict=True)
        ],
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.question, request.passage)


def _answer(passage: str, reading: Reading, first: int, last: int, score: float, probability: float) -> Answer:
    start, end = reading.offsets[first][0], reading.offsets[last][1]
    return Answer(
        text=passage[start:end], start=start, end=end, probability=round(probability, 6), score=round(score, 4)
    )


def _tokens(reading: Reading, near: slice) -> Tokens:
    """The marginals of the one softmax: a token's start probability is the sum over all spans that start there.

    near: tokens that are in the result in any case.
    """
    probabilities = reading.probabilities()
    starts = probabilities.sum(1)
    ends = torch.zeros_like(starts)
    for more in range(min(probabilities.shape)):  # spans of more + 1 tokens end `more` tokens further
        ends[more:] += probabilities[: len(starts) - more, more]
    likely = torch.maximum(starts, ends) >= _UNLIKELY
    likely[near] = True
    places = likely.nonzero().flatten().tolist() if len(starts) > ALL_TOKENS else list(range(len(starts)))
    return Tokens(
        count=len(starts),
        place=places,
        start=[reading.offsets[place][0] for place in places],
        end=[reading.offsets[place][1] for place in places],
        start_probability=[round(chance, 5) for chance in starts[places].tolist()],
        end_probability=[round(chance, 5) for chance in ends[places].tolist()],
    )


def _lattice(reading: Reading, first: int, last: int) -> Lattice:
    """The square around the best span."""
    count, width = reading.scores.shape
    size = min(max(LATTICE, last - first + 3), count)
    corner = min(max(0, (first + last) // 2 - size // 2), count - size)
    scores: list[list[float | None]] = [[None] * size for _ in range(size)]
    for row in range(size):
        for column in range(row, min(size, row + width)):
            score = float(reading.scores[corner + row, column - row])
            scores[row][column] = round(score, 2) if score > float("-inf") else None
    return Lattice(first=corner, scores=scores)


def _depth(reading: Reading, first: int, last: int) -> list[Depth]:
    """The head over every layer's hidden states, in the best of the windows that the span stands in."""
    ranges = enumerate(zip(reading.first, reading.last, strict=True))
    own = [number for number, (begin, end) in ranges if begin <= first and last < end]
    window = max(own, key=lambda number: reading.best[number])
    shift = reading.first[window]
    chances = reading.layers[window].softmax(1)  # (L + 1, tokens, 2) over the passage
    return [
        Depth(
            layer=layer,
            start_probability=round(float(chance[first - shift, 0]), 5),
            end_probability=round(float(chance[last - shift, 1]), 5),
        )
        for layer, chance in enumerate(chances)
    ]
