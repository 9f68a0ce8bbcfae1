"""The distilled student past one machine: `accelerate launch -m playground.demos.distillation run.json`.

Hugging Face Accelerate starts the processes, wraps the student and adds up gradients. Each process takes an equal
shard of every step's sentences, and a loss is a mean over sentences, so the mean over the shards is the loss of the
whole step: the curve is that of one process, whatever their number. A checkpoint is written every few steps, and a run
that was killed goes on from the last one with the same curve.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from torch import Tensor, nn

from playground.core.stepping import learning_rate, optimizer_of
from playground.demos.distillation.arms import Arm, Lesson
from playground.demos.distillation.card import card
from playground.demos.distillation.race import Race, Runner, recipe_of
from playground.demos.distillation.schema import Request, Result
from playground.messages import Complaint

_CLIP = 1.0


@dataclass(frozen=True)
class Launch:
    """folder: where checkpoints and the student go. accumulate: parts that a step's sentences are read in, one after
    the other, where they do not fit at once. save_every: steps between checkpoints. stop_at: leave after that step, as
    an interruption would, with no checkpoint of its own."""

    folder: Path
    accumulate: int = 1
    save_every: int = 50
    precision: str | None = None
    stop_at: int | None = None


def launch(request: Request, how: Launch) -> list[dict[str, Any]]:
    """Train, and return the curve: {"step", "total", one key a term} for each step, means over all processes.

    Raises Complaint where a step's sentences cannot be shared out equally, for a precision that the terms of the loss
    were not measured in, and for a checkpoint of another run.
    """
    # Which `accelerate launch` and its settings tell by the environment.
    precision = how.precision or os.environ.get("ACCELERATE_MIXED_PRECISION", "no").lower()
    if precision not in ("no", "bf16"):
        raise Complaint("pg_err_dis_precision", precision=precision)
    accelerator = Accelerator(
        mixed_precision=precision,
        cpu=os.environ.get("PLAYGROUND_DEVICE") == "cpu",
        # What a stage does not use (a classifier while only hidden states are imitated) has no gradient.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    if accelerator.device.type == "cpu":  # told so by `--cpu`, perhaps where there is a GPU: the teacher follows
        os.environ["PLAYGROUND_DEVICE"] = "cpu"
    parts = accelerator.num_processes * how.accumulate
    if request.batch % (2 * parts):
        raise Complaint("pg_err_dis_shards", batch=request.batch, parts=parts, least=2 * parts)
    race = Race(request)
    arm = race.distilled(recipe_of(request))
    arm.student.model.to(accelerator.device)
    arm.device = accelerator.device
    state = how.folder / "state.pt"
    history: list[dict[str, Any]] = []
    saved: dict[str, Any] = {}
    if state.is_file():
        saved = torch.load(state, map_location="cpu", weights_only=True)
        _check(saved, request)
        arm.student.model.load_state_dict(saved["model"])
        arm.steps, history = saved["step"], json.loads(saved["history"])
        accelerator.print(f"goes on behind step {arm.steps:,}")
    wrapped: nn.Module | None = None
    optimizer: Any = None
    number = -1
    while arm.steps < arm.total and (how.stop_at is None or arm.steps < how.stop_at):
        stage, step = arm.place
        if stage != number:
            number = stage
            lesson = arm.taught[stage].to(accelerator.device)
            lesson.fast = accelerator.mixed_precision == "bf16"
            if saved.get("stage") == stage:
                lesson.objective.load_state_dict(saved["objective"])
            optimizer = optimizer_of([lesson])
            if saved.get("stage") == stage:
                optimizer.load_state_dict(saved["optimizer"])
            wrapped, optimizer = accelerator.prepare(lesson, optimizer)
        assert wrapped is not None
        found = _step(accelerator, arm, wrapped, optimizer, how.accumulate, learning_rate(
            step, arm.stages[stage].steps, arm.rate
        ))  # fmt: skip
        arm.steps += 1
        history.append({"step": arm.steps, **{name: float(f"{value:.6g}") for name, value in found.items()}})
        accelerator.print("  ".join(f"{name} {value:.4g}" for name, value in history[-1].items()), flush=True)
        if arm.steps % how.save_every == 0 or arm.steps == arm.total:
            accelerator.wait_for_everyone()
            if accelerator.is_main_process:
                _save(state, request, arm, arm.taught[stage], optimizer, stage, history)
            accelerator.wait_for_everyone()
    if arm.steps == arm.total and accelerator.is_main_process:
        _finish(race, arm, request, how.folder)
    accelerator.end_training()
    return history


def _step(
    accelerator: Accelerator, arm: Arm, wrapped: nn.Module, optimizer: Any, accumulate: int, rate: float
) -> dict[str, float]:
    """One update; (total and terms), means over all processes and parts."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    sums: dict[str, Tensor] = {}
    shards = accelerator.num_processes * accumulate
    for part in range(accumulate):
        ids, mask, labels, teacher = arm.batch(accelerator.process_index * accumulate + part, shards)
        last = part == accumulate - 1
        with nullcontext() if last else accelerator.no_sync(wrapped):
            total, found = wrapped(ids, mask, labels, teacher)
            accelerator.backward(total / accumulate)
        for name, value in {"total": total, **found}.items():
            sums[str(name)] = sums.get(str(name), torch.zeros((), device=total.device)) + value.detach().float()
    accelerator.clip_grad_norm_(wrapped.parameters(), _CLIP)
    optimizer.step()
    names = list(sums)
    means = accelerator.reduce(torch.stack([sums[name] for name in names]) / accumulate, "mean")
    return dict(zip(names, means.tolist(), strict=True))


def _save(
    path: Path,
    request: Request,
    arm: Arm,
    lesson: Lesson,
    optimizer: Any,
    stage: int,
    history: Sequence[dict[str, Any]],
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "request": request.model_dump_json(),
            "files": _files(request),
            "model": arm.student.model.state_dict(),
            "objective": lesson.objective.state_dict(),
            "optimizer": optimizer.state_dict(),
            "stage": stage,
            "step": arm.steps,
            "history": json.dumps(list(history)),
        },
        partial,
    )
    partial.rename(path)  # a stop in the middle of a save leaves the older state whole


def _check(saved: Mapping[str, Any], request: Request) -> None:
    if (saved["request"], saved["files"]) != (request.model_dump_json(), _files(request)):
        raise Complaint("pg_err_dis_other_run")


def _files(request: Request) -> str:
    """What is in the files that the settings name."""
    return hashlib.sha256(json.dumps([request.labelled, request.unlabelled]).encode()).hexdigest()


def _finish(race: Race, arm: Arm, request: Request, folder: Path) -> None:
    """The student as a Transformers folder, and its accuracy on the test sentences."""
    for _ in race.judge_teacher():
        pass
    arm.device = next(arm.student.model.parameters()).device
    runner = Runner("student", arm)
    for _ in race.judge(runner):
        pass
    whole = race.whole(arm.student)
    result = Result(
        teacher=race.side(race.loaded.model.num_parameters(), race.right),
        student=race.side(whole.num_parameters(), runner.right),
        agreement=runner.agreement,
        material=race.lessons.described(),
        seed=request.seed,
    )
    to = folder / "student"
    whole.save_pretrained(to)
    race.loaded.tokenizer.save_pretrained(to)
    (to / "README.md").write_text(card(request, result, arm.total), encoding="utf-8")
    (folder / "result.json").write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    assert result.student is not None and result.teacher is not None
    print(f"student {result.student.accuracy:.1%}, teacher {result.teacher.accuracy:.1%}, written to {to}")
