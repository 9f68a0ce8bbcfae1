"""Ask a teacher and a student about one sentence."""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from transformers import BertForMaskedLM, PreTrainedModel

from playground.core.alike import LEAST, cka
from playground.core.blanks import hide
from playground.core.layer_maps import every_other, uniform_map
from playground.core.student import Shape, Words, build
from playground.demos.distillation.compare.schema import MAX_TOKENS, Map, Request, Result
from playground.demos.distillation.task import task_of
from playground.messages import Complaint, Notice
from playground.models import kept
from playground.models.attention import with_attention
from playground.models.device import TURNS, device
from playground.models.loading import Loaded, load

_LIKELIEST = 4  # words that each model may name


@torch.inference_mode()
def run(request: Request) -> Result:
    """Raises Complaint for a student that is gone, one of another teacher, and a sentence that is too long."""
    loaded = load(request.model, task_of(request.model))
    if request.student:
        kept.folder(request.student)  # what is in the cache below may be gone by now
    student = _trained(request.student) if request.student else _untrained(request.model)
    if getattr(student.config, "taught_by", request.model) != request.model:
        raise Complaint("pg_err_dic_teacher", model=request.model)
    if student.get_input_embeddings().num_embeddings != loaded.model.get_input_embeddings().num_embeddings:
        raise Complaint("pg_err_dic_teacher", model=request.model)
    guesses = task_of(request.model) == "masked_lm"
    if isinstance(student, BertForMaskedLM) != guesses:
        raise Complaint("pg_err_dic_teacher", model=request.model)
    ids = loaded.tokenizer(request.text, return_tensors="pt", verbose=False)["input_ids"]
    if ids.shape[1] > MAX_TOKENS:
        raise Complaint("pg_err_dic_tokens", size=ids.shape[1], limit=MAX_TOKENS)
    notices = [] if request.student else [Notice(key="pg_dic_note_untrained")]
    if guesses:
        blanks = int((ids == loaded.tokenizer.mask_token_id).sum())
        if not blanks:
            ids, word = _with_a_blank(loaded, ids)
            notices.append(Notice(key="pg_dic_note_hidden", values={"word": word}))
        elif blanks > 1:
            notices.append(Notice(key="pg_dic_note_first", values={"blanks": blanks}))
    of = student.config
    layer, head = min(request.layer, of.num_hidden_layers), min(request.head, of.num_attention_heads)
    with TURNS.quick():
        taught, told = (_read(model, ids) for model in (student, loaded.model))
    depth = loaded.model.config.num_hidden_layers
    layer_map = getattr(of, "layer_map", None) or uniform_map(of.num_hidden_layers, depth)
    paired = layer_map[layer - 1]
    if int((ids == loaded.tokenizer.unk_token_id).sum()):
        count = int((ids == loaded.tokenizer.unk_token_id).sum())
        notices.append(Notice(key="pg_note_unknown", values={"count": count, "model": request.model}))
    if guesses:
        names, of_teacher, of_student = _guessed(loaded, ids, told.logits, taught.logits)
    else:
        names = [str(loaded.model.config.id2label[n]).lower() for n in range(loaded.model.config.num_labels)]
        of_teacher, of_student = told.logits[0].float().softmax(0), taught.logits[0].float().softmax(0)
    return Result(
        tokens=loaded.tokenizer.convert_ids_to_tokens(ids[0].tolist()),
        names=names,
        teacher=_shares(of_teacher),
        student=_shares(of_student),
        teacher_map=_map(told.attentions, paired, min(head, loaded.model.config.num_attention_heads)),
        student_map=_map(taught.attentions, layer, head),
        similarity=_similarity(taught.hidden_states, told.hidden_states),
        trained=bool(request.student),
        notices=notices,
    )


def prepare(request: Request) -> None:
    load(request.model, task_of(request.model))


def _read(model: PreTrainedModel, ids: Tensor) -> Any:
    return with_attention(model)(input_ids=ids.to(device()), output_attentions=True, output_hidden_states=True)


def _similarity(own: tuple[Tensor, ...], others: tuple[Tensor, ...]) -> list[list[float]] | None:
    """CKA of (1, T, H) hidden states, a row a layer of the student; None for too few tokens."""
    if own[0].shape[1] < LEAST:
        return None
    return [[round(cka(one[0], other[0]), 3) for other in others] for one in own]


def _shares(probabilities: Tensor) -> list[float]:
    return [round(share, 4) for share in probabilities.tolist()]


def _with_a_blank(loaded: Loaded, ids: Tensor) -> tuple[Tensor, str]:
    """The sentence with one of its words hidden, and the word. Raises Complaint where there is none to hide."""
    found = hide([ids[0].tolist()], loaded.tokenizer, 1, 0)
    if not found.rows:
        raise Complaint("pg_err_dic_no_word")
    return torch.tensor(found.rows), str(loaded.tokenizer.convert_ids_to_tokens(found.words[0]))


def _guessed(loaded: Loaded, ids: Tensor, told: Tensor, taught: Tensor) -> tuple[list[str], Tensor, Tensor]:
    """The likeliest words of both at the first mask, the teacher's first, with both models' probabilities."""
    place = int((ids[0] == loaded.tokenizer.mask_token_id).int().argmax())
    both = [logits[0, place].float().softmax(0).cpu() for logits in (told, taught)]
    likeliest = list(dict.fromkeys(word for shares in both for word in shares.topk(_LIKELIEST).indices.tolist()))
    return loaded.tokenizer.convert_ids_to_tokens(likeliest), both[0][likeliest], both[1][likeliest]


def _map(attentions: tuple[Tensor, ...], layer: int, head: int) -> Map:
    of = attentions[layer - 1][0].float().cpu()  # (A, T, T)
    weights = of.mean(0) if head == 0 else of[head - 1]
    return Map(
        layer=layer,
        head=head,
        layers=len(attentions),
        heads=len(of),
        weights=(weights * 255).round().int().tolist(),
    )


@lru_cache(maxsize=2)
def _trained(name: str) -> PreTrainedModel:
    return kept.opened(name)


@lru_cache(maxsize=2)
def _untrained(model: str) -> PreTrainedModel:
    """Half as many layers, as DistilBERT begins."""
    teacher = load(model, task_of(model))
    of = teacher.model.config
    layers = max(1, of.num_hidden_layers // 2)
    shape = Shape(layers, of.hidden_size, of.num_attention_heads, getattr(of, "intermediate_size", 4 * of.hidden_size))
    vocabulary = teacher.model.get_input_embeddings().num_embeddings
    words = Words([range(vocabulary)], [], vocabulary)
    picks = every_other(layers, of.num_hidden_layers)
    mask = teacher.tokenizer.mask_token_id
    return build(teacher.model, shape, picks, words, 1, mask).whole().requires_grad_(False).to(device())
