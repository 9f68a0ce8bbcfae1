"""Cut texts into tokens, and say of each which characters it came from."""

import unicodedata

from playground.demos.inputs.schema import MAX_TOKENS, Count, Request, Result
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.reading import byte_level, spelled
from playground.models.tokenizers import here, tokenizer_of

_RESERVED = {"roberta": 2, "xlm-roberta": 2}  # rows of the position table before the first token's


def run(request: Request) -> Result:
    """No model is run. Raises Complaint as `tokenizer_of` does, and for more than 2,048 tokens."""
    tokenizer = tokenizer_of(request.model)
    second = request.second_text
    if second and not tokenizer.num_special_tokens_to_add(pair=True):
        second = f" {second}"  # nothing stands between the texts of a model such as GPT
    found = tokenizer(request.text, second or None, return_offsets_mapping=True, verbose=False)
    ids: list[int] = found["input_ids"]
    if len(ids) > MAX_TOKENS:
        raise Complaint("pg_err_tokens_here", size=len(ids), limit=MAX_TOKENS)
    texts, segments, offsets, last = (request.text, request.second_text), [], [], 0
    shift = len(second) - len(request.second_text)
    for segment, (start, end) in zip(found.sequence_ids(0), found["offset_mapping"], strict=True):
        last = last if segment is None else segment
        segments.append(last)
        moved = shift if segment == 1 else 0
        span = (0, 0) if segment is None else (max(0, start - moved), max(0, end - moved))
        offsets.append(list(span if segment is None else _whole(texts[last], *span)))
    special = [place for place, segment in enumerate(found.sequence_ids(0)) if segment is None]
    reserved = _RESERVED.get(catalogue.find(request.model).family, 0)
    unknown = 0 if byte_level(tokenizer) else ids.count(tokenizer.unk_token_id)
    values: dict[str, str | int | float] = {"count": unknown, "model": request.model}
    return Result(
        tokens=spelled(tokenizer, ids),
        ids=ids,
        segments=segments,
        positions=[place + reserved for place in range(len(ids))],
        offsets=offsets,
        special=special,
        counts=[*_plain(request), *_counted(request)],
        notices=[Notice(key="pg_note_unknown", values=values)] if unknown else [],
    )


def prepare(request: Request) -> None:
    """Fetch the tokenizer of a request."""
    tokenizer_of(request.model)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """With the accents that follow, which a tokenizer may have dropped: `e` and a combining acute are one letter."""
    while start < end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return start, end


def _texts(request: Request) -> list[str]:
    return [text for text in (request.text, request.second_text) if text]


def _plain(request: Request) -> list[Count]:
    """What no tokenizer is needed for."""
    texts = _texts(request)
    nothing = [0] * len(texts)
    return [
        Count(name="words", pieces=[len(text.split()) for text in texts], unknown=nothing),
        Count(name="characters", pieces=[len(text) for text in texts], unknown=nothing),
        Count(name="bytes", pieces=[len(text.encode()) for text in texts], unknown=nothing),
    ]


def _counted(request: Request) -> list[Count]:
    """By the chosen model, and by every other tokenizer that is here."""
    names = [request.model]
    words = tokenizer_of(request.model).get_vocab()
    names += [name for name in here() if name != request.model and tokenizer_of(name).get_vocab() != words]
    counts = []
    for name in names:
        tokenizer = tokenizer_of(name)
        cut = [tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"] for text in _texts(request)]
        known = byte_level(tokenizer)
        counts.append(
            Count(
                name=name,
                pieces=[len(ids) for ids in cut],
                unknown=[0 if known else ids.count(tokenizer.unk_token_id) for ids in cut],
            )
        )
    return counts
