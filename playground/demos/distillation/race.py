"""A distilled student and its controls, step by step side by side, and what they know by then."""

import hashlib
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from playground.core.blanks import Blanks
from playground.core.distil import Recipe, Term
from playground.core.intervals import grouped, grouped_mean
from playground.core.layer_maps import check_layers, uniform_map
from playground.core.states import Reader
from playground.core.student import Shape, Student, build
from playground.core.teaching import Sentences, Teacher
from playground.demos.distillation.arms import Arm, Stage
from playground.demos.distillation.material import Lessons, lessons
from playground.demos.distillation.schema import GENERAL_TEACHER, Gain, Point, Setting, Side
from playground.demos.distillation.task import task_of
from playground.messages import Complaint
from playground.models.cache import ByteCache
from playground.models.device import TURNS, device, synchronize
from playground.models.loading import Loaded, load

_AT_ONCE = 64  # test sentences of a forward pass
_LIMIT = 256 * 2**20  # bytes of answers that are kept of one teacher about one text
_GENERAL: dict[Term, float] = {"embedding": 1.0, "attention": 1.0, "hidden": 1.0}
# Runs, ablations and controls about the same text share what the teacher said of it.
_ANSWERS: ByteCache[Teacher] = ByteCache(int(float(os.environ.get("PLAYGROUND_ANSWERS_GB", "0.5")) * 2**30))


@dataclass
class Runner:
    """An arm with its curve. right: (N,) whether it was, for each test sentence; agreed: with the teacher, on how many;
    both as of when it was last judged."""

    name: str
    arm: Arm
    history: list[Point] = field(default_factory=list)
    right: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.bool))
    agreed: int = 0

    @property
    def accuracy(self) -> float:
        """As it is shown."""
        return round(float(self.right.float().mean()), 4)

    @property
    def agreement(self) -> float:
        return round(self.agreed / len(self.right), 4)


def recipe_of(request: Setting) -> Recipe:
    weights: dict[Term, float] = {
        "soft": request.soft,
        "hard": request.hard,
        "cosine": request.cosine,
        "embedding": request.embedding,
        "attention": request.attention,
        "hidden": request.hidden,
        "prediction": request.prediction,
    }
    return Recipe(weights, request.temperature, tuple(request.layer_map))


