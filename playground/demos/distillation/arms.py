"""One student in training: the distilled one, or a control."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from playground.core.distil import Objective, Recipe, Term
from playground.core.precision import has_fast_bf16
from playground.core.states import Reader
from playground.core.stepping import Stream, learning_rate, optimizer_of, update
from playground.core.student import Student
from playground.core.teaching import Sentences, Teacher
from playground.demos.distillation.material import Lessons


@dataclass(frozen=True)
class Stage:
    """steps with one recipe. teacher: None where only labels are learned from. sizes: labelled sentences of a step, and
    others."""

    steps: int
    recipe: Recipe
    teacher: Teacher | None
    sizes: tuple[int, int]


class Lesson(nn.Module):
    """The student and the projections of its objective in one module, so that one call gives the terms of a batch: what
    several processes have to wrap. fast: compute the student in bf16; the terms are in float32 all the same."""

    def __init__(self, reader: Reader, objective: Objective, *, fast: bool = False) -> None:
        super().__init__()
        self.reader, self.objective, self.fast = reader, objective, fast

    def forward(
        self, ids: Tensor, mask: Tensor, labels: Tensor, teacher: object = None
    ) -> tuple[Tensor, dict[Term, Tensor]]:
        """(scalar to minimise, each term without its weight)."""
        recipe = self.objective.recipe
        with torch.autocast(ids.device.type, torch.bfloat16, enabled=self.fast):
            states = self.reader(ids, mask, hidden=bool(recipe.wanted_layers), scores=recipe.wants_scores)
        found = self.objective(states.float(), teacher, labels, mask)
        return self.objective.weighted(found), found


class Arm:
    """step(): one update. steps: done so far, of `total`; tokens: read so far."""

    def __init__(
        self, student: Student, stages: Sequence[Stage], lessons: Lessons, seed: int, rate: float, device: torch.device
    ) -> None:
        self.student, self.lessons, self.rate, self.device = student, lessons, rate, device
        self.stages = [stage for stage in stages if stage.steps]
        self.total = sum(stage.steps for stage in self.stages)
        self.steps = self.tokens = 0
        student.model.to(device).train()
        self.reader = Reader(student.classifier)
        self.taught: list[Lesson] = []
        self.streams: list[Stream] = []
        self.optimizers: list[torch.optim.AdamW] = []
        for number, stage in enumerate(self.stages):
            width = stage.teacher.reader.width if stage.teacher else self.reader.width
            objective = Objective(stage.recipe, self.reader.width, width, seed)
            lesson = Lesson(self.reader, objective, fast=has_fast_bf16(device)).to(device)
            self.taught.append(lesson)
            self.streams.append(Stream(lessons.groups, stage.sizes, seed + number))
            self.optimizers.append(optimizer_of([lesson]))

    @property
    def place(self) -> tuple[int, int]:
        """(stage, step within it) of the coming step."""
        left = self.steps
        for number, stage in enumerate(self.stages):
            if left < stage.steps:
                return number, left
            left -= stage.steps
        raise IndexError(f"All {self.total} steps are done.")

    def batch(self, shard: int = 0, shards: int = 1) -> tuple[Tensor, Tensor, Tensor, object]:
        """What Lesson takes, for the coming step, or an equal part of it; on the device."""
        number, step = self.place
        own, other = self.streams[number](step)
        rows = own[shard::shards] + [self.lessons.labelled + row for row in other[shard::shards]]
        train: Sentences = self.lessons.train
        ids, mask = train.batch(rows)
        self.tokens += int(mask.sum())
        teacher = self.stages[number].teacher
        states = teacher(rows) if teacher is not None else None
        small = self.student.words.small(ids)
        return small.to(self.device), mask.to(self.device), train.labels[rows].to(self.device), states

    def rate_now(self) -> float:
        number, step = self.place
        return learning_rate(step, self.stages[number].steps, self.rate)

    def step(self) -> tuple[float, dict[Term, float]]:
        """(loss, each term without its weight) before the update."""
        number, _ = self.place
        total, found = self.taught[number](*self.batch())
        update(self.optimizers[number], total, self.rate_now())
        self.steps += 1
        return float(total.detach()), {term: float(value.detach()) for term, value in found.items()}
