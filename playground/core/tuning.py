"""Fine-tuning a classifier on a few sentences: batches, steps, and what is left alone.

    rows        ids of each sentence, (T,) each of its own length
    batch       rows of nearly equal lengths, padded together        # (B, T)
    step        cross-entropy, AdamW, linear warm-up and decay
    predict     (N, C) logits in the order of the rows, computed in batches sorted by length

Devlin et al. 2019 (arXiv:1810.04805), appendix A.3: all parameters are trained, with small learning rates. A model is
anything that takes input_ids and attention_mask and returns `.logits` (B, C).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

_POOL = 4  # batches that are sorted by length together
_SEEDS = 1_000_003
_JUDGED_AT_ONCE = 40
_BETAS, _DECAY, _CLIP = (0.9, 0.98), 0.01, 1.0


class Diverged(ArithmeticError):
    """A loss or a logit is no number any more. step: of the training, counted from 1; 0 where it is judged."""

    def __init__(self, step: int = 0) -> None:
        self.step = step
        super().__init__(f"The loss is no number at step {step}.")


@dataclass(frozen=True)
class Settings:
    """learning_rate: of pre-trained weights; head_rate: of new ones. warmup: the share of the steps in which both rise
    to these; then they fall to 0 unless `constant`."""

    learning_rate: float
    head_rate: float
    steps: int
    batch: int = 16
    warmup: float = 0.1
    constant: bool = False


def padded(rows: Sequence[Tensor], pad_id: int, device: torch.device) -> dict[str, Tensor]:
    """(B, T) input_ids and attention_mask."""
    ids = torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=pad_id)
    lengths = torch.tensor([len(row) for row in rows])
    mask = (torch.arange(ids.shape[1])[None] < lengths[:, None]).long()
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}


def batches(lengths: Sequence[int], size: int, seed: int) -> Iterator[list[int]]:
    """Endless batches of indices. Each pass is a new permutation in which a few batches at a time are sorted by length,
    so that little is padded; every row is read once a pass, and the last batch of a pass may be smaller."""
    draws = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(lengths), generator=draws).tolist()
        cut: list[list[int]] = []
        for start in range(0, len(order), size * _POOL):
            pool = sorted(order[start : start + size * _POOL], key=lambda row: lengths[row])
            cut += [pool[at : at + size] for at in range(0, len(pool), size)]
        for place in torch.randperm(len(cut), generator=draws).tolist():
            yield cut[place]


def factor(step: int, settings: Settings) -> float:
    """What the rates are multiplied by in the middle of `step`, counted from 0."""
    if settings.constant:
        return 1.0
    share = (step + 0.5) / settings.steps
    return share / settings.warmup if share < settings.warmup else (1 - share) / (1 - settings.warmup)


def fit(
    model: nn.Module,
    new: Sequence[str],
    rows: Sequence[Tensor],
    labels: Sequence[int],
    settings: Settings,
    seed: int,
    pad_id: int,
    turn: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Iterator[tuple[float, int]]:
    """Train in place; yields the loss of each step and the tokens that it read, padding not counted.

    new: the names of the parameters that head_rate is for. turn: entered for every step. Parameters without gradient
    are left as they are, to the bit. The order of the rows depends on the seed alone. Raises Diverged where the loss is
    no number, before the weights take that step.
    """
    device = next(model.parameters()).device
    # Switched by hand: nothing here is left to PyTorch's own generator, which other threads draw from as well.
    model.eval()
    groups = _groups(model, set(new), settings)
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, betas=_BETAS, fused=True)
    trained = [weight for group in optimizer.param_groups for weight in group["params"]]
    drawn = batches([len(row) for row in rows], settings.batch, seed * _SEEDS)
    for step in range(settings.steps):
        chosen = next(drawn)
        with turn(), torch.enable_grad():
            inputs = padded([rows[row] for row in chosen], pad_id, device)
            loss = cross_entropy(
                model(**inputs).logits.float(), torch.tensor([labels[row] for row in chosen]).to(device)
            )
            if not math.isfinite(found := float(loss.detach())):
                raise Diverged(step + 1)
            loss.backward()
            # Only where it is too long: to go through ten million numbers once more takes a tenth of a step.
            slopes = [weight.grad for weight in trained if weight.grad is not None]
            if (length := torch.nn.utils.get_total_norm(slopes)) > _CLIP:
                torch.nn.utils.clip_grads_with_norm_(trained, _CLIP, length)
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor(step, settings)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        yield found, sum(len(rows[row]) for row in chosen)


def _groups(model: nn.Module, new: set[str], settings: Settings) -> list[dict[str, Any]]:
    """Weight decay on matrices only, as BERT has it."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            groups.setdefault((name in new, weight.ndim > 1), []).append(weight)
    return [
        {
            "params": weights,
            "peak": settings.head_rate if is_new else settings.learning_rate,
            "weight_decay": _DECAY if is_matrix else 0.0,
        }
        for (is_new, is_matrix), weights in groups.items()
    ]


def in_order(rows: Sequence[Tensor], size: int = _JUDGED_AT_ONCE) -> Iterator[list[int]]:
    """Each index once, in batches of nearly equal lengths."""
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    for start in range(0, len(order), size):
        yield order[start : start + size]


def predict(model: nn.Module, rows: Sequence[Tensor], pad_id: int, chosen: Sequence[int]) -> Tensor:
    """(B, C) logits of some of the rows, on the CPU. Raises Diverged where they are no numbers."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        logits: Tensor = model(**padded([rows[row] for row in chosen], pad_id, device)).logits.float().cpu()
    if not bool(logits.isfinite().all()):
        raise Diverged
    return logits


@torch.no_grad()
def begin(weights: Sequence[tuple[str, Tensor]], seed: int, spread: float = 0.02) -> None:
    """First weights as BERT's: matrices normal with that standard deviation, biases 0, norms 1.

    By the seed alone, whatever else draws from PyTorch's own generator at the moment.
    """
    draws = torch.Generator().manual_seed(seed * _SEEDS + 7)
    for name, weight in weights:
        if weight.ndim > 1:
            weight.copy_(torch.empty(weight.shape).normal_(0.0, spread, generator=draws))
        else:
            weight.fill_(1.0 if name.lower().endswith("norm.weight") else 0.0)


def sample(labels: Sequence[int], seed: int) -> list[int]:
    """All rows in an order of the seed in which every beginning holds the classes as evenly as they allow.

    So the first 8 rows are among the first 16: more labels are the same ones and more.
    """
    draws = torch.Generator().manual_seed(seed * _SEEDS + 3)
    shuffled = torch.randperm(len(labels), generator=draws).tolist()
    seen: dict[int, int] = {}
    rank = {}
    for row in shuffled:
        rank[row] = seen[labels[row]] = seen.get(labels[row], -1) + 1
    return sorted(shuffled, key=lambda row: rank[row])  # stable: within a round the order is the shuffled one
