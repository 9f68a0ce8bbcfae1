"""Read one or two texts with eager attention, layer by layer, and keep one map and small pictures of all."""

import json
from dataclasses import dataclass, field
from math import isqrt

import torch
from torch import Tensor

from playground.core.attention import as_bytes, blocks, measures, pooled, rolled, thumbnails
from playground.demos.attention.schema import MAX_MAP, MAX_ROWS, MAX_TOKENS, Head, Picture, Request, Result
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.attention import with_attention
from playground.models.device import TURNS
from playground.models.loading import Loaded
from playground.models.reading import Reading, read, reader
from playground.pictures import pack

_KEPT_BYTES = 2 * 10**9  # of all layers' maps, which the model holds until it returns
_BYTES = 300_000  # of a stored run, and of what a page gets: a little less than either may have
_MOSAIC_BYTES = 32_000  # of all heads together, before base64
_SMALLEST, _LARGEST = 4, 32  # fields a side of one head's picture
_POOLED = 256  # fields a side of a large map that is pooled
_LEAST = 64  # below which no number of heads makes it


@dataclass
class _Kept:
    """What stays of all layers: measures and small pictures, and the chosen map (T, T)."""

    chosen: Tensor = field(default_factory=lambda: torch.zeros(0))
    heads: list[Head] = field(default_factory=list)
    small: list[Tensor] = field(default_factory=list)
    layers: int = 0
    heads_a_layer: int = 0


def run(request: Request) -> Result:
    """One forward. Raises Complaint as `reader` and `read` do, for a layer, head or row that is not there, for all rows
    of more than 160 tokens, for a block without a second text, and for more tokens than memory should hold maps of."""
    loaded = _load(request)
    _check_head(loaded, request)
    text = read(loaded, request.text, request.second_text)
    _check_size(loaded, len(text.ids))
    _check_rows(len(text.ids), request)
    kept = _look(loaded, text, request)
    return Result(
        tokens=text.tokens,
        weights=_rows(kept.chosen, request.row),
        heads=kept.heads,
        segments=text.segments.tolist(),
        special=text.special.nonzero().flatten().tolist(),
        layer=request.layer,
        head=request.head,
        layers=kept.layers,
        heads_a_layer=kept.heads_a_layer,
        causal=_causal(loaded),
        blocks=[[round(share, 4) for share in row] for row in blocks(kept.chosen, text.special, text.segments)]
        if request.second_text
        else None,
        picture=_picture(kept, text.tokens) if request.picture else None,
        notices=text.notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    _load(request)


def _rows(chosen: Tensor, row: int | None) -> list[list[float]]:
    """One row to four digits; all of them to 1/255, so that they stay small."""
    if row is not None:
        return [[round(weight, 4) for weight in chosen[row].tolist()]]
    return [[round(weight / 255, 3) for weight in line] for line in as_bytes(chosen).tolist()]


def _load(request: Request) -> Loaded:
    return reader(request.model, catalogue.any_head(request.model), request.text, request.second_text)


def _causal(loaded: Loaded) -> bool:
    return "causal_lm" in loaded.entry.heads


def _check_head(loaded: Loaded, request: Request) -> None:
    config = loaded.model.config
    if request.layer > config.num_hidden_layers:
        raise Complaint("pg_err_layer", layer=request.layer, model=request.model, limit=config.num_hidden_layers)
    if request.head > config.num_attention_heads:
        raise Complaint("pg_err_head", head=request.head, model=request.model, limit=config.num_attention_heads)


def _check_size(loaded: Loaded, length: int) -> None:
    """Eager attention keeps (A, T, T) of every layer: tens of gigabytes at 8,000 tokens."""
    config = loaded.model.config
    field = config.num_hidden_layers * config.num_attention_heads * loaded.model.dtype.itemsize
    limit = min(MAX_TOKENS, isqrt(_KEPT_BYTES // field))
    if length > limit:
        raise Complaint("pg_err_tokens_here", size=length, limit=limit)


def _check_rows(length: int, request: Request) -> None:
    if request.row is not None and request.row >= length:
        raise Complaint("pg_err_position", place=request.row, last=length - 1)
    if request.row is None and length > MAX_ROWS:
        raise Complaint("pg_err_att_rows", size=length, limit=MAX_ROWS, last=length - 1)
    if request.block != "all" and not request.second_text:
        raise Complaint("pg_err_att_block")


@torch.inference_mode()
def _look(loaded: Loaded, text: Reading, request: Request) -> _Kept:
    """Layer by layer: all maps of a large model at once would be hundreds of megabytes of copies."""
    with TURNS.quick():
        out = with_attention(loaded.model).base_model(**text.inputs(loaded), output_attentions=True)
        kept, rollout = _Kept(layers=len(out.attentions), heads_a_layer=out.attentions[0].shape[1]), None
        count = kept.layers * kept.heads_a_layer
        side = min(_LARGEST, max(_SMALLEST, int((_MOSAIC_BYTES / count) ** 0.5)))
        separators = text.ids == (-1 if loaded.tokenizer.sep_token_id is None else loaded.tokenizer.sep_token_id)
        for number, layer in enumerate(out.attentions, start=1):
            weights = layer[0].float().cpu()  # (A, T, T)
            kept.heads += _heads(number, weights, text, separators)
            if request.picture:
                kept.small.append(as_bytes(thumbnails(weights, side)))
            if request.rollout and number <= request.layer:
                rollout = rolled(rollout, weights)
            if number == request.layer:
                chosen = weights.mean(0) if request.head == 0 else weights[request.head - 1]
                kept.chosen = chosen if rollout is None else rollout
    return kept


def _heads(layer: int, weights: Tensor, text: Reading, separators: Tensor) -> list[Head]:
    found = measures(weights, text.special, separators, text.segments)
    columns = {name: values.tolist() for name, values in vars(found).items()}
    return [
        Head(layer=layer, head=number + 1, **{name: round(values[number], 3) for name, values in columns.items()})
        for number in range(len(weights))
    ]


def _picture(kept: _Kept, tokens: list[str]) -> Picture:
    """The mosaic, and the chosen map with as many fields as the bytes allow beside all that names them."""
    small = torch.stack(kept.small)  # (L, A, s, s)
    mosaic, side = pack(small.numpy()), small.shape[-1]
    step = 1 if len(kept.chosen) <= MAX_MAP else -(-len(kept.chosen) // _POOLED)
    while True:
        large = as_bytes(pooled(kept.chosen, step))
        packed = pack(large.numpy())
        if len(large) <= _LEAST or _bytes(tokens, len(kept.heads), side, len(large), step, mosaic + packed) <= _BYTES:
            break
        step += 1
    return Picture(mosaic=mosaic, mosaic_side=side, map=packed, map_side=len(large), pooled=0 if step == 1 else step)


def _bytes(tokens: list[str], heads: int, small: int, large: int, step: int, packed: str) -> float:
    """About how many bytes a run will have, or what a page gets, whichever is more.

    A page gets pictures unpacked, in base64, and its texts twice in quotation marks; a run has every head's measures.
    """
    words, length = len(json.dumps(json.dumps(tokens))), len(tokens)
    run = 165 * heads + len(packed) + 2 * words + 16 * length
    names = 2.2 * (min(step, 2) * words / step + (4 if step == 1 else 18) * large)  # of both axes and their ticks
    strip = words + 50 * length
    page = heads * (42 + (small + 1) ** 2 * 4 / 3) + large**2 * 4 / 3 + names + strip + 10_000
    return max(run, page)
