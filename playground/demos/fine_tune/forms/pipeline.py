"""Pack a text in the four forms, and let the bundled heads answer."""

from collections.abc import Callable

import torch
from torch import Tensor

from playground.core.scripts import mostly_korean
from playground.core.spans import best_spans, null_score
from playground.demos.fine_tune.forms.schema import (
    BASE,
    READER,
    SENTIMENT,
    Answer,
    Form,
    FormName,
    Request,
    Result,
    Slot,
)
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded, load

_BASE = (BASE, "next_sentence")
_SENTIMENT = (SENTIMENT, "sequence_classification")
_READER = (READER, "question_answering")
_TAGS = 9  # of CoNLL-2003: B and I for four kinds of names, and O
_OUTPUTS: dict[FormName, int] = {"sentence": 2, "pair": 2, "span": 2, "tags": _TAGS}


def run(request: Request) -> Result:
    """All four forms, but for those whose other text is empty. Raises Complaint for Korean, and for a text that is too
    long in any of them."""
    texts = (request.text, request.second, request.question)
    if any(mostly_korean(text) for text in texts):
        raise Complaint("pg_err_korean", model=BASE, reader=catalogue.reader_of("ko", "masked_lm"))
    base = load(*_BASE)
    packed: dict[FormName, tuple[str, ...]] = {
        "sentence": (request.text,),
        "pair": (request.text, request.second),
        "span": (request.question, request.text),
        "tags": (request.text,),
    }
    found = {name: _slots(base, name, parts) for name, parts in packed.items() if all(parts)}
    hidden = int(base.model.config.hidden_size)
    answers: dict[FormName, tuple[str, Callable[[tuple[str, ...]], list[Answer]]]] = {
        "sentence": (SENTIMENT, _sentiment),
        "pair": (BASE, _next),
        "span": (READER, _span),
    }
    forms = []
    for name, slots in found.items():
        model, answer = answers.get(name, ("", lambda _: []))
        with TURNS.quick():
            said = answer(packed[name])
        outputs = _OUTPUTS[name]
        forms.append(
            Form(
                name=name,
                slots=slots,
                outputs=outputs,
                parameters=outputs * hidden + outputs,
                model=model,
                answers=said,
            )
        )
    unknown = sum(slot.text == "[UNK]" for slot in found["sentence"])
    return Result(
        forms=forms,
        hidden_size=hidden,
        encoder=sum(weight.numel() for weight in base.model.base_model.parameters()),
        notices=[Notice(key="pg_note_unknown", values={"count": unknown, "model": BASE})] if unknown else [],
    )


def prepare(request: Request) -> None:
    """Load all that `run` needs."""
    for model in (_BASE, _SENTIMENT, _READER):
        load(*model)


def _slots(base: Loaded, name: FormName, parts: tuple[str, ...]) -> list[Slot]:
    """The positions of one form. Raises Complaint when there are more than the model reads."""
    tokenizer = base.tokenizer
    packed = tokenizer(*parts, verbose=False)
    ids = packed["input_ids"]
    if len(ids) > base.max_length:
        raise Complaint("pg_err_tokens", size=len(ids), model=base.entry.id, limit=base.max_length)
    segments, words = packed.sequence_ids(0), packed.word_ids(0)
    slots = []
    for place, text in enumerate(tokenizer.convert_ids_to_tokens(ids)):
        special = segments[place] is None
        first = not special and words[place] != words[place - 1]
        feeds = {
            "sentence": place == 0,
            "pair": place == 0,
            "span": segments[place] == 1,
            "tags": first,
        }[name]
        slots.append(Slot(text=text, segment=int(packed["token_type_ids"][place]), special=special, feeds=feeds))
    return slots


@torch.inference_mode()
def _logits(loaded: Loaded, parts: tuple[str, ...]) -> tuple[dict[str, Tensor], list[int | None]]:
    packed = loaded.tokenizer(*parts, return_tensors="pt", verbose=False)
    out = loaded.model(**packed.to(loaded.model.device))
    return {name: value.float().cpu() for name, value in out.items()}, packed.sequence_ids(0)


def _sentiment(parts: tuple[str, ...]) -> list[Answer]:
    loaded = load(*_SENTIMENT)
    shares = _logits(loaded, parts)[0]["logits"].softmax(1)[0].tolist()
    names = loaded.model.config.id2label
    found = [Answer(label=names[place], probability=round(share, 4)) for place, share in enumerate(shares)]
    return sorted(found, key=lambda one: -(one.probability or 0))


def _next(parts: tuple[str, ...]) -> list[Answer]:
    share = float(_logits(load(*_BASE), parts)[0]["logits"].softmax(1)[0, 0])
    return [Answer(label="next", probability=round(share, 4))]


def _span(parts: tuple[str, ...]) -> list[Answer]:
    """The best span, or nothing where no answer is likelier (Devlin et al. 2019, section 4.3)."""
    loaded = load(*_READER)
    logits, segments = _logits(loaded, parts)
    start, end = logits["start_logits"], logits["end_logits"]
    legal = torch.tensor([[segment == 1 for segment in segments]])
    spans = best_spans(start, end, legal)
    if float(spans.scores[0, 0]) <= float(null_score(start, end)[0]):
        return []
    offsets = loaded.tokenizer(*parts, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    first, last = int(spans.starts[0, 0]), int(spans.ends[0, 0])
    return [Answer(label=parts[1][offsets[first][0] : offsets[last][1]], probability=None)]
