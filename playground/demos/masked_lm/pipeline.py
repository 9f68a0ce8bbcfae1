"""Predict the hidden words of a text with a masked language model, all holes in one forward pass."""

import re

import torch
from torch import Tensor

from playground.core.distributions import distribution
from playground.core.scripts import mostly_korean
from playground.demos.masked_lm.schema import MAX_MASKS, Candidate, Prediction, Request, Result
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded, load


def run(request: Request) -> Result:
    """Hide request.positions (and every [MASK] in the text) and predict what stood there.

    Raises Complaint when the model does not read the text's language, the text is longer than the model
    reads, a position is not in the text or is a special token, or nothing is left to read.
    """
    loaded = _reader(request)
    tokenizer = loaded.tokenizer
    # RoBERTa's is <mask>, and nobody who types [mask] means those three tokens.
    text = re.sub(r"\[mask\]", lambda _: tokenizer.mask_token, request.text, flags=re.IGNORECASE)
    ids = tokenizer(text, return_tensors="pt", verbose=False)["input_ids"][0]  # (T,)
    if len(ids) > loaded.max_length:
        raise Complaint("pg_err_tokens", size=len(ids), model=request.model, limit=loaded.max_length)
    special = [
        place
        for place, token in enumerate(ids.tolist())
        if token in tokenizer.all_special_ids and token not in (tokenizer.mask_token_id, tokenizer.unk_token_id)
    ]
    if len(special) == len(ids):
        raise Complaint("pg_err_only_special")
    typed = (ids == tokenizer.mask_token_id).nonzero().flatten().tolist()
    holes = sorted({*request.positions, *typed})
    _check(holes, special, len(ids))
    return Result(
        tokens=tokenizer.convert_ids_to_tokens(ids.tolist()),
        special=special,
        predictions=_predict(loaded, ids, holes, set(typed), request.top_k) if holes else [],
        notices=_notices(loaded, ids),
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    _reader(request)


def _reader(request: Request) -> Loaded:
    entry = catalogue.find(request.model)
    if mostly_korean(request.text) and "ko" not in entry.languages:
        reader = catalogue.reader_of("ko", "masked_lm")
        raise Complaint("pg_err_korean", model=request.model, reader=reader)
    return load(request.model, "masked_lm")


def _check(holes: list[int], special: list[int], length: int) -> None:
    if len(holes) > MAX_MASKS:
        raise Complaint("pg_err_masks", size=len(holes), limit=MAX_MASKS)
    for place in holes:
        if not 0 <= place < length:
            raise Complaint("pg_err_position", place=place, last=length - 1)
        if place in special:
            raise Complaint("pg_err_position_special", place=place)


def _notices(loaded: Loaded, ids: Tensor) -> list[Notice]:
    unknown = int((ids == loaded.tokenizer.unk_token_id).sum())
    return [Notice(key="pg_note_unknown", values={"count": unknown, "model": loaded.entry.id})] if unknown else []


@torch.inference_mode()
def _predict(loaded: Loaded, ids: Tensor, holes: list[int], typed: set[int], top_k: int) -> list[Prediction]:
    tokenizer, model = loaded.tokenizer, loaded.model
    masked = ids.clone()
    masked[holes] = tokenizer.mask_token_id
    with TURNS.quick():
        logits = model(input_ids=masked[None].to(model.device)).logits[0, holes]  # (P, V)
        spread = distribution(logits[:, : len(tokenizer)], top_k)
        best_ids, best = spread.top_ids.cpu(), spread.top_probabilities.cpu()
        entropies = spread.entropy.tolist()
        originals = {
            place: (spread.rank(row, int(ids[place])), spread.probability(row, int(ids[place])))
            for row, place in enumerate(holes)
            if place not in typed
        }
    return [
        Prediction(
            position=place,
            original=tokenizer.convert_ids_to_tokens(int(ids[place])) if place in originals else None,
            candidates=[
                Candidate(token=token, probability=round(probability, 6))
                for token, probability in zip(
                    tokenizer.convert_ids_to_tokens(best_ids[row].tolist()), best[row].tolist(), strict=True
                )
            ],
            entropy=round(entropies[row], 4),
            original_rank=originals[place][0] if place in originals else None,
            original_probability=round(originals[place][1], 6) if place in originals else None,
        )
        for row, place in enumerate(holes)
    ]
