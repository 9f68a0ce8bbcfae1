"""Fine-tuning: a linear head on features that are computed once, against encoding the sentences again in each epoch."""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from playground.core import tuning
from playground.demos.fine_tune.data import labelled
from playground.models.tunable import Tunable, encoded, encoder

ROUNDS, EPOCHS, LABELS, BATCH = 3, 10, 256, 16


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def main(model: str = "bert-mini") -> None:
    """Print the ratio; both arms take the same steps and end with the same head."""
    data, loaded = labelled("", ""), encoder(model)
    made = Tunable(loaded, data.names, encoded(loaded, data.sentences))
    made.begin(0)
    chosen = data.drawn(1, LABELS)
    labels = torch.tensor([data.labels[row] for row in chosen])

    def features(rows: list[int]) -> Tensor:
        """(N, H) means over the tokens of the last layer, in the order of `rows`."""
        found = {
            row: states[-1].mean(0)
            for batch, all_ in made.states(rows)
            for row, states in zip(batch, all_, strict=True)
        }
        return torch.stack([found[row] for row in rows])

    def learn(read: Callable[[list[int]], Tensor]) -> Tensor:
        weight = torch.zeros(len(data.names), loaded.model.config.hidden_size, requires_grad=True)
        optimizer = torch.optim.AdamW([weight], lr=1e-2)
        drawn = tuning.batches([len(made.texts.rows[row]) for row in chosen], BATCH, 1)
        for _ in range(EPOCHS * LABELS // BATCH):
            places = next(drawn)
            cross_entropy(read(places) @ weight.T, labels[places]).backward()
            optimizer.step()
            optimizer.zero_grad()
        return weight.detach()

    def cached() -> Tensor:
        once = features(chosen)
        return learn(lambda places: once[places])

    def again() -> Tensor:
        return learn(lambda places: features([chosen[place] for place in places]))

    assert torch.allclose(cached(), again(), atol=1e-3)
    times = [(_seconds(cached), _seconds(again)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"fine_tune: linear head on {LABELS} sentences, {EPOCHS} epochs: {ours:.2f} s with cached features")
    print(f"  {theirs:.2f} s encoding again in each epoch: {theirs / ours:.1f}x (goal: at least 5x)")
