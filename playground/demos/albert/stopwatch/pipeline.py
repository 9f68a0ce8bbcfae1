"""Build encoders with random weights, and time them in turn."""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import nn

from playground.core.architecture import Architecture, memory, operations
from playground.demos.albert.presets import PRESETS
from playground.demos.albert.stopwatch.schema import VOCABULARY, ModelName, Progress, Request, Result, Time, Timed
from playground.locks import TRANSFORMERS
from playground.messages import Complaint, Notice
from playground.models.built import build
from playground.models.device import TURNS, available_bytes, device, synchronize

# Sanh et al. 2019 (DistilBERT), Jiao et al. 2020 (TinyBERT-4), Wang et al. 2020 (MiniLM of 6 layers, 384 wide): plain
# BERT encoders. DistilBERT has neither token types nor a pooler; one type too many is 768 numbers.
_STUDENTS: dict[ModelName, Architecture] = {
    "DistilBERT": Architecture(VOCABULARY, 768, 768, 6, 12, 3072, token_types=1, pooler=False, projection=False),
    "TinyBERT-4": Architecture(VOCABULARY, 312, 312, 4, 12, 1200, projection=False),
    "MiniLM-L6": Architecture(VOCABULARY, 384, 384, 6, 12, 1536, projection=False),
}
# Of what autograd keeps by our count: what is only needed on the way, and ALBERT's activation function, which is
# written out in parts.
_ON_THE_WAY = 2.5


@dataclass
class _Runner:
    name: ModelName
    of: Architecture
    model: nn.ModuleList
    optimizer: torch.optim.Optimizer
    forward: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each round of each model, then the Result.

    Raises Complaint when not even one of the models fits into memory; one that does not fit beside the others is left
    out with a notice. What was built is let go when the run ends, however it ends.
    """
    runners: list[_Runner] = []
    try:
        notices = []
        there, most = available_bytes(), 0  # most: of what only one model at a time needs
        for name in request.models:
            of = _architecture(name, request)
            needs = memory(of, request.batch_size, request.length)
            stays, passes = needs.weights + needs.gradients + needs.adam, round(_ON_THE_WAY * needs.activations)
            if stays + max(most, passes) > there:
                notices.append(Notice(key="pg_stw_large", values=_sizes(name, stays + passes, there)))
                continue
            there, most = there - stays, max(most, passes)
            runners.append(_built(name, of))
        if not runners:
            sizes = notices[0].values
            raise Complaint("pg_err_stw_large", name=sizes["name"], needed=sizes["needed"], there=sizes["there"])
        yield from _timed(runners, request, notices)
    finally:
        runners.clear()
        gc.collect()
        if device().type == "cuda":
            torch.cuda.empty_cache()


def _architecture(name: ModelName, request: Request) -> Architecture:
    if name in _STUDENTS:
        return _STUDENTS[name]
    sizes = request.sizes().model_dump(exclude={"batch_size", "length"})
    return Architecture(**(sizes if name == "yours" else PRESETS[name]))


def _sizes(name: str, needed: int, there: int) -> dict[str, str | int | float]:
    return {"name": name, "needed": round(needed / 2**30, 1), "there": round(there / 2**30, 1)}


def _built(name: ModelName, of: Architecture) -> _Runner:
    with TRANSFORMERS, torch.random.fork_rng():
        torch.manual_seed(0)
        model = build(of, str(device()))
    return _Runner(name, of, model.train(), torch.optim.AdamW(model.parameters(), lr=1e-5))


def _timed(runners: list[_Runner], request: Request, notices: list[Notice]) -> Iterator[Progress | Result]:
    generator = torch.Generator().manual_seed(0)
    fewest = min(runner.of.vocab_size for runner in runners)
    ids = torch.randint(0, fewest, (request.batch_size, request.length), generator=generator).to(device())
    done, total = 0, len(runners) * (request.rounds + 1)
    for number in range(request.rounds + 1):
        for runner in runners:
            with TURNS.step():
                forward = _clocked(partial(_forward, runner, ids))
            with TURNS.step():
                training = _clocked(partial(_train, runner, ids))
            if number:  # the first round warms up
                runner.forward.append(forward)
                runner.training.append(training)
            done += 1
            yield Progress(done=done, total=total, result=_result(runners, request, notices))
    yield _result(runners, request, notices)


def _clocked(work: Callable[[], None]) -> float:
    """Milliseconds."""
    synchronize()
    started = time.perf_counter()
    work()
    synchronize()
    return 1000 * (time.perf_counter() - started)


@torch.inference_mode()
def _forward(runner: _Runner, ids: torch.Tensor) -> None:
    runner.model.eval()
    runner.model[0](input_ids=ids)


def _train(runner: _Runner, ids: torch.Tensor) -> None:
    runner.model.train()
    out = runner.model[0](input_ids=ids)
    out.last_hidden_state.float().pow(2).mean().backward()
    runner.optimizer.step()
    runner.optimizer.zero_grad()


def _result(runners: list[_Runner], request: Request, notices: list[Notice]) -> Result:
    return Result(
        tokens=request.batch_size * request.length,
        timed=[
            Timed(
                name=runner.name,
                parameters=(parameters := sum(p.numel() for p in runner.model.parameters())),
                weight_bytes=4 * parameters,
                flops=operations(runner.of, request.batch_size, request.length).forward,
                rounds=len(runner.forward),
                forward=_time(runner.forward),
                training_step=_time(runner.training),
            )
            for runner in runners
            if runner.forward
        ],
        notices=notices,
    )


def _time(milliseconds: list[float]) -> Time:
    low, median, high = torch.tensor(milliseconds).quantile(torch.tensor([0.25, 0.5, 0.75])).tolist()
    return Time(median=round(median, 3), low=round(low, 3), high=round(high, 3))
