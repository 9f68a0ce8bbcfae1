"""Cut texts into tokens, and say of each which characters it came from."""

import unicodedata

from transformers import PreTrainedTokenizerBase

from playground.demos.inputs.schema import MAX_OTHER, MAX_TOKENS, Count, Cut, Request, Result
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.reading import byte_level, spelled
from playground.models.tokenizers import others, tokenizer_of

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
    names = others(request.model)
    return Result(
        tokens=spelled(tokenizer, ids),
        ids=ids,
        segments=segments,
        positions=[place + reserved for place in range(len(ids))],
        offsets=offsets,
        special=special,
        counts=[*_plain(request), *_counted(request, [request.model, *names])],
        other=_other(request, tokenizer, names),
        notices=[Notice(key="pg_note_unknown", values=values)] if unknown else [],
    )


def prepare(request: Request) -> None:
    """Fetch the tokenizer of a request."""
    tokenizer_of(request.model)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """With what follows and belongs to the letter, which a tokenizer may have dropped or composed: accents, and the
    vowels and final consonants of decomposed hangul."""
    while start < end < len(text) and (unicodedata.combining(text[end]) or "\u1160" <= text[end] <= "\u11ff"):
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


def _other(request: Request, chosen: PreTrainedTokenizerBase, names: list[str]) -> Cut | None:
    """By the first of `names` that cuts in another way. Only what lies in a folder: what the Hub's cache holds is each
    machine's own affair."""
    for name in names:
        tokenizer = tokenizer_of(name)
        if not catalogue.find(name).bundled or _kind(tokenizer) == _kind(chosen):
            continue
        cut = Cut(name=name, tokens=[], ids=[], segments=[], offsets=[])
        for segment, text in enumerate(_texts(request)):
            found = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
            ids, spans = found["input_ids"][:MAX_OTHER], found["offset_mapping"][:MAX_OTHER]
            cut.tokens += spelled(tokenizer, ids)
            cut.ids += ids
            cut.segments += [segment] * len(ids)
            cut.offsets += [list(_whole(text, *span)) for span in spans]
        return cut
    return None


def _kind(tokenizer: PreTrainedTokenizerBase) -> str:
    """WordPiece, BPE or Unigram."""
    return type(tokenizer.backend_tokenizer.model).__name__


def _counted(request: Request, names: list[str]) -> list[Count]:
    """By the chosen model, and by every other tokenizer that is here."""
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
