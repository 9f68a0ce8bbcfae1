"""A smaller BERT made for a teacher: its sizes, which of the teacher's weights it begins with, and a vocabulary of only
the words that it will meet.

Training text of a few thousand sentences has some 2,500 of 30,522 words. The rows of all others would get no gradient,
and without weight decay no change, so a student is trained without them and gets them back at the end: the same
student up to rounding, at half the price of a step.
"""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, PreTrainedModel

from playground.core.architecture import Architecture, total
from playground.core.blanks import Blanks
from playground.core.layer_maps import check_layers
from playground.locks import TRANSFORMERS
from playground.messages import Complaint

_SPREAD = 0.02  # of first weights, as in BERT


@dataclass(frozen=True)
class Shape:
    """A student's sizes. Raises Complaint where the width cannot be divided among the heads."""

    layers: int
    width: int
    heads: int
    ffn: int

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise Complaint("pg_err_dis_heads", width=self.width, heads=self.heads)

    def parameters(self, vocab_size: int, classes: int | None, positions: int = 512) -> int:
        """As Transformers counts a BertForSequenceClassification of these sizes, or, where there are no classes, a
        BertForMaskedLM."""
        encoder = Architecture(
            vocab_size=vocab_size,
            embedding_size=self.width,
            hidden_size=self.width,
            num_layers=self.layers,
            num_heads=self.heads,
            intermediate_size=self.ffn,
            max_positions=positions,
            projection=False,
            pooler=classes is not None,
            mlm_head=classes is None,
        )
        return total(encoder) + (self.width + 1) * (classes or 0)


class Words:
    """The words that occur, and their numbers in the small vocabulary. ids: (K,) in the whole vocabulary, ascending."""

    def __init__(self, occurring: Iterable[Sequence[int]], special: Iterable[int], vocab_size: int) -> None:
        self.ids = torch.tensor(sorted({*special, *(number for row in occurring for number in row)}))
        self.number = torch.zeros(vocab_size, dtype=torch.long)
        self.number[self.ids] = torch.arange(len(self.ids))

    def __len__(self) -> int:
        return len(self.ids)

    def small(self, ids: Tensor) -> Tensor:
        """(B, T) numbers of the small vocabulary."""
        number: Tensor = self.number.to(ids.device)[ids]
        return number


@dataclass(frozen=True)
class Student:
    """model: a BertForSequenceClassification or a BertForMaskedLM with the words of `words` alone. classifier: the
    model, as what gives (B, C) logits. first: at the beginning, all word embeddings (V, H), and of a masked language
    model the bias of each word. copied, tensors: how many of its tensors came from the teacher; begun: how many of its
    layers did whole."""

    model: PreTrainedModel
    classifier: nn.Module
    words: Words
    first: tuple[Tensor, ...]
    copied: int
    tensors: int
    begun: int

    @torch.no_grad()
    def whole(self) -> PreTrainedModel:
        """A copy on the CPU with the whole vocabulary: rows of words that never occurred are those of the beginning."""
        model = copy.deepcopy(self.model).cpu()
        found = []
        for first, now in zip(self.first, _vocabulary(model), strict=True):
            rows = first.clone()
            rows[self.words.ids] = now
            found.append(rows)
        _put_vocabulary(model, found, model.config.pad_token_id)
        return model.eval()


def _vocabulary(model: PreTrainedModel) -> list[Tensor]:
    """What has a row for each word: the embeddings, and the bias of a head that scores words with them."""
    rows = [model.get_input_embeddings().weight.detach()]
    return [*rows, model.cls.predictions.decoder.bias.detach()] if _is_lm(model) else rows


def _put_vocabulary(model: PreTrainedModel, rows: Sequence[Tensor], padding: int) -> None:
    """Give a model these words; `padding` is the number of the padding among them."""
    model.bert.embeddings.word_embeddings = _embedding(rows[0], padding)
    model.config.vocab_size = len(rows[0])
    if _is_lm(model):
        head = model.cls.predictions
        head.decoder = nn.Linear(rows[0].shape[1], len(rows[0]))
        head.decoder.weight = model.bert.embeddings.word_embeddings.weight  # one matrix, as in BERT
        head.bias = head.decoder.bias = nn.Parameter(rows[1].clone())


def _is_lm(model: PreTrainedModel) -> bool:
    return isinstance(model, BertForMaskedLM)


