"""Pack a task's texts as GPT-1 did for fine-tuning, and as BERT does.

GPT-1 (Radford et al. 2018, section 3.3 and figure 1), with a start, a delimiter and an extract token:

    classification   [Start] text [Extract]
    entailment       [Start] premise [Delim] hypothesis [Extract]
    similarity       [Start] text 1 [Delim] text 2 [Extract]   and   [Start] text 2 [Delim] text 1 [Extract]
    choice           [Start] context [Delim] answer k [Extract]   for each answer

BERT (Devlin et al. 2019, figure 4 and section 4.4): [CLS] A [SEP], or [CLS] A [SEP] B [SEP].
"""

from playground.demos.inputs.tasks.schema import FAMILIES, MAX_OPTIONS, Piece, Request, Result, Sequence
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.reading import spelled
from playground.models.tokenizers import tokenizer_of


def run(request: Request) -> Result:
    """No model is run. Raises Complaint as `tokenizer_of` does, for a model that does not read as BERT does, and for a
    task whose texts are missing."""
    family = catalogue.find(request.model).family
    if family and family not in FAMILIES:
        raise Complaint("pg_err_emb_model", model=request.model)
    pairs = _pairs(request)
    twice = [*pairs, (pairs[0][1], pairs[0][0])] if request.task == "similarity" else pairs
    numbered = request.task == "choice"
    return Result(
        gpt=[_gpt(pair, place, numbered, request.task == "similarity") for place, pair in enumerate(twice)],
        bert=[_bert(request.model, pair, place, numbered) for place, pair in enumerate(pairs)],
    )


def prepare(request: Request) -> None:
    """Fetch the tokenizer of a request."""
    tokenizer_of(request.model)


def _pairs(request: Request) -> list[tuple[str, str]]:
    """What is read together; the second is empty where there is one text."""
    first = request.first.strip()
    if not first:
        raise Complaint("pg_err_tsk_first")
    if request.task == "classification":
        return [(first, "")]
    if request.task == "choice":
        options = [line.strip() for line in request.options.splitlines() if line.strip()]
        if not 2 <= len(options) <= MAX_OPTIONS:
            raise Complaint("pg_err_tsk_options", count=len(options), limit=MAX_OPTIONS)
        return [(first, option) for option in options]
    if not request.second.strip():
        raise Complaint("pg_err_tsk_second")
    return [(first, request.second.strip())]


def _gpt(pair: tuple[str, str], place: int, numbered: bool, both_orders: bool) -> Sequence:
    turned = both_orders and place == 1
    first, second = ("second", "first") if turned else ("first", "second")
    pieces = [Piece(text="[Start]", kind="special")]
    pieces += [Piece(text=word, kind=first) for word in pair[0].split()]  # type: ignore[arg-type]
    if pair[1]:
        pieces.append(Piece(text="[Delim]", kind="special"))
        pieces += [Piece(text=word, kind=second) for word in pair[1].split()]  # type: ignore[arg-type]
    pieces.append(Piece(text="[Extract]", kind="read"))
    return Sequence(pieces=pieces, option=place + 1 if numbered or both_orders else None)


def _bert(model: str, pair: tuple[str, str], place: int, numbered: bool) -> Sequence:
    tokenizer = tokenizer_of(model)
    found = tokenizer(pair[0], pair[1] or None, verbose=False)
    ids: list[int] = found["input_ids"]
    pieces = [
        Piece(
            text=token,
            kind="first"
            if segment == 0
            else "second"
            if segment == 1
            else "read"
            if number == tokenizer.cls_token_id
            else "special",
        )
        for token, number, segment in zip(spelled(tokenizer, ids), ids, found.sequence_ids(0), strict=True)
    ]
    return Sequence(pieces=pieces, option=place + 1 if numbered else None)
