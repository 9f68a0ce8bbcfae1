"""One packed input an option, one number over [CLS] each, and a softmax over the options."""

import torch

from playground.core.scripts import mostly_korean
from playground.demos.multiple_choice.schema import Choice, Request, Result
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded, load

CHOICE, NEXT = "multiple_choice", "next_sentence"


def run(request: Request) -> Result:
    """Raises Complaint when the model does not read the language, has neither head, or an option makes it too long."""
    head = _head(request)
    loaded = reader(request)
    first = " ".join(part.strip() for part in (request.passage, request.question) if part.strip())
    read = loaded.tokenizer([first] * len(request.options), request.options, return_token_type_ids=True, verbose=False)
    longest = max(len(ids) for ids in read["input_ids"])
    if longest > loaded.max_length:
        raise Complaint("pg_err_tokens", size=longest, model=request.model, limit=loaded.max_length)
    inputs = loaded.tokenizer.pad(read, return_tensors="pt")
    with torch.inference_mode(), TURNS.quick():
        scores = _scores(loaded, head, {key: value.to(loaded.model.device) for key, value in inputs.items()})
    probabilities = scores.softmax(0).tolist()
    return Result(
        head=head,
        choices=[
            Choice(
                option=option,
                score=round(score, 4),
                probability=round(probability, 6),
                tokens=loaded.tokenizer.convert_ids_to_tokens(ids),
                segments=types,
            )
            for option, score, probability, ids, types in zip(
                request.options, scores.tolist(), probabilities, read["input_ids"], read["token_type_ids"], strict=True
            )
        ],
        notices=[] if head == CHOICE else [Notice(key="pg_mch_by_next", values={"model": request.model})],
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request)


def reader(request: Request) -> Loaded:
    entry = catalogue.find(request.model)
    if "ko" not in entry.languages and any(map(mostly_korean, (request.passage, *request.options))):
        raise Complaint("pg_err_mch_korean", model=request.model)
    return load(request.model, _head(request))


def _head(request: Request) -> str:
    """The head that was trained to choose, where there is one."""
    return CHOICE if CHOICE in catalogue.find(request.model).heads else NEXT


def _scores(loaded: Loaded, head: str, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """(options,) one number each. Of the next sentence head: by how much "next" is above "not next", in logits."""
    if head == CHOICE:
        found: torch.Tensor = loaded.model(**{key: value[None] for key, value in inputs.items()}).logits[0]
        return found.float().cpu()
    logits = loaded.model(**inputs).logits.float().cpu()
    return logits[:, 0] - logits[:, 1]
