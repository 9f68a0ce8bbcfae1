"""Take BERT's input apart: a row of each table, their sum, and the sum normalised.

    token table (V, H)  ---+
    segment table (2, H) --+--> sum (T, H) --> LayerNorm --> the first layer
    position table (P, H) -+

Devlin et al. 2019 (arXiv:1810.04805), section 3 and figure 2. ALBERT's tables have the width E; DistilBERT has no
segments.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cosine_similarity, normalize

from playground.demos.inputs.embeddings.schema import MAX_SIDE, PARTS, Kind, Part, Positions, Request, Result, Row
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded
from playground.models.reading import Reading, read, reader
from playground.pictures import pack

_RESERVED = {"roberta": 2, "xlm-roberta": 2}  # rows of the position table before the first token's


def run(request: Request) -> Result:
    """No layer is run. Raises Complaint as `reader` and `read` do, for a model without these tables, and for a place
    that is not in the text."""
    loaded = _load(request)
    tables = _tables(loaded)
    text = read(loaded, request.text, request.second_text)
    if request.place >= len(text.ids):
        raise Complaint("pg_err_position", place=request.place, last=len(text.ids) - 1)
    reserved = _RESERVED.get(loaded.model.config.model_type, 0)
    with TURNS.quick(), torch.inference_mode():
        found = parts(tables, text, reserved)
        learned = tables.position_embeddings.weight[reserved:].float().cpu()
    numbers: dict[Part, int] = {
        "token": int(text.ids[request.place]),
        "segment": int(text.segments[request.place]),
        "position": request.place + reserved,
    }
    return Result(
        tokens=text.tokens,
        segments=text.segments.tolist(),
        special=text.special.nonzero().flatten().tolist(),
        place=request.place,
        kind=_kind(loaded, text, request.place),
        rows=[_row(part, found[part], request.place, numbers.get(part)) for part in PARTS if part in found],
        positions=_positions(learned, request.place),
        notices=text.notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    _load(request)


def _load(request: Request) -> Loaded:
    return reader(request.model, catalogue.any_head(request.model), request.text, request.second_text)


def _tables(loaded: Loaded) -> Any:
    tables = getattr(loaded.model.base_model, "embeddings", None)
    if tables is None or not hasattr(tables, "position_embeddings"):
        raise Complaint("pg_err_emb_model", model=loaded.entry.id)
    return tables


def parts(tables: Any, text: Reading, reserved: int) -> dict[Part, Tensor]:
    """(T, H) each, on the CPU: the rows of the tables that the model has, their sum, and LayerNorm of it."""
    device = tables.position_embeddings.weight.device
    ids, segments = text.ids.to(device), text.segments.to(device)
    rows: dict[Part, Tensor] = {"token": tables.word_embeddings(ids)}
    if hasattr(tables, "token_type_embeddings"):
        types = tables.token_type_embeddings.num_embeddings
        rows["segment"] = tables.token_type_embeddings(segments.clamp(max=types - 1))
    places = torch.arange(len(ids), device=device) + reserved
    rows["position"] = tables.position_embeddings(places)
    rows["sum"] = torch.stack(list(rows.values())).sum(0)
    rows["norm"] = tables.LayerNorm(rows["sum"])
    return {part: found.float().cpu() for part, found in rows.items()}


def _row(part: Part, found: Tensor, place: int, number: int | None) -> Row:
    return Row(
        part=part,
        number=number,
        values=_rounded(found[place]),
        lengths=_rounded(found.norm(dim=-1)),
        similar=_rounded(cosine_similarity(found[place][None], found, dim=-1)),
    )


def _positions(learned: Tensor, place: int) -> Positions:
    """learned: (P, H)."""
    unit = normalize(learned, dim=-1)
    cosines = unit @ unit.T
    stride = max(1, len(learned) // MAX_SIDE)
    small = avg_pool2d(cosines[None], stride)[0] if stride > 1 else cosines
    grey = ((small + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return Positions(
        count=len(learned), side=len(grey), stride=stride, map=pack(grey.numpy()), row=_rounded(cosines[place])
    )


def _rounded(values: Tensor) -> list[float]:
    return [round(value, 3) for value in values.tolist()]


def _kind(loaded: Loaded, text: Reading, place: int) -> Kind:
    tokenizer = loaded.tokenizer
    kinds: dict[int, Kind] = {
        tokenizer.cls_token_id: "cls",
        tokenizer.sep_token_id: "sep",
        tokenizer.mask_token_id: "mask",
        tokenizer.unk_token_id: "unknown",
    }
    return kinds.get(int(text.ids[place]), "ordinary")
