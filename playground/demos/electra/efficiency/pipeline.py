"""Train one tiny encoder a seed with each objective, all of them side by side, and judge them as they learn."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from playground.core.masking import choose_exact
from playground.demos.electra.efficiency.corpus import build, manual
from playground.demos.electra.efficiency.learner import Learner
from playground.demos.electra.efficiency.probing import judges
from playground.demos.electra.efficiency.schema import (
    OBJECTIVES,
    RATE,
    Cost,
    Equal,
    Gain,
    Objective,
    Point,
    Progress,
    Request,
    Result,
)
from playground.messages import Complaint, Notice
from playground.models.device import TURNS, device
from playground.models.loading import load

_JUDGED = 5  # times after the start
_OFTEN = 0.3  # seconds from one Progress to the next
_VOCABULARY = ("bert-mini", "masked_lm")  # whose tokens the text is counted in


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress a few times a second, then the Result. Raises Complaint for a text that is too short or must be
    uploaded again."""
    if request.source and not request.corpus:
        raise Complaint("pg_err_elf_again", name=request.source)
    total = request.steps * request.seeds * len(OBJECTIVES)
    result = _counted(request)
    yield Progress(done=0, total=total, result=result)
    corpus = build(request.corpus or manual())
    judge = judges(corpus, labelled=not request.corpus)
    seeds = range(request.seed, request.seed + request.seeds)
    learners = [Learner(objective, corpus, seed, device()) for seed in seeds for objective in OBJECTIVES]
    notices = [Notice(key="pg_elf_cut", values={"blocks": len(corpus.train)})] if corpus.cut else []
    result = result.model_copy(
        update={
            "words": len(corpus.tokenizer),
            "blocks": len(corpus.train),
            "parameters": sum(weight.numel() for weight in learners[0].encoder.parameters()),
            "notices": notices,
        }
    )
    points: list[Point] = []
    for edge in dict.fromkeys(np.linspace(0, request.steps, _JUDGED + 1).round().astype(int).tolist()):
        for learner in learners:
            last = time.monotonic()
            while learner.steps < edge:
                with TURNS.step():
                    learner.step()
                if time.monotonic() - last > _OFTEN:
                    last = time.monotonic()
                    yield Progress(done=sum(one.steps for one in learners), total=total, result=result)
            with TURNS.step():
                area, accuracy = judge(learner.encoder)
            points.append(_point(learner, area, accuracy))
            costs = [_cost(one) for one in learners[: len(OBJECTIVES)] if one.flops]
            result = result.model_copy(update={"points": list(points), "costs": costs})
            yield Progress(done=sum(one.steps for one in learners), total=total, result=result)
    yield result.model_copy(update=compared(points))


def prepare(request: Request) -> None:
    """Load what counts the tokens of the text, so that `run` finds it in the cache."""
    load(*_VOCABULARY)


def _counted(request: Request) -> Result:
    """The positions of the text that carry a loss: those that are masked, or all."""
    tokenizer = load(*_VOCABULARY).tokenizer
    ids = tokenizer(request.text, return_tensors="pt", verbose=False)["input_ids"]
    maskable = ~torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    chosen = choose_exact(maskable, RATE, torch.Generator().manual_seed(request.seed))
    return Result(tokens=ids.shape[1], masked=int(chosen.sum()))


def _point(learner: Learner, area: float, accuracy: float | None) -> Point:
    return Point(
        objective=learner.objective,
        seed=learner.seed,
        step=learner.steps,
        gflops=round(learner.steps * learner.flops / 1e9, 3),
        auc=round(area, 4),
        accuracy=None if accuracy is None else round(accuracy, 4),
    )


def _cost(learner: Learner) -> Cost:
    return Cost(
        objective=learner.objective,
        gflops=round(learner.flops / 1e9, 4),
        with_loss=learner.with_loss,
        positions=learner.read,
    )


def compared(points: Sequence[Point]) -> dict[str, object]:
    """All objectives at the compute that the cheapest one ends with, read off each seed's curve between two points."""
    ends = {one: max(point.gflops for point in points if point.objective == one) for one in OBJECTIVES}
    gflops = min(ends.values())
    seeds = sorted({point.seed for point in points})
    areas = {one: np.array([_at(points, one, seed, gflops, "auc") for seed in seeds]) for one in OBJECTIVES}
    labelled = all(point.accuracy is not None for point in points)
    equal = []
    for one in OBJECTIVES:
        shares = np.array([_at(points, one, seed, gflops, "accuracy") for seed in seeds]) if labelled else None
        equal.append(
            Equal(
                objective=one,
                auc=round(float(areas[one].mean()), 4),
                auc_spread=_spread(areas[one]),
                accuracy=None if shares is None else round(float(shares.mean()), 4),
                accuracy_spread=None if shares is None else _spread(shares),
            )
        )
    gains = []
    for one in OBJECTIVES[:-1]:
        more = areas["rtd"] - areas[one]
        gains.append(
            Gain(over=one, auc=round(float(more.mean()), 4), auc_spread=_spread(more), ahead=int((more > 0).sum()))
        )
    return {"gflops": round(gflops, 3), "equal": equal, "gains": gains}


def _at(points: Sequence[Point], objective: Objective, seed: int, gflops: float, name: str) -> float:
    own = [point for point in points if (point.objective, point.seed) == (objective, seed)]
    return float(np.interp(gflops, [point.gflops for point in own], [getattr(point, name) for point in own]))


def _spread(values: np.ndarray) -> float:
    """Standard deviation over the seeds; 0 for a single one."""
    return round(float(values.std(ddof=1)), 4) if len(values) > 1 else 0.0
