"""Mask a text, have the generator fill it, and ask the discriminator which tokens were replaced."""

import math
from collections.abc import Sequence
from difflib import SequenceMatcher

import torch
from torch import Tensor

from playground.core.metrics import auc
from playground.core.replaced import GUESSED, ORIGINAL, REPLACED
from playground.demos.electra.pair import (
    DISCRIMINATOR_HEAD,
    Text,
    choose,
    corrupt,
    pair,
    read,
    reads,
    suspicion,
)
from playground.demos.electra.schema import Attention, Request, Result, Sizes, State, Token
from playground.messages import Complaint, Notice
from playground.models.attention import with_attention
from playground.models.device import TURNS
from playground.models.loading import Loaded

STATES: dict[int, State] = {ORIGINAL: "original", REPLACED: "replaced", GUESSED: "guessed"}


def run(request: Request) -> Result:
    """One forward of each model. Raises Complaint as `pair` and `read` do, and when a layer, head or place is asked for
    that is not there."""
    if request.replaced_text:
        return _yours(request)
    models = pair(request.generator_model, request.model, request.text)
    text = read(models.discriminator, request.text, models.max_length)
    with TURNS.quick():
        [made] = corrupt(models, [text], request.rate, request.temperature, request.seed, [0])
        logits, attention = _look(models.discriminator, made.filled, request)
    notices = list(text.notices)
    if not bool(made.chosen.any()):
        notices.append(Notice(key="pg_ele_none_masked", values={"count": int(text.maskable.sum())}))
    result = judge(models.discriminator, made.ids, made.filled, made.states, logits, text, request)
    sizes = _sizes(models.generator)
    return result.model_copy(update={"attention": attention, "generator": sizes, "notices": notices})


def prepare(request: Request) -> None:
    """Load the models of a request, so that `run` finds them in the cache."""
    if request.replaced_text:
        reads(request.model, DISCRIMINATOR_HEAD, request.text, request.replaced_text)
    else:
        pair(request.generator_model, request.model, request.text)


def _yours(request: Request) -> Result:
    """The changes are in replaced_text: no generator."""
    loaded = reads(request.model, DISCRIMINATOR_HEAD, request.text, request.replaced_text)
    text, changed = read(loaded, request.text), read(loaded, request.replaced_text)
    before, after = text.ids, changed.ids
    places = aligned(before.tolist(), after.tolist())
    originals = torch.tensor([-1 if place is None else int(before[place]) for place in places])
    state = torch.where(originals == after, ORIGINAL, REPLACED)
    with TURNS.quick():
        logits, attention = _look(loaded, after, request)
    result = judge(loaded, originals, after, state, logits, text, request)
    return result.model_copy(update={"attention": attention, "notices": changed.notices})


def aligned(before: Sequence[int], after: Sequence[int]) -> list[int | None]:
    """The place in `before` of which each token of `after` is the counterpart; None for one that was put in.

    Texts of one length are compared place by place, as ELECTRA's are. Else what both have in order is kept (Ratcliff
    and Metzener 1988), and in between one changed token stands for one changed token as far as they go.
    """
    if len(before) == len(after):
        return list(range(len(after)))
    found: list[int | None] = []
    for _, low, high, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        found += [low + step if low + step < high else None for step in range(end - begin)]
    return found


def judge(
    loaded: Loaded, originals: Tensor, ids: Tensor, state: Tensor, logits: Tensor, text: Text, request: Request
) -> Result:
    """What the discriminator's logits say, against the truth.

    originals: (T,) what stood at the places of ids (T,), -1 for nothing. The tokenizer's own tokens are never replaced,
    so they are not counted.
    """
    words = loaded.tokenizer.convert_ids_to_tokens
    own = torch.isin(ids, torch.tensor(loaded.tokenizer.all_special_ids)) & (state == ORIGINAL)
    probabilities = logits.sigmoid()
    replaced, said = state == REPLACED, probabilities >= request.threshold
    area = auc(logits[~own].numpy(), replaced[~own].numpy())
    there = words(originals.clamp_min(0).tolist())
    tokens = [
        Token(
            text=text_,
            original=original if number >= 0 else "",
            state=STATES[kind],
            replaced_probability=round(probability, 4),
            special=special,
        )
        for text_, original, number, kind, probability, special in zip(
            words(ids.tolist()),
            there,
            originals.tolist(),
            state.tolist(),
            probabilities.tolist(),
            own.tolist(),
            strict=True,
        )
    ]
    chosen = int(choose(text, request.rate, request.seed)[0].sum())
    return Result(
        tokens=tokens,
        auc=None if math.isnan(area) else round(area, 4),
        masked=0 if request.replaced_text else chosen,
        replaced=int(replaced.sum()),
        guessed=int((state == GUESSED).sum()),
        hits=int((replaced & said).sum()),
        misses=int((replaced & ~said).sum()),
        false_alarms=int((~replaced & ~own & said).sum()),
        with_loss_mlm=chosen,
        with_loss_rtd=len(text.ids),
        discriminator=_sizes(loaded),
    )


def _sizes(loaded: Loaded) -> Sizes:
    config = loaded.model.config
    count = loaded.entry.parameters or sum(parameter.numel() for parameter in loaded.model.parameters())
    return Sizes(
        layers=int(config.num_hidden_layers),
        hidden_size=int(config.hidden_size),
        parameters=count,
    )


def _look(loaded: Loaded, ids: Tensor, request: Request) -> tuple[Tensor, Attention | None]:
    """(T,) logits of "replaced", and where the asked token looks."""
    if request.layer is None:
        return suspicion(loaded, [ids])[0], None
    config = loaded.model.config
    if request.layer > config.num_hidden_layers:
        raise Complaint("pg_err_layer", layer=request.layer, model=request.model, limit=config.num_hidden_layers)
    if request.head > config.num_attention_heads:
        raise Complaint("pg_err_head", head=request.head, model=request.model, limit=config.num_attention_heads)
    if request.place >= len(ids):
        raise Complaint("pg_err_position", place=request.place, last=len(ids) - 1)
    with torch.inference_mode():
        out = with_attention(loaded.model)(input_ids=ids[None].to(loaded.model.device), output_attentions=True)
    weights = out.attentions[request.layer - 1][0, :, request.place].float().cpu()  # (A, T)
    row = weights.mean(0) if request.head == 0 else weights[request.head - 1]
    found = Attention(
        place=request.place,
        layer=request.layer,
        head=request.head,
        layers=len(out.attentions),
        heads=len(weights),
        weights=[round(weight, 4) for weight in row.tolist()],
    )
    return out.logits[0].float().cpu(), found
