"""Several ways to learn, side by side: each on the same sentences, from the same seeds, judged by the same others.

seed by seed, so that a whole picture is there after the first one and its bands become narrower:
    labels by labels: 8, 16, ...
        way by way: begin anew, train some steps, judge    # as many of these at once as the processor has room for
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean

import torch
from torch import Tensor

from playground.core import tuning
from playground.core.probe import LinearProbe
from playground.demos.fine_tune.data import Data
from playground.demos.fine_tune.learning import judge, learn
from playground.demos.fine_tune.schema import Method, Plan, Pooling
from playground.models.abreast import abreast, lanes
from playground.models.device import TURNS
from playground.models.tunable import Tunable

# Labels -> sentences a step, steps. Few labels need few steps; the most are read twice.
PLAN = {8: (8, 10), 16: (16, 10), 32: (16, 12), 64: (16, 14), 128: (16, 24), 256: (16, 40), 512: (16, 64)}
# From random weights: with fewer steps hardly a seed leaves the loss of guessing.
RANDOM_PLAN = {8: (8, 20), 16: (16, 25), 32: (16, 35), 64: (16, 50), 128: (16, 80), 256: (16, 100), 512: (16, 200)}


@dataclass(frozen=True)
class Rates:
    """learning_rate: of the pre-trained weights, and of a head without a rate of its own; head_rate: of one that has;
    random_rate: of all weights where all begin at random."""

    learning_rate: float
    head_rate: float
    random_rate: float

    def of(self, method: Method) -> tuple[float, float]:
        """(of the encoder, of the head)."""
        if method == "random":
            return self.random_rate, self.random_rate
        return self.learning_rate, self.head_rate if method == "two_rates" else self.learning_rate


@dataclass
class Way:
    """name: of its curve; method and tunable: how it learns, and what."""

    name: str
    method: Method
    tunable: Tunable
    features: dict[int, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """accuracy: None where the training diverged. loss: the mean of the last quarter of the steps, None for none."""

    way: str
    labels: int
    seed: int
    accuracy: float | None
    loss: float | None = None


def plan(labels: int, method: Method) -> tuple[int, int]:
    """(sentences a step, steps) for a number of labels that may be less than any of the plan."""
    plans = RANDOM_PLAN if method == "random" else PLAN
    return plans[min((size for size in plans if size >= labels), default=max(plans))]


def plans(ways: Sequence[Way], sizes: Sequence[int], rates: Rates) -> list[Plan]:
    """What each way that trains an encoder is given."""
    found = []
    for way in (way for way in ways if way.method != "frozen"):
        rate, head = rates.of(way.method)
        given = [plan(size, way.method) for size in sizes]
        batches, steps = [batch for batch, _ in given], [steps for _, steps in given]
        own = {"labels": list(sizes), "batches": batches, "steps": steps}
        found.append(Plan(method=way.name, **own, learning_rate=rate, head_rate=head))
    return found


def read_by_probe(data: Data, sizes: Sequence[int], seeds: Sequence[int]) -> list[int]:
    """Every row that some seed learns from or is judged by."""
    rows = {row for seed in seeds for row in (*data.drawn(seed, max(sizes)), *data.judged(seed))}
    return sorted(rows)


def work(ways: Sequence[Way], data: Data, sizes: Sequence[int], seeds: Sequence[int]) -> int:
    """How much there is to do, in sentences: read forwards and backwards counts three times a forward alone."""
    judged, total = len(data.judged(0)), 0
    for way in ways:
        if way.method == "frozen":
            total += len(read_by_probe(data, sizes, seeds))
        else:
            batches = [plan(size, way.method) for size in sizes]
            total += sum(3 * batch * steps + judged for batch, steps in batches) * len(seeds)
    return total


def race(
    ways: Sequence[Way], data: Data, sizes: Sequence[int], seeds: Sequence[int], rates: Rates, pooling: Pooling
) -> Iterator[tuple[int, Score | None]]:
    """(work done, a Score where one was just made), several times a second. Runs go side by side, so Scores come in
    no certain order."""
    done = 0
    for way in ways:
        if way.method == "frozen":
            for read in encode(way, read_by_probe(data, sizes, seeds), pooling):
                done += read
                yield done, None
    trained = {id(way.tunable): way.tunable for way in ways if way.method != "frozen"}
    tunables = {key: one.with_twins(lanes()) for key, one in trained.items()}
    runs = [
        partial(_run, way, tunables.get(id(way.tunable), ()), data, size, seed, rates)
        for seed in seeds
        for size in sizes
        for way in ways
    ]
    for more, score in abreast(runs):
        done += more
        yield done, score


def _run(
    way: Way, tunables: Sequence[Tunable], data: Data, size: int, seed: int, rates: Rates, lane: int
) -> Iterator[tuple[int, Score | None]]:
    """One run: (work just done, its Score at the end). tunables: of each lane."""
    chosen, judged = data.drawn(seed, size), data.judged(seed)
    if way.method == "frozen":
        yield 0, Score(way.name, size, seed, probed(way, data, chosen, judged))
        return
    tunable, (batch, steps) = tunables[lane], plan(len(chosen), way.method)
    left, right, losses = 3 * batch * steps + len(judged), 0, list[float]()
    try:
        settings = tuning.Settings(*rates.of(way.method), steps, batch)
        for loss, _ in learn(tunable, data, chosen, settings, seed, way.method == "random"):
            losses.append(loss)
            left -= 3 * batch
            yield 3 * batch, None
        for read, found in judge(tunable, data, judged):
            right, left = right + found, left - read
            yield read, None
        yield left, Score(way.name, size, seed, right / len(judged), fmean(losses[-(len(losses) // 4) - 1 :]))
    except tuning.Diverged:
        yield left, Score(way.name, size, seed, None)


def encode(way: Way, chosen: Sequence[int], pooling: Pooling) -> Iterator[int]:
    """Features of the frozen encoder, once for each text; yields how many sentences were read.

    Of the last layer alone: the others are not kept.
    """
    way.tunable.begin(0)
    texts, base = way.tunable.texts, way.tunable.model.base_model
    for part in tuning.in_order([texts.rows[row] for row in chosen]):
        rows = [chosen[place] for place in part]
        inputs = tuning.padded([texts.rows[row] for row in rows], texts.pad_id, way.tunable.model.device)
        with TURNS.step(), torch.inference_mode():
            states = base(**inputs).last_hidden_state.float()  # (B, T, H)
            there = inputs["attention_mask"][..., None]
            pooled = states[:, 0] if pooling == "cls" else (states * there).sum(1) / there.sum(1)
            way.features |= dict(zip(rows, pooled.cpu().clone(), strict=True))  # (H,) each
        yield len(rows)


def probed(way: Way, data: Data, chosen: Sequence[int], judged: Sequence[int]) -> float:
    """Accuracy of a linear head on the frozen features."""
    features, unseen = (torch.stack([way.features[row] for row in rows]) for rows in (chosen, judged))
    with TURNS.step():
        found = LinearProbe(features, data.truth(chosen), len(data.names))(unseen).argmax(1)
    return float((found == data.truth(judged)).double().mean())
