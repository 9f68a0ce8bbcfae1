"""Ask both heads about two texts: as they are, swapped, and the first with a sentence from elsewhere."""

import torch

from playground.demos.sentence_pairs.groups import elsewhere
from playground.demos.sentence_pairs.schema import Next, Order, Packed, Pair, Request, Result
from playground.demos.sentence_pairs.scoring import NSP, SOP, packed, probabilities, reader
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.attention import with_attention
from playground.models.device import TURNS
from playground.models.loading import Loaded


def run(request: Request) -> Result:
    """Raises Complaint when neither model has the head it is asked for, and as `scoring.reader` and `packed` do."""
    other = elsewhere(request.first, request.second)
    pairs = [(request.first, request.second), (request.second, request.first), (request.first, other)]
    notices: list[Notice] = []
    answers: dict[str, list[float]] = {}
    shown = []
    for head, model in ((NSP, request.nsp_model), (SOP, request.sop_model)):
        if not catalogue.find(model).carries(head):
            notices.append(Notice(key="pg_pairs_no_head", values={"model": model, "head": f"pg_kind_{head}"}))
            continue
        loaded = reader(model, head, [request.first, request.second])
        _check_attention(loaded, request)
        answers[head] = probabilities(loaded, head, pairs)
        shown.append(_packed(loaded, pairs[0], request))
    if not answers:
        raise Complaint("pg_err_pairs_no_heads", nsp=request.nsp_model, sop=request.sop_model)
    both = [
        Pair(
            nsp=Next(is_next=answers[NSP][number]) if NSP in answers else None,
            sop=Order(in_order=answers[SOP][number]) if SOP in answers else None,
        )
        for number in range(len(pairs))
    ]
    return Result(
        nsp=both[0].nsp,
        sop=both[0].sop,
        swapped=both[1],
        elsewhere=both[2],
        elsewhere_text=other,
        packed=shown,
        notices=notices,
    )


def prepare(request: Request) -> None:
    """Load the models of a request, so that `run` finds them in the cache."""
    for head, model in ((NSP, request.nsp_model), (SOP, request.sop_model)):
        if catalogue.find(model).carries(head):
            reader(model, head, [request.first, request.second])


def _check_attention(loaded: Loaded, request: Request) -> None:
    config = loaded.model.config
    if request.layer > config.num_hidden_layers:
        raise Complaint("pg_err_layer", layer=request.layer, model=loaded.entry.id, limit=config.num_hidden_layers)
    if request.head > config.num_attention_heads:
        raise Complaint("pg_err_head", head=request.head, model=loaded.entry.id, limit=config.num_attention_heads)


@torch.inference_mode()
def _packed(loaded: Loaded, pair: tuple[str, str], request: Request) -> Packed:
    [row] = packed(loaded, [pair])
    inputs = {key: torch.tensor([value], device=loaded.model.device) for key, value in row.items()}
    with TURNS.quick():
        out = with_attention(loaded.model).base_model(**inputs, output_attentions=True)
        weights = out.attentions[request.layer - 1][0, :, 0].float().cpu()  # (A, T) from [CLS]
    chosen = weights.mean(0) if request.head == 0 else weights[request.head - 1]
    return Packed(
        model=loaded.entry.id,
        layers=len(out.attentions),
        heads=len(weights),
        tokens=loaded.tokenizer.convert_ids_to_tokens(row["input_ids"]),
        segments=row["token_type_ids"],
        attention=[round(weight, 4) for weight in chosen.tolist()],
    )
