"""Predict the hidden words of a text with a masked language model, all holes in one forward pass."""

import torch
from torch import Tensor

from playground.core.distributions import distribution
from playground.demos.masked_lm.reader import read, reader
from playground.demos.masked_lm.schema import MAX_MASKS, Attention, Candidate, Prediction, Request, Result
from playground.messages import Complaint
from playground.models.attention import with_attention
from playground.models.device import TURNS
from playground.models.heads import word_logits
from playground.models.loading import Loaded


def run(request: Request) -> Result:
    """Hide request.positions (and every [MASK] in the text) and predict what stood there.

    Raises Complaint for what `read` refuses, and when a position is not in the text or is a special token.
    """
    loaded, text = read(request.text, request.model)
    tokenizer, ids = loaded.tokenizer, text.ids
    typed = (ids == tokenizer.mask_token_id).nonzero().flatten().tolist()
    holes = sorted({*request.positions, *typed})
    _check(holes, text.special, len(ids))
    _check_attention(loaded, request)
    predictions, attention = _predict(loaded, ids, holes, set(typed), request) if holes else ([], None)
    return Result(
        tokens=tokenizer.convert_ids_to_tokens(ids.tolist()),
        special=text.special,
        predictions=predictions,
        attention=attention,
        notices=text.notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.text, request.model)


def _check(holes: list[int], special: list[int], length: int) -> None:
    if len(holes) > MAX_MASKS:
        raise Complaint("pg_err_masks", size=len(holes), limit=MAX_MASKS)
    for place in holes:
        if not 0 <= place < length:
            raise Complaint("pg_err_position", place=place, last=length - 1)
        if place in special:
            raise Complaint("pg_err_position_special", place=place)


def _check_attention(loaded: Loaded, request: Request) -> None:
    config = loaded.model.config
    if request.layer is not None and request.layer > config.num_hidden_layers:
        raise Complaint("pg_err_layer", layer=request.layer, model=request.model, limit=config.num_hidden_layers)
    if request.layer is not None and request.head > config.num_attention_heads:
        raise Complaint("pg_err_head", head=request.head, model=request.model, limit=config.num_attention_heads)


def _look(weights: Tensor, request: Request, layers: int) -> Attention:
    """weights: (A, P, T) of one layer, the rows of the holes."""
    assert request.layer is not None
    rows = weights.mean(0) if request.head == 0 else weights[request.head - 1]
    return Attention(
        layer=request.layer,
        head=request.head,
        layers=layers,
        heads=len(weights),
        weights=[[round(weight, 4) for weight in row] for row in rows.tolist()],
    )


@torch.inference_mode()
def _predict(
    loaded: Loaded, ids: Tensor, holes: list[int], typed: set[int], request: Request
) -> tuple[list[Prediction], Attention | None]:
    tokenizer, model, attention = loaded.tokenizer, loaded.model, None
    masked = ids.clone()
    masked[holes] = tokenizer.mask_token_id
    inputs = masked[None].to(model.device)
    with TURNS.quick():
        if request.layer is None:
            where = torch.zeros_like(inputs, dtype=torch.bool)
            where[0, holes] = True
            logits = word_logits(model, where, input_ids=inputs)  # (P, V)
        else:
            out = with_attention(model)(input_ids=inputs, output_attentions=True)
            logits = out.logits[0, holes]
            attention = _look(
                out.attentions[request.layer - 1][0][:, holes].float().cpu(), request, len(out.attentions)
            )
        spread = distribution(logits[:, : len(tokenizer)], request.top_k)
        best_ids, best = spread.top_ids.cpu(), spread.top_probabilities.cpu()
        entropies = spread.entropy.tolist()
        originals = {
            place: (spread.rank(row, int(ids[place])), spread.probability(row, int(ids[place])))
            for row, place in enumerate(holes)
            if place not in typed
        }
    predictions = [
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
    return predictions, attention
