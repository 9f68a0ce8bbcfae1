"""Fine-tuning: the frozen way as the demo has it, a linear head on features computed once, against encoding the
sentences again in each of the epochs that the same head takes."""

import statistics
import time
from unittest.mock import patch

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from playground.core import probe
from playground.demos.fine_tune.data import Data, labelled
from playground.demos.fine_tune.race import Way, encode
from playground.models.tunable import Tunable, encoded, encoder

ROUNDS, LABELS = 3, 64


def _features(way: Way, rows: list[int]) -> Tensor:
    """(N, H), by the demo's own encoder and pooling."""
    for _ in encode(way, rows, "mean"):
        pass
    return torch.stack([way.features[row] for row in rows])


def _cached(way: Way, data: Data, rows: list[int]) -> probe.LinearProbe:
    return probe.LinearProbe(_features(way, rows), data.truth(rows), len(data.names))


def _again(way: Way, data: Data, rows: list[int]) -> tuple[probe.LinearProbe, int]:
    """The same head; each time that it looks at its loss, an epoch, the sentences are encoded anew."""
    epochs = 0

    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        nonlocal epochs
        epochs += 1
        _features(way, rows)
        return cross_entropy(logits, labels)

    with patch.object(probe, "cross_entropy", loss):
        return _cached(way, data, rows), epochs


def main(model: str = "bert-mini") -> None:
    """Print the ratio; both arms end with the same head."""
    data, loaded = labelled("", ""), encoder(model)
    way = Way("frozen", "frozen", Tunable(loaded, data.names, encoded(loaded, data.sentences)))
    rows = data.drawn(1, LABELS)
    times, epochs = [], 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ours = _cached(way, data, rows)
        between = time.perf_counter()
        theirs, epochs = _again(way, data, rows)
        times.append((between - started, time.perf_counter() - between))
        assert torch.allclose(ours.weight, theirs.weight, atol=1e-3)
    once, anew = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"fine_tune: linear head on {LABELS} sentences, {epochs} epochs: {once:.2f} s with cached features")
    print(f"  {anew:.2f} s encoding again in each epoch: {anew / once:.1f}x (goal: at least 5x)")
