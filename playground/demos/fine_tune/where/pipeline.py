"""Probe every layer and position of an encoder, fine-tune it, and probe again."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from playground.core import tuning
from playground.core.intervals import wilson
from playground.core.probe import LinearProbe
from playground.demos.fine_tune.data import Data, labelled
from playground.demos.fine_tune.learning import accuracy, learn
from playground.demos.fine_tune.ready import classifier, notices
from playground.demos.fine_tune.where.schema import POSITIONS, Best, Cell, Progress, Request, Result, Stage
from playground.messages import Complaint
from playground.models.device import TURNS
from playground.models.tunable import Tunable, encoder

_BATCH = 16
_JUDGED = 400  # held-out sentences at most
_FEWEST = 20  # sentences to learn from, and to be judged by
_CELLS = 1400  # a Run holds no more of them
STAGES: tuple[Stage, ...] = ("before", "after")


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each batch, step and probe, then the Result. Raises Complaint as `labelled` and `classifier` do,
    and where the training diverges."""
    yield Progress(done=0, total=1, result=Result())
    data = labelled(request.source, request.data)
    chosen, judged = data.drawn(request.seed, request.labels), data.judged(request.seed, _JUDGED)
    rows = [*chosen, *judged]
    tunable = classifier(request.model, data, kept=len(rows) * (POSITIONS + 3))
    layers = int(tunable.loaded.model.config.num_hidden_layers)
    words = _words(tunable, (chosen, judged), layers)
    columns = ["cls", *(str(place) for place in range(1, words + 1)), "sep", "mean"]
    result = Result(
        layers=layers,
        positions=columns,
        chance=data.chance(judged),
        train=len(chosen),
        judged=len(judged),
        notices=notices(data, tunable, request.labels),
    )
    probes = (layers + 1) * len(columns)
    total = 2 * (len(rows) + probes) + 3 * _BATCH * request.steps
    done = 0
    tunable.begin(request.seed)
    for stage in STAGES:
        if stage == "after":
            settings = tuning.Settings(request.learning_rate, request.head_rate, request.steps, _BATCH)
            try:
                for _ in learn(tunable, data, chosen, settings, request.seed):
                    done += 3 * _BATCH
                    yield Progress(done=done, total=total, result=result)
                tuned = accuracy(tunable, data, judged)
            except tuning.Diverged as error:
                raise Complaint("pg_err_ftk_broke", step=error.step or request.steps) from error
            low, high = wilson(round(tuned * len(judged)), len(judged))
            found = {"tuned": round(tuned, 4), "tuned_low": round(low, 4), "tuned_high": round(high, 4)}
            result = result.model_copy(update=found)
        states: dict[int, Tensor] = {}
        for batch, hidden in tunable.states(rows):
            states |= {row: _kept(one, words) for row, one in zip(batch, hidden, strict=True)}
            done += len(batch)
            yield Progress(done=done, total=total, result=result)
        for layer in range(layers + 1):
            for place, position in enumerate(columns):
                with TURNS.step():
                    cell = _probe(states, data, (chosen, judged), stage, layer, place, position)
                done += 1
                if cell is not None:
                    result = result.model_copy(update={"cells": [*result.cells, cell]})
                if place % 8 == 7 or place == len(columns) - 1:
                    yield Progress(done=done, total=total, result=result)
        result = result.model_copy(update={"best": best(result.cells)})
    yield result


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


def _words(tunable: Tunable, halves: tuple[Sequence[int], Sequence[int]], layers: int) -> int:
    """The last word that enough sentences have: one that hardly any has is asked nothing."""
    most = min(POSITIONS, _CELLS // (2 * (layers + 1)) - 3)
    for place in range(most, 1, -1):
        if all(_enough([row for row in half if len(tunable.texts.rows[row]) - 2 >= place], half) for half in halves):
            return place
    return 1


def _enough(there: Sequence[int], half: Sequence[int]) -> bool:
    return len(there) >= min(_FEWEST, len(half))


def _kept(states: Tensor, words: int) -> Tensor:
    """(L + 1, W + 3, H) [CLS], the first words, [SEP], and the mean; NaN where a sentence has no such word."""
    layers, length, width = states.shape
    found = states.new_full((layers, words + 3, width), float("nan"))
    own = min(words, length - 2)
    found[:, : own + 1] = states[:, : own + 1]
    found[:, -2] = states[:, -1]
    found[:, -1] = states.mean(1)
    return found


def _probe(
    states: dict[int, Tensor],
    data: Data,
    halves: tuple[Sequence[int], Sequence[int]],
    stage: Stage,
    layer: int,
    place: int,
    position: str,
) -> Cell | None:
    """One cell; None where too few sentences reach so far, or all that do have one label."""
    here = {row: one[layer, place] for row, one in states.items() if not bool(one[layer, place, 0].isnan())}
    learned, judged = ([row for row in half if row in here] for half in halves)
    labels, truth = data.truth(learned), data.truth(judged)
    if not (_enough(learned, halves[0]) and _enough(judged, halves[1])) or len(labels.unique()) < 2:
        return None
    features, unseen = (torch.stack([here[row] for row in rows]) for rows in (learned, judged))
    found = LinearProbe(features, labels, len(data.names))(unseen).argmax(1)
    right = int((found == truth).sum())
    low, high = (round(edge, 4) for edge in wilson(right, len(judged)))
    share = round(right / len(judged), 4)
    return Cell(stage=stage, layer=layer, position=position, accuracy=share, of=len(judged), low=low, high=high)


def best(cells: Sequence[Cell]) -> list[Best]:
    """The best layer of each position and stage, the lowest one where several are as good."""
    found: dict[tuple[Stage, str], Cell] = {}
    for cell in cells:
        before = found.get((cell.stage, cell.position))
        if before is None or cell.accuracy > before.accuracy:
            found[cell.stage, cell.position] = cell
    return [
        Best(**cell.model_dump(include={"stage", "position", "layer", "accuracy", "low", "high"}))
        for cell in found.values()
    ]
