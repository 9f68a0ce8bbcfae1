"""Distil a teacher into a student beside two controls, and compare them."""

import time
from collections.abc import Iterator
from typing import Literal

import numpy as np

from playground import demo
from playground.demos.distillation.card import card
from playground.demos.distillation.material import prepared
from playground.demos.distillation.race import Race, Runner, latencies, recipe_of
from playground.demos.distillation.schema import GENERAL_TEACHER, Control, Point, Progress, Request, Result
from playground.demos.distillation.task import task_of
from playground.messages import Notice
from playground.models import kept
from playground.models.device import TURNS
from playground.models.loading import load

_JUDGED = 6  # times after the start
_OFTEN = 0.3  # seconds from one Progress to the next
_POINTS = 60  # of a curve


def run(request: Request) -> Iterator[demo.Progress | Result]:
    """A Progress a few times a second, then the Result. However it ends, the student so far is kept for an hour.

    As long as the models are loaded and the sentences read, there is no result in it: a request that turns out to be
    impossible then leaves the former one on the screen.

    Raises Complaint for files and settings that do not go together.
    """
    # At once: what comes before the first step takes a while, and can be cancelled.
    before = demo.Progress(done=0, total=request.all_steps * (1 + request.controls * (1 + bool(request.start))))
    for _ in prepared(request):
        yield before
    live = _Live(Race(request), request)
    try:
        yield live.progress()
        yield from live.go()
        yield from live.finish()
    finally:
        live.close()


def prepare(request: Request) -> None:
    """Load the models, so that `run` finds them in the cache."""
    load(request.model, task_of(request.model))
    if request.general or request.augment:
        load(GENERAL_TEACHER, "masked_lm")


