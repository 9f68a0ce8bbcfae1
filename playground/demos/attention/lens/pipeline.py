"""Hide a token (or what follows it), and read every layer's states with the last layer's head."""

import re

import torch

from playground.core.distributions import distribution
from playground.demos.attention.lens.schema import MAX_TOKENS, Candidate, Depth, Request, Result
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.lens import lens
from playground.models.loading import Loaded
from playground.models.reading import read, reader, spelled


def run(request: Request) -> Result:
    """One forward. Raises Complaint as `reader`, `read` and `lens` do, for a place that cannot be predicted, and for
    more than 1,024 tokens."""
    loaded = _load(request)
    tokenizer, causal = loaded.tokenizer, "causal_lm" in loaded.entry.heads
    written = request.text
    if tokenizer.mask_token:  # RoBERTa's is <mask>, and nobody who types [mask] means those three tokens
        written = re.sub(r"\[mask\]", lambda _: tokenizer.mask_token, written, flags=re.IGNORECASE)
    text = read(loaded, written)
    if len(text.ids) > MAX_TOKENS:
        raise Complaint("pg_err_tokens_here", size=len(text.ids), limit=MAX_TOKENS)
    _check(request.place, text.special.tolist(), causal)
    typed = not causal and int(text.ids[request.place]) == tokenizer.mask_token_id
    inputs = text.inputs(loaded)
    if causal:
        inputs["input_ids"] = inputs["input_ids"][:, : request.place]
        at = request.place - 1
    else:
        inputs["input_ids"] = inputs["input_ids"].clone()
        inputs["input_ids"][0, request.place] = tokenizer.mask_token_id
        at = request.place
    with TURNS.quick(), torch.inference_mode():
        states = loaded.model.base_model(**inputs, output_hidden_states=True).hidden_states
        logits = torch.stack(lens(loaded.model, states, at)).float().cpu()[:, : len(tokenizer)]  # (L + 1, V)
    word, final = int(text.ids[request.place]), int(logits[-1].argmax())
    spread = distribution(logits, request.top_k)
    depths = [
        Depth(
            layer=layer,
            candidates=[
                Candidate(token=token, probability=round(probability, 6))
                for token, probability in zip(
                    spelled(tokenizer, spread.top_ids[layer].tolist()),
                    spread.top_probabilities[layer].tolist(),
                    strict=True,
                )
            ],
            entropy=round(float(spread.entropy[layer]), 4),
            rank=None if typed else spread.rank(layer, word),
            probability=None if typed else round(spread.probability(layer, word), 6),
            final_rank=spread.rank(layer, final),
            final_probability=round(spread.probability(layer, final), 6),
        )
        for layer in range(len(logits))
    ]
    return Result(
        tokens=text.tokens,
        special=text.special.nonzero().flatten().tolist(),
        place=request.place,
        original=None if typed else text.tokens[request.place],
        final=spelled(tokenizer, [final])[0],
        causal=causal,
        depths=depths,
        notices=text.notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    _load(request)


def _load(request: Request) -> Loaded:
    entry = catalogue.find(request.model)
    head = "causal_lm" if "causal_lm" in entry.heads else "masked_lm"
    return reader(request.model, head, request.text)


def _check(place: int, special: list[bool], causal: bool) -> None:
    if place >= len(special):
        raise Complaint("pg_err_position", place=place, last=len(special) - 1)
    if causal and place == 0:
        raise Complaint("pg_err_len_first")
    if special[place]:
        raise Complaint("pg_err_position_special", place=place)
