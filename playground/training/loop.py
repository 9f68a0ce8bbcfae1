"""One training loop for every recipe: plain PyTorch, mixed precision, resumable.

A recipe hands over `batch(step)`, a pure function of the step number, and `loss(model, batch)`. So a run
that was interrupted goes on with the very batches that an uninterrupted one would have seen.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from playground.core.precision import has_fast_bf16

Batch = dict[str, Tensor]

_ASLEEP = 60.0  # seconds: a step is far shorter, unless the machine slept or the process was stopped meanwhile


@dataclass(frozen=True)
class Settings:
    """learning_rate: peak, for pre-trained weights; head_factor: times that for new weights;
    minutes: training time that warm-up and decay are scaled to; steps: the same in steps, if given."""

    learning_rate: float
    head_factor: float = 1.0
    weight_decay: float = 0.01
    warmup: float = 0.05
    clip: float = 1.0
    minutes: float = 60.0
    steps: int | None = None
    save_seconds: float = 240.0
    report_seconds: float = 15.0
    seed: int = 1


@dataclass
class Progress:
    """What a run has done so far; saved with the weights."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    def then(self, other: "Progress") -> "Progress":
        """Both, one after the other; the history is the later one's, whose losses are others."""
        return Progress(self.step + other.step, self.tokens + other.tokens, self.seconds + other.seconds, other.history)


def part(settings: Settings, share: float) -> Settings:
    """The same for a share of the time."""
    steps = None if settings.steps is None else round(settings.steps * share)
    return replace(settings, minutes=settings.minutes * share, steps=steps)


def schedule(fraction: float, warmup: float) -> float:
    """Learning-rate factor at `fraction` of the run: linear warm-up, then linear decay to 0."""
    if fraction < warmup:
        return fraction / warmup
    return max(0.0, (1.0 - fraction) / (1.0 - warmup))


def parameter_groups(model: nn.Module, new: set[str], settings: Settings) -> list[dict[str, Any]]:
    """AdamW groups: weight decay on matrices only (as BERT does), a higher rate for the `new` parameters."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name in new, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": parameters,
            "factor": settings.head_factor if is_new else 1.0,
            "weight_decay": settings.weight_decay if is_matrix else 0.0,
        }
        for (is_new, is_matrix), parameters in groups.items()
    ]


def train(
    model: nn.Module,
    batch: Callable[[int], Batch],
    loss: Callable[[nn.Module, Batch], tuple[Tensor, dict[str, Tensor]]],
    settings: Settings,
    folder: Path,
    device: torch.device,
    new_parameters: set[str] | None = None,
    stop_at: int | None = None,
) -> Progress:
    """Train `model` in place and return what was done; state is kept in `folder` and resumed from there.

    batch(step) gives CPU tensors, among them `attention_mask` (B, T), which counts the tokens.
    loss(model, batch) gives the scalar to minimise and parts of it to report.
    stop_at: leave after that step, as an interruption would, with the state saved.
    """
    model.to(device).train()
    groups = parameter_groups(model, new_parameters or set(), settings)
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)
    progress = _resume(folder, model, optimizer, device)
    bf16 = has_fast_bf16(device)
    budget = settings.minutes * 60
    sums: dict[str, float] = {}
    counted = 0
    last_report = last_save = time.monotonic()
    tokens_at_report = progress.tokens

    def fraction() -> float:
        if settings.steps is not None:
            return progress.step / settings.steps
        return progress.seconds / budget

    while fraction() < 1.0 and (stop_at is None or progress.step < stop_at):
        started = time.monotonic()
        # The middle of the coming step, so that the first step moves and the last one is not wasted.
        factor = schedule(fraction() + (0.5 / settings.steps if settings.steps else 0.0), settings.warmup)
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * group["factor"] * max(factor, 1e-3)
        torch.manual_seed(settings.seed * 1_000_003 + progress.step)  # dropout, too, depends on the step alone
        data = {key: value.to(device, non_blocking=True) for key, value in batch(progress.step).items()}
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16):
            total, parts = loss(model, data)
        if not math.isfinite(value := float(total.detach())):
            raise RuntimeError(f"The loss is {value} at step {progress.step}: lower the learning rate.")
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress.step += 1
        progress.tokens += int(data["attention_mask"].sum())
        now = time.monotonic()
        progress.seconds += min(now - started, _ASLEEP)
        counted += 1
        for key, part in {"loss": total, **parts}.items():
            sums[key] = sums.get(key, 0.0) + float(part.detach())
        if now - last_report >= settings.report_seconds or settings.steps is not None:
            means = {key: total_of / counted for key, total_of in sums.items()}
            progress.history.append({"step": progress.step, **means})
            rate = (progress.tokens - tokens_at_report) / max(now - last_report, 1e-6)
            left = progress.seconds * (1 / max(fraction(), 1e-6) - 1)
            shown = "  ".join(f"{key} {mean:.3f}" for key, mean in means.items())
            print(f"step {progress.step:6d}  {shown}  {rate:,.0f} tokens/s  {left / 60:.1f} min left", flush=True)
            sums, counted, last_report, tokens_at_report = {}, 0, now, progress.tokens
        if now - last_save >= settings.save_seconds:
            _save(folder, model, optimizer, progress)
            last_save = now
    _save(folder, model, optimizer, progress)
    model.eval()
    return progress


def _save(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "state.partial"
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "progress": asdict(progress)}
    torch.save(state, partial)
    partial.rename(folder / "state.pt")  # a stop in the middle of a save leaves the older state whole
    (folder / "history.json").write_text(json.dumps(progress.history))


def _resume(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, device: torch.device) -> Progress:
    path = folder / "state.pt"
    if not path.is_file():
        return Progress()
    state = torch.load(path, map_location=device, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    progress = Progress(**state["progress"])
    print(f"resumed at step {progress.step:,} after {progress.seconds / 60:.1f} min", flush=True)
    return progress
