"""Every term of DistilBERT's and TinyBERT's loss.

    soft        KL of softened predictions x T^2         Hinton et al. 2015 (arXiv 1503.02531), section 2
    hard        cross-entropy with the labels
    cosine      1 - cos of the last hidden states        Sanh et al. 2019 (arXiv 1910.01108), section 3
    embedding   MSE of the embeddings                    Jiao et al. 2020 (arXiv 1909.10351), equation 9
    attention   MSE of the scores before softmax         equation 7
    hidden      MSE of the hidden states                 equation 8
    prediction  soft cross-entropy of the predictions    equation 10

Each sentence counts the same, however long it is or however far its batch is padded: a term is the mean over the
sentences of the mean over a sentence's own tokens. So a loss is the same number in any batch order, and the mean over
the equal shards of several processes is the loss of the whole batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, cross_entropy, kl_div, log_softmax, softmax

from playground.core.states import States

Term = Literal["soft", "hard", "cosine", "embedding", "attention", "hidden", "prediction"]
TERMS: tuple[Term, ...] = ("soft", "hard", "cosine", "embedding", "attention", "hidden", "prediction")
_UNSEEN = -1e2  # scores at or below it are those of masked places, which TinyBERT's code sets to zero


def soft_targets(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """KL(teacher || student) of logits (B, C) at a temperature, times its square: so the gradients keep their size."""
    return (
        kl_div(
            log_softmax(student / temperature, -1),
            log_softmax(teacher / temperature, -1),
            reduction="batchmean",
            log_target=True,
        )
        * temperature**2
    )


def soft_cross_entropy(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of logits (B, C) with the teacher's probabilities, less the teacher's own entropy.

    The entropy is no part of the paper's equation. It does not depend on the student, so every gradient is the
    paper's, and with it 0 means that both predict the same.
    """
    target = softmax(teacher / temperature, -1)
    entropy = -(target * log_softmax(teacher / temperature, -1)).sum(-1)
    return (-(target * log_softmax(student / temperature, -1)).sum(-1) - entropy).mean()


def hard_labels(student: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of logits (B, C) with labels (B,); those of -100 have none, and 0 where no one has any."""
    if not bool((labels != -100).any()):
        return student.sum() * 0.0
    return cross_entropy(student, labels, ignore_index=-100)


def cosine(student: Tensor, teacher: Tensor, mask: Tensor) -> Tensor:
    """1 - cosine of hidden states (B, T, H), over the tokens that are true in mask (B, T)."""
    return _each(1 - cosine_similarity(student, teacher, dim=-1), mask)


def states_mse(student: Tensor, teacher: Tensor, mask: Tensor) -> Tensor:
    """Mean squared difference of states (B, T, H): of embeddings, or of one layer. `student` is projected already."""
    return _each((student - teacher).square().mean(-1), mask)


def attention_mse(student: Tensor, teacher: Tensor, mask: Tensor) -> Tensor:
    """Mean squared difference of attention scores before softmax (B, A, T, T); what is masked counts as zero in both,
    and only pairs of tokens of the sentence are counted."""
    student, teacher = (torch.where(scores <= _UNSEEN, 0.0, scores) for scores in (student, teacher))
    return _each((student - teacher).square().mean(1), mask[:, :, None] & mask[:, None, :])


def _each(errors: Tensor, counted: Tensor) -> Tensor:
    """Mean over the sentences of the mean over what is counted of each. errors, counted: (B, ...)."""
    weights = counted.to(errors.dtype)
    return ((errors * weights).flatten(1).sum(1) / weights.flatten(1).sum(1).clamp_min(1)).mean()


@dataclass(frozen=True)
class Recipe:
    """weights: of the terms; those left out, or 0, are not computed. temperature: of `soft`; `prediction` has its own,
    1 in the paper. layer_map: the teacher's layer, 1 for the lowest, that each layer of the student imitates."""

    weights: Mapping[Term, float]
    temperature: float = 2.0
    layer_map: tuple[int, ...] = ()
    prediction_temperature: float = 1.0

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(term for term in TERMS if self.weights.get(term, 0.0) > 0)

    @property
    def wants_scores(self) -> bool:
        return "attention" in self.terms

    @property
    def wanted_layers(self) -> tuple[int, ...]:
        """The teacher's hidden states that are needed: 0 for the embeddings, -1 for the last layer."""
        wanted: list[int] = []
        if "embedding" in self.terms:
            wanted.append(0)
        if "hidden" in self.terms:
            wanted += self.layer_map
        if "cosine" in self.terms:
            wanted.append(-1)
        return tuple(dict.fromkeys(wanted))

    @property
    def teaches(self) -> bool:
        """Whether any term needs the teacher."""
        return any(term != "hard" for term in self.terms)


class Objective(nn.Module):
    """A recipe with the projections that it learns: the student's width to the teacher's, one for the embeddings and
    one for all layers. They begin as the identity where the widths are equal."""

    def __init__(self, recipe: Recipe, student_width: int, teacher_width: int, seed: int) -> None:
        super().__init__()
        self.recipe = recipe
        self.project = nn.ModuleDict()
        draws = torch.Generator().manual_seed(seed)
        for term in ("embedding", "hidden"):
            if term in recipe.terms:
                linear = nn.Linear(student_width, teacher_width, bias=False)
                with torch.no_grad():
                    if student_width == teacher_width:
                        nn.init.eye_(linear.weight)
                    else:
                        spread = student_width**-0.5
                        linear.weight.copy_(torch.randn(linear.weight.shape, generator=draws) * spread)
                self.project[term] = linear

    def forward(self, student: States, teacher: States | None, labels: Tensor, mask: Tensor) -> dict[Term, Tensor]:
        """Each term unweighted; `weighted` adds them up. labels: (B,), -100 for none; mask: (B, T) bool."""
        recipe = self.recipe
        found: dict[Term, Tensor] = {}
        for term in recipe.terms:
            if term == "hard":
                found[term] = hard_labels(student.logits, labels)
                continue
            assert teacher is not None
            if term == "soft":
                found[term] = soft_targets(student.logits, teacher.logits, recipe.temperature)
            elif term == "prediction":
                found[term] = soft_cross_entropy(student.logits, teacher.logits, recipe.prediction_temperature)
            elif term == "cosine":
                found[term] = cosine(student.hidden[-1], teacher.hidden[-1], mask)
            elif term == "embedding":
                found[term] = states_mse(self.project[term](student.hidden[0]), teacher.hidden[0], mask)
            elif term == "hidden":
                found[term] = _sum(
                    states_mse(self.project[term](student.hidden[own]), teacher.hidden[other], mask)
                    for own, other in self._pairs()
                )
            else:
                found[term] = _sum(
                    attention_mse(student.scores[own], teacher.scores[other], mask) for own, other in self._pairs()
                )
        return found

    def weighted(self, found: Mapping[Term, Tensor]) -> Tensor:
        """The scalar to minimise."""
        return _sum(self.recipe.weights[term] * value for term, value in found.items())

    def _pairs(self) -> Sequence[tuple[int, int]]:
        """(layer of the student, layer of the teacher), 1 for the lowest."""
        return list(enumerate(self.recipe.layer_map, start=1))


def _sum(values: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(values)).sum()
