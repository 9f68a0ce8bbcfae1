"""Several ways to learn, side by side: each on the same sentences, from the same seeds, judged by the same others.

seed by seed, so that a whole picture is there after the first one and its bands become narrower:
    labels by labels: 8, 16, ...
        way by way: begin anew, train some steps, judge
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from playground.core import tuning
from playground.core.probe import LinearProbe
from playground.core.seeds import band, crossing
from playground.demos.fine_tune.data import Data
from playground.demos.fine_tune.schema import Curve, Gain, Method, Needed, Pooling
from playground.models.device import TURNS
from playground.models.tunable import Tunable

# Labels -> sentences a step, steps. Few labels need few steps; the most are read a few times.
PLAN = {8: (8, 10), 16: (16, 10), 32: (16, 12), 64: (16, 16), 128: (16, 20), 256: (16, 28), 512: (16, 40)}


@dataclass(frozen=True)
class Rates:
    learning_rate: float
    head_rate: float


@dataclass
class Way:
    """name: of its curve; method and tunable: how it learns, and what."""

    name: str
    method: Method
    tunable: Tunable
    features: dict[int, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    way: str
    labels: int
    seed: int
    accuracy: float


def plan(labels: int) -> tuple[int, int]:
    """(sentences a step, steps) for a number of labels that may be less than any of PLAN."""
    return PLAN[min((size for size in PLAN if size >= labels), default=max(PLAN))]


def work(ways: Sequence[Way], data: Data, sizes: Sequence[int], seeds: Sequence[int]) -> int:
    """How much there is to do, in sentences: read forwards and backwards counts three times a forward alone."""
    judged = len(data.judged(0))
    each = sum(3 * plan(size)[0] * plan(size)[1] + judged for size in sizes) * len(seeds)
    trained = sum(way.method != "frozen" for way in ways)
    return trained * each + (len(ways) - trained) * len(data.sentences)


def race(
    ways: Sequence[Way], data: Data, sizes: Sequence[int], seeds: Sequence[int], rates: Rates, pooling: Pooling
) -> Iterator[tuple[int, Score | None]]:
    """(work done, a Score where one was just made), several times a second."""
    done = 0
    for way in ways:
        if way.method == "frozen":
            for read in encode(way, range(len(data.sentences)), pooling):
                done += read
                yield done, None
    for seed in seeds:
        judged = data.judged(seed)
        for size in sizes:
            chosen = data.drawn(seed, size)
            for way in ways:
                if way.method == "frozen":
                    yield done, Score(way.name, size, seed, _probed(way, data, chosen, judged))
                    continue
                for read in _train(way, data, chosen, seed, rates):
                    done += 3 * read
                    yield done, None
                right = 0
                for rows, logits in way.tunable.logits(judged):
                    right += int((logits.argmax(1) == torch.tensor([data.labels[row] for row in rows])).sum())
                    done += len(rows)
                    yield done, None
                yield done, Score(way.name, size, seed, right / len(judged))


def encode(way: Way, chosen: Sequence[int], pooling: Pooling) -> Iterator[int]:
    """Features of the frozen encoder, once for each text; yields how many sentences were read."""
    way.tunable.begin(0)
    for rows, states in way.tunable.states(chosen):
        for row, layers in zip(rows, states, strict=True):
            last = layers[-1]  # (T, H)
            way.features[row] = last[0] if pooling == "cls" else last.mean(0)
        yield len(rows)


def _probed(way: Way, data: Data, chosen: Sequence[int], judged: Sequence[int]) -> float:
    """Accuracy of a linear head on the frozen features."""
    features, truth = (torch.stack([way.features[row] for row in rows]) for rows in (chosen, judged))
    labels = torch.tensor([data.labels[row] for row in chosen])
    with TURNS.step():
        found = LinearProbe(features, labels, len(data.names))(truth).argmax(1)
    return float((found == torch.tensor([data.labels[row] for row in judged])).double().mean())


def _train(way: Way, data: Data, chosen: Sequence[int], seed: int, rates: Rates) -> Iterator[int]:
    """Fine-tune from the start; yields the sentences of each step as they were planned."""
    way.tunable.begin(seed, random=way.method == "random")
    batch, steps = plan(len(chosen))
    head = rates.head_rate if way.method == "two_rates" else rates.learning_rate
    texts = way.tunable.texts
    for _ in tuning.fit(
        way.tunable.model,
        way.tunable.new,
        [texts.rows[row] for row in chosen],
        [data.labels[row] for row in chosen],
        tuning.Settings(rates.learning_rate, head, steps, batch),
        seed,
        texts.pad_id,
        TURNS.step,
    ):
        yield batch


def curves(scores: Sequence[Score]) -> list[Curve]:
    """One for each way and number of labels, in the order in which they were first seen."""
    groups: dict[tuple[str, int], list[float]] = {}
    for score in scores:
        groups.setdefault((score.way, score.labels), []).append(round(score.accuracy, 4))
    found = []
    for (way, labels), values in groups.items():
        mean, low, high = band(values)
        found.append(
            Curve(
                method=way,
                labels=labels,
                accuracy=round(mean, 4),
                low=None if low is None else round(max(0.0, low), 4),
                high=None if high is None else round(min(1.0, high), 4),
                values=values,
            )
        )
    return found


def gains(scores: Sequence[Score], over: str) -> list[Gain]:
    """Each other way less `over`, paired by seed."""
    by = {(score.way, score.labels, score.seed): score.accuracy for score in scores}
    found = []
    for way, labels in dict.fromkeys((score.way, score.labels) for score in scores if score.way != over):
        seeds = sorted({score.seed for score in scores})
        pairs = [((way, labels, seed), (over, labels, seed)) for seed in seeds]
        differences = [by[one] - by[other] for one, other in pairs if one in by and other in by]
        if differences:
            mean, low, high = (None if value is None else round(value, 4) for value in band(differences))
            assert mean is not None
            found.append(Gain(method=way, over=over, labels=labels, gain=mean, low=low, high=high))
    return found


def needed(found: Sequence[Curve], bar: float) -> list[Needed]:
    """The labels with which each way's mean first reaches the bar."""
    answers = []
    for way in dict.fromkeys(curve.method for curve in found):
        own = sorted((curve for curve in found if curve.method == way), key=lambda curve: curve.labels)
        labels = crossing([curve.labels for curve in own], [curve.accuracy for curve in own], bar)
        answers.append(Needed(method=way, labels=None if labels is None else round(labels, 1)))
    return answers


def complete_seeds(scores: Sequence[Score], ways: int, sizes: int) -> int:
    """Seeds that all ways have done at all numbers of labels."""
    seeds = [score.seed for score in scores]
    return sum(seeds.count(seed) == ways * sizes for seed in set(seeds))