class Race:
    """What all arms of a request share: the sentences, the teacher and its answers."""

    def __init__(self, request: Setting, recipes: Sequence[Recipe] = ()) -> None:
        """recipes: of the arms to come, where they are not the request's own: the teacher is asked once for all."""
        self.request, self.recipes = request, recipes
        self.shape = Shape(request.layers, request.width, request.heads, request.ffn)
        self.loaded: Loaded = load(request.model, task_of(request.model))
        check(request, self.loaded)
        self.lessons: Lessons = lessons(request, self.loaded)
        # What gives (B, C) logits of the classes; of all words only those of the text can be the answer.
        self.teacher: nn.Module = self.loaded.model
        if self.lessons.mask is not None:
            words = self.lessons.words.ids.to(device())
            self.teacher = Blanks(self.loaded.model, self.lessons.mask, words)
        self.answers: Tensor | None = None  # (N, C) logits of the teacher on the test sentences
        self.right = torch.zeros(0, dtype=torch.bool)  # (N,) whether the teacher is

    @property
    def labels(self) -> Tensor:
        return self.lessons.test.labels

    def whole(self, student: Student) -> PreTrainedModel:
        """The student with all words, on the CPU. It says who taught it, and which layers it was to imitate."""
        model = student.whole()
        model.config.taught_by = self.request.model
        layer_map = list(self.request.layer_map)
        model.config.layer_map = layer_map if len(layer_map) == self.request.layers else None
        return model

    def judge_teacher(self) -> Iterator[None]:
        """Give the teacher the test sentences; yields between batches."""
        found = []
        reader = Reader(self.teacher, shared=True)
        for rows, ids, mask in batches(self.lessons.test):
            with TURNS.step(), torch.inference_mode():
                found.append((rows, reader(ids.to(device()), mask.to(device()), hidden=False).logits.float().cpu()))
            yield
        answers = torch.empty(len(self.lessons.test), found[0][1].shape[1])
        for rows, logits in found:
            answers[rows] = logits
        self.answers = answers
        self.right = answers.argmax(1) == self.labels

    def student(self, *, random: bool = False, seed: int | None = None) -> Student:
        request = self.request
        picks = [] if random else request.start
        seed = request.seed if seed is None else seed
        return build(self.loaded.model, self.shape, picks, self.lessons.words, seed, self.lessons.mask)

    def distilled(self, recipe: Recipe, *, seed: int | None = None, steps: int | None = None) -> Arm:
        """An arm that learns by a recipe: first the general stage, where it is wanted, then the task."""
        request = self.request
        steps = request.steps if steps is None else steps
        stages = []
        if request.task:
            stages.append(Stage(steps, recipe, self._teacher(recipe), self.lessons.shares(request.batch)))
        if request.general:
            other = load(GENERAL_TEACHER, "masked_lm")
            general = Recipe(_GENERAL, layer_map=self._general_map(other))
            teacher = self._teacher(general, other)
            # Without labels, and so without those that have some, where there are others.
            plain = self.lessons.labelled < len(self.lessons.train)
            sizes = (0, request.batch) if plain else (request.batch, 0)
            stages.insert(0, Stage(steps // 2 if request.task else steps, general, teacher, sizes))
        return self._arm(self.student(seed=seed), stages, seed)

    def _general_map(self, general: Loaded) -> tuple[int, ...]:
        """The request's map, which is of the task's teacher, where both have as many layers; else a uniform one."""
        depth = int(general.model.config.num_hidden_layers)
        if depth == self.loaded.model.config.num_hidden_layers:
            return tuple(self.request.layer_map)
        return uniform_map(self.request.layers, depth)

    def control(self, *, random: bool, seed: int | None = None, steps: int | None = None) -> Arm:
        """The same sizes, seed and number of steps, with labelled sentences and their labels alone."""
        request = self.request
        steps = request.steps if steps is None else steps
        stage = Stage(
            steps + (steps // 2 if request.general and request.task else 0),
            Recipe({"hard": 1.0}),
            None,
            (request.batch, 0),
        )
        return self._arm(self.student(random=random, seed=seed), [stage], seed)

    def _arm(self, student: Student, stages: Sequence[Stage], seed: int | None) -> Arm:
        request = self.request
        seed = request.seed if seed is None else seed
        return Arm(student, stages, self.lessons, seed, request.learning_rate, device())

    def _teacher(self, recipe: Recipe, other: Loaded | None = None) -> Teacher | None:
        """The answers that a recipe needs, kept from run to run."""
        if not recipe.teaches:
            return None
        loaded = other or self.loaded
        model: nn.Module = self.teacher if other is None else loaded.model.base_model
        # At once for all that this race will ask of this teacher.
        all_of = (recipe, *(self.recipes if other is None else ()))
        layers = tuple(sorted({layer for one in all_of for layer in one.wanted_layers}))
        scores = tuple(sorted({layer for one in all_of if one.wants_scores for layer in one.layer_map}))
        text = hashlib.sha256(repr([row.tolist() for row in self.lessons.train.rows]).encode()).hexdigest()
        key = (loaded.entry.id, id(loaded.model), other is None, text, layers, scores)

        def made() -> tuple[Teacher, int]:
            reader = Reader(model, shared=True)
            answers = Teacher(reader, self.lessons.train, layers, scores, _LIMIT)
            return answers, min(_LIMIT, answers.most)

        return _ANSWERS.get(key, made)

    def judge(self, runner: Runner) -> Iterator[None]:
        """Give a student the test sentences; yields between batches."""
        assert self.answers is not None
        arm, test = runner.arm, self.lessons.test
        right, agreed = torch.zeros(len(test), dtype=torch.bool), 0
        for rows, ids, mask in batches(test):
            with TURNS.step(), torch.inference_mode():
                small = arm.student.words.small(ids).to(arm.device)
                logits = arm.student.classifier(input_ids=small, attention_mask=mask.long().to(arm.device)).logits
                said = logits.argmax(1).cpu()
            right[rows] = said == test.labels[rows]
            agreed += int((said == self.answers[rows].argmax(1)).sum())
            yield
        runner.right, runner.agreed = right, agreed

    @property
    def classes(self) -> int | None:
        """Of the labels; None where words are guessed."""
        return int(self.loaded.model.config.num_labels) if self.lessons.mask is None else None

    def side(self, parameters: int, right: Tensor) -> Side:
        """right: (N,) whether it is, for each test sentence."""
        low, high = self.sure(right)
        return Side(
            parameters=parameters,
            megabytes=round(parameters * 4 / 1e6, 1),
            accuracy=round(float(right.float().mean()), 4),
            low=low,
            high=high,
        )

    def gain(self, right: Tensor, control: Tensor) -> Gain:
        """Sentence by sentence: what is hard for both says nothing about the difference."""
        differences = 100 * (right.float() - control.float())
        low, high = grouped_mean(differences, self.lessons.texts)
        return Gain(points=round(float(differences.mean()), 2), low=round(low, 2), high=round(high, 2))

    def sure(self, right: Tensor) -> tuple[float, float]:
        """The 95% interval of an accuracy. Words of one sentence are not independent of each other."""
        low, high = grouped(right, self.lessons.texts)
        return round(low, 4), round(high, 4)


def check(request: Setting, teacher: Loaded) -> None:
    """Raises Complaint for terms that the teacher's sizes do not allow."""
    of = teacher.model.config
    check_layers(request.start, request.layers, of.num_hidden_layers, empty=True)
    if request.attention or request.hidden or request.general:  # nothing else asks for the map
        check_layers(request.layer_map, request.layers, of.num_hidden_layers)
    if request.task and request.cosine and request.width != of.hidden_size:
        raise Complaint("pg_err_dis_cosine", width=request.width, teacher=of.hidden_size)
    if request.task and request.attention and request.heads != of.num_attention_heads:
        raise Complaint("pg_err_dis_attention", heads=request.heads, teacher=of.num_attention_heads)
    if request.general:
        general = load(GENERAL_TEACHER, "masked_lm").model
        if general.get_input_embeddings().num_embeddings != teacher.model.get_input_embeddings().num_embeddings:
            raise Complaint("pg_err_dis_general", model=teacher.entry.id, general=GENERAL_TEACHER)
        if request.heads != general.config.num_attention_heads:
            raise Complaint("pg_err_dis_attention", heads=request.heads, teacher=general.config.num_attention_heads)


def batches(sentences: Sentences) -> Iterator[tuple[list[int], Tensor, Tensor]]:
    """All sentences, those of nearly one length together: (numbers, ids, mask)."""
    order = sorted(range(len(sentences)), key=lambda number: sentences.lengths[number])
    for start in range(0, len(order), _AT_ONCE):
        rows = order[start : start + _AT_ONCE]
        yield rows, *sentences.batch(rows)


def latencies(
    models: Sequence[PreTrainedModel], sentences: Sentences, repeats: int = 9
) -> Iterator[list[tuple[float, float]]]:
    """(milliseconds for one sentence, for 32 at once) of each model: medians so far, after each round. The models take
    turns so that a machine that is busy for a moment is so for all."""
    sizes = [sentences.batch([row % len(sentences) for row in range(size)]) for size in (1, 32)]
    taken: list[list[list[float]]] = [[[] for _ in sizes] for _ in models]
    for repeat in range(repeats + 1):
        for model, times in zip(models, taken, strict=True):
            for (ids, mask), kept in zip(sizes, times, strict=True):
                inputs = {"input_ids": ids.to(device()), "attention_mask": mask.long().to(device())}
                with TURNS.step(), torch.inference_mode():
                    synchronize()
                    started = time.perf_counter()
                    model(**inputs)
                    synchronize()
                if repeat:  # the first time warms up
                    kept.append(1000 * (time.perf_counter() - started))
        if repeat:
            yield [(round(statistics.median(one), 2), round(statistics.median(many), 2)) for one, many in taken]