def build(
    teacher: PreTrainedModel, shape: Shape, picks: Sequence[int], words: Words, seed: int, mask: int | None = None
) -> Student:
    """A student whose weights are drawn by the seed: a masked language model where the teacher is one, else a
    classifier. picks: the teacher's layer, 1 for the lowest, that each layer begins with; empty for none, and then
    nothing else is copied either.

    With picks the embeddings, the pooler and the head are the teacher's, too; what has another shape in the
    teacher, or another name as in other families, stays as drawn. mask: of a masked language model the number of its
    mask token. Raises Complaint for picks that do not fit.
    """
    of = teacher.config
    check_layers(picks, shape.layers, of.num_hidden_layers, empty=True)
    vocab_size = teacher.get_input_embeddings().num_embeddings
    config = BertConfig(
        vocab_size=vocab_size,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.ffn,
        max_position_embeddings=of.max_position_embeddings,
        type_vocab_size=max(1, getattr(of, "type_vocab_size", 2)),
        hidden_dropout_prob=0.0,  # a few hundred steps do not overfit to a teacher's answers
        attention_probs_dropout_prob=0.0,
        pad_token_id=of.pad_token_id,
        id2label=of.id2label,
        label2id=of.label2id,
    )
    with TRANSFORMERS, torch.random.fork_rng(devices=[]):
        model = BertForMaskedLM(config) if _is_lm(teacher) else BertForSequenceClassification(config)
    _draw(model, seed)
    taken = _copy(teacher, model, picks) if picks else []
    whole = [name for name in model.state_dict() if name.startswith("bert.encoder.layer.")]
    begun = sum(
        all(name in taken for name in whole if name.startswith(f"bert.encoder.layer.{layer}."))
        for layer in range(shape.layers)
    )
    first = tuple(rows.clone() for rows in _vocabulary(model))
    _put_vocabulary(model, [rows[words.ids].clone() for rows in first], int(words.number[of.pad_token_id]))
    classifier = Blanks(model, int(words.number[mask])) if mask is not None and _is_lm(model) else model
    return Student(model, classifier, words, first, len(taken), len(model.state_dict()), begun)


def _embedding(weight: Tensor, padding: int) -> nn.Embedding:
    """(K, H) rows as an embedding whose row `padding` gets no gradient."""
    made = nn.Embedding(len(weight), weight.shape[1], padding_idx=padding)
    with torch.no_grad():
        made.weight.copy_(weight)
    return made


@torch.no_grad()
def _draw(model: nn.Module, seed: int) -> None:
    """First weights by the seed alone, whatever else draws from PyTorch's own generator at the moment."""
    draws = torch.Generator().manual_seed(seed)
    for part in model.modules():
        for name, weight in part.named_parameters(recurse=False):
            if name == "bias":
                weight.zero_()
            elif isinstance(part, nn.LayerNorm):
                weight.fill_(1.0)
            else:
                weight.copy_(torch.randn(weight.shape, generator=draws) * _SPREAD)


@torch.no_grad()
def _copy(teacher: PreTrainedModel, student: PreTrainedModel, picks: Sequence[int]) -> list[str]:
    """The student's names of the tensors that were copied."""
    theirs, copied = teacher.state_dict(), []
    for name, weight in student.state_dict().items():
        other = name
        if name.startswith("bert.encoder.layer."):
            number, rest = name.removeprefix("bert.encoder.layer.").split(".", 1)
            other = f"bert.encoder.layer.{picks[int(number)] - 1}.{rest}"
        if teacher.config.model_type == "distilbert":
            other = _of_distilbert(other)
        if other in theirs and theirs[other].shape == weight.shape:
            weight.copy_(theirs[other].to(weight.dtype))
            copied.append(name)
    return copied


# What Transformers calls DistilBERT's parts, which are BERT's (Sanh et al. 2019, section 3).
_DISTILBERT = (
    ("bert.embeddings.", "distilbert.embeddings."),
    ("bert.encoder.layer.", "distilbert.transformer.layer."),
    (".attention.self.query.", ".attention.q_lin."),
    (".attention.self.key.", ".attention.k_lin."),
    (".attention.self.value.", ".attention.v_lin."),
    (".attention.output.dense.", ".attention.out_lin."),
    (".attention.output.LayerNorm.", ".sa_layer_norm."),
    (".intermediate.dense.", ".ffn.lin1."),
    (".output.dense.", ".ffn.lin2."),
    (".output.LayerNorm.", ".output_layer_norm."),
)


def _of_distilbert(name: str) -> str:
    for ours, theirs in _DISTILBERT:
        name = name.replace(ours, theirs)
    return name
