"""Every token asked twice: hidden alone, and in full sight."""

from playground.demos.masked_lm.inturn import LIMIT, all_visible, each_masked
from playground.demos.masked_lm.reader import read, reader
from playground.demos.masked_lm.visible.schema import Compared, Request, Result


def run(request: Request) -> Result:
    """Raises Complaint as `read` does, and when nothing but [MASK] was typed."""
    loaded, text = read(request.text, request.model, LIMIT)
    masked = each_masked(loaded, text)
    visible = all_visible(loaded, text)
    columns = zip(
        masked.places.tolist(),
        masked.log_probability.exp().tolist(),
        visible.log_probability.exp().tolist(),
        masked.right(text.ids).tolist(),
        visible.right(text.ids).tolist(),
        strict=True,
    )
    return Result(
        tokens=loaded.tokenizer.convert_ids_to_tokens(text.ids.tolist()),
        compared=[
            Compared(
                position=place,
                masked=round(hidden, 6),
                visible=round(seen, 6),
                right_masked=hit,
                right_visible=hit_seen,
            )
            for place, hidden, seen, hit, hit_seen in columns
        ],
        notices=text.notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.text, request.model)