class _Live:
    def __init__(self, race: Race, request: Request) -> None:
        self.race, self.request = race, request
        self.recipe = recipe_of(request)
        self.runners = [Runner("student", race.distilled(self.recipe))]
        if request.controls:
            # What begins with nothing of the teacher's has one control: two would be the same run twice.
            names = ("same", "random") if self.student.arm.student.copied else ("random",)
            self.runners += [Runner(name, race.control(random=name == "random")) for name in names]
        student = self.student.arm.student
        notices = []
        if request.start and not student.begun:
            notices.append(Notice(key="pg_dis_note_random", values={"model": request.model}))
        if race.lessons.wordless:
            notices.append(Notice(key="pg_dis_note_wordless", values={"count": race.lessons.wordless}))
        self.result = Result(
            material=race.lessons.described(),
            copied=student.copied,
            begun=student.begun,
            tensors=student.tensors,
            seed=request.seed,
            notices=notices,
        )
        self.name = kept.new_name()
        self.worked = 0.0  # seconds in steps: neither pauses nor other runs' turns
        self.last = time.monotonic()
        self.saved = -1

    @property
    def student(self) -> Runner:
        return self.runners[0]

    @property
    def total(self) -> int:
        return sum(runner.arm.total for runner in self.runners)

    @property
    def done(self) -> int:
        return sum(runner.arm.steps for runner in self.runners)

    def go(self) -> Iterator[Progress]:
        """All steps, the arms in turn: so their curves grow together. Judged now and then."""
        total = self.student.arm.total
        edges = np.linspace(0, total, _JUDGED + 1).round().astype(int).tolist()[1:]
        every = max(1, total // _POINTS)
        # The first point of the curve before anything is judged: it is what one waits for.
        yield from self._steps(1, every)
        self._keep()
        for _ in self.race.judge_teacher():
            yield from self._now_and_then()
        for edge in dict.fromkeys(edges):
            yield from self._steps(edge, every)
            for runner in self.runners:
                for _ in self.race.judge(runner):
                    yield from self._now_and_then()
                _scored(runner)
            self._compare()
            now = self.progress()
            self._keep()
            yield now

    def _steps(self, edge: int, every: int) -> Iterator[Progress]:
        while self.student.arm.steps < edge:
            for runner in self.runners:
                with TURNS.step():
                    begun = time.monotonic()
                    loss, terms = runner.arm.step()
                    self.worked += time.monotonic() - begun
                if runner.arm.steps % every == 0 or runner.arm.steps in (1, edge):
                    rounded: dict[str, float] = {str(term): _short(value) for term, value in terms.items()}
                    runner.history.append(Point(step=runner.arm.steps, terms=rounded, total=_short(loss)))
                yield from self._now_and_then(first=runner is self.student and runner.arm.steps == 1)

    def _now_and_then(self, first: bool = False) -> Iterator[Progress]:
        if first or time.monotonic() - self.last > _OFTEN:
            yield self.progress()

    def progress(self) -> Progress:
        self.last = time.monotonic()
        result = self._histories()
        if self.done:
            tokens = sum(runner.arm.tokens for runner in self.runners)
            result = result.model_copy(
                update={
                    "tokens_per_second": round(tokens / max(self.worked, 1e-9), 1),
                    "seconds_left": round(self.worked / self.done * (self.total - self.done), 1),
                }
            )
        self.result = result
        return Progress(done=self.done, total=self.total, result=result)

    def _histories(self) -> Result:
        update: dict[str, object] = {"history": list(self.student.history)}
        if self.saved >= 0:
            update["student_id"] = self.name
        for runner in self.runners[1:]:
            field = self._field(runner)
            if (control := getattr(self.result, field)) is not None:
                update[field] = control.model_copy(update={"history": list(runner.history)})
        return self.result.model_copy(update=update)

    def _field(self, runner: Runner) -> str:
        """`control` is the first one, whatever it began with."""
        return "control" if runner is self.runners[1] else "control_random"

    def _compare(self) -> None:
        race = self.race
        teacher = race.side(race.loaded.model.num_parameters(), race.right)
        vocab = race.loaded.model.get_input_embeddings().num_embeddings
        positions = race.loaded.model.config.max_position_embeddings
        size = race.shape.parameters(vocab, race.classes, positions)
        student = race.side(size, self.student.right)
        update: dict[str, object] = {
            "teacher": teacher,
            "student": student,
            "agreement": self.student.agreement,
            "retained": round(int(self.student.right.sum()) / max(1, int(race.right.sum())), 4),
        }
        for runner in self.runners[1:]:
            low, high = race.sure(runner.right)
            start: Literal["same", "random"] = "same" if runner.name == "same" else "random"
            update[self._field(runner)] = Control(
                start=start,
                accuracy=runner.accuracy,
                low=low,
                high=high,
                agreement=runner.agreement,
                history=list(runner.history),
            )
        if len(self.runners) > 1:
            update["gain"] = race.gain(self.student.right, self.runners[1].right)
        self.result = self.result.model_copy(update=update)

    def finish(self) -> Iterator[Progress | Result]:
        """The student is kept, and both are timed; last the Result."""
        self._keep()
        self.progress()
        whole = self.student.arm.student.whole().to(self.student.arm.device)
        for times in latencies([self.race.loaded.model, whole], self.race.lessons.test):
            sides = {
                name: getattr(self.result, name).model_copy(update={"latency_ms": one, "latency_32_ms": many})
                for name, (one, many) in zip(("teacher", "student"), times, strict=True)
            }
            yield from self._now_and_then()
        yield self.result.model_copy(update={**sides, "seconds_left": 0.0})

    def close(self) -> None:
        """Keep what there is, and let go of the rest."""
        if self.saved >= 0:
            self._keep()
        self.runners.clear()

    def _keep(self) -> None:
        if not self.runners or self.saved == self.student.arm.steps:
            return
        self.saved = self.student.arm.steps
        kept.keep(
            self.name,
            self.race.whole(self.student.arm.student),
            self.race.loaded.tokenizer,
            card(self.request, self.result, self.saved),
        )


def _scored(runner: Runner) -> None:
    """The last point of the curve gets what the judging found."""
    found = {"accuracy": runner.accuracy, "agreement": runner.agreement}
    runner.history[-1] = runner.history[-1].model_copy(update=found)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
