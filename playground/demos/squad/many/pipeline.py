"""Answer all questions about a passage in batches."""

from playground.demos.squad.many.schema import Request, Result, Row, lines_of
from playground.demos.squad.reading import Reading, own_threshold, read, reader, windows_of

_MAX_ANSWER = 30


def run(request: Request) -> Result:
    """Raises Complaint as `reading.reader` and `windows_of` do."""
    questions = lines_of(request.questions)
    loaded = reader(request.model, request.passage, *questions)
    windows = windows_of(loaded, questions, [request.passage] * len(questions))
    readings = read(loaded, windows, _MAX_ANSWER)
    threshold = own_threshold(loaded) if request.threshold is None else request.threshold
    return Result(
        rows=[
            _row(question, request.passage, readings[number], threshold) for number, question in enumerate(questions)
        ],
        windows=len(windows),
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.model, request.passage, request.questions)


def _row(question: str, passage: str, reading: Reading, threshold: float) -> Row:
    [(first, last, score, probability)] = reading.top(1)
    margin = score - reading.null
    there = -margin <= threshold
    start, end = (reading.offsets[first][0], reading.offsets[last][1]) if there else (0, 0)
    return Row(
        question=question,
        text=passage[start:end],
        start=start,
        end=end,
        probability=round(probability, 6),
        margin=round(margin, 4),
    )
