"""Probe every layer and position of an encoder, fine-tune it, and probe again."""

from collections import Counter
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from playground.core import tuning
from playground.core.probe import LinearProbe
from playground.demos.fine_tune.data import Data, labelled, readable_by
from playground.demos.fine_tune.where.schema import POSITIONS, Best, Cell, Progress, Request, Result, Stage
from playground.models.device import TURNS
from playground.models.tunable import Tunable, encoded, encoder

_BATCH = 16
_JUDGED = 400  # held-out sentences at most
_FEWEST = 20  # sentences to learn from, and to be judged by
STAGES: tuple[Stage, ...] = ("before", "after")


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each batch, step and probe, then the Result. Raises Complaint as `labelled` and `readable_by`
    do."""
    yield Progress(done=0, total=1, result=Result())
    data = labelled(request.source, request.data)
    readable_by(request.model, data.sentences)
    loaded = encoder(request.model)
    tunable = Tunable(loaded, data.names, encoded(loaded, data.sentences))
    chosen, judged = data.drawn(request.seed, request.labels), data.judged(request.seed, _JUDGED)
    columns = ["cls", *(str(place) for place in range(1, POSITIONS + 1)), "sep", "mean"]
    layers = int(loaded.model.config.num_hidden_layers)
    result = Result(
        layers=layers,
        positions=columns,
        chance=round(max(Counter(data.labels[row] for row in judged).values()) / len(judged), 4),
        train=len(chosen),
        judged=len(judged),
    )
    rows = [*chosen, *judged]
    probes = (layers + 1) * len(columns)
    total = 2 * (len(rows) + probes) + 3 * _BATCH * request.steps
    done = 0
    tunable.begin(request.seed)
    for stage in STAGES:
        if stage == "after":
            for _ in _tuned(tunable, data, chosen, request):
                done += 3 * _BATCH
                yield Progress(done=done, total=total, result=result)
            result = result.model_copy(update={"tuned": _accuracy(tunable, data, judged)})
        states: dict[int, Tensor] = {}
        for batch, found in tunable.states(rows):
            states |= {row: _kept(one) for row, one in zip(batch, found, strict=True)}
            done += len(batch)
            yield Progress(done=done, total=total, result=result)
        for layer in range(layers + 1):
            for place, position in enumerate(columns):
                with TURNS.step():
                    cell = _probe(states, data, (chosen, judged), stage, layer, place, position)
                done += 1
                if cell is not None:
                    result = result.model_copy(update={"cells": [*result.cells, cell]})
            yield Progress(done=done, total=total, result=result)
        result = result.model_copy(update={"best": best(result.cells)})
    yield result


def prepare(request: Request) -> None:
    """Load the encoder of a request, so that `run` finds it in the cache."""
    encoder(request.model)


def _kept(states: Tensor) -> Tensor:
    """(L + 1, 8 + 3, H) [CLS], the first words, [SEP], and the mean; NaN where a sentence has no such word."""
    layers, length, width = states.shape
    found = states.new_full((layers, POSITIONS + 3, width), float("nan"))
    words = min(POSITIONS, length - 2)
    found[:, : words + 1] = states[:, : words + 1]
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
    labels, truth = (torch.tensor([data.labels[row] for row in rows]) for rows in (learned, judged))
    if min(len(learned), len(judged)) < min(_FEWEST, len(halves[1])) or len(labels.unique()) < 2:
        return None
    features, unseen = (torch.stack([here[row] for row in rows]) for rows in (learned, judged))
    found = LinearProbe(features, labels, len(data.names))(unseen).argmax(1)
    right = float((found == truth).double().mean())
    return Cell(stage=stage, layer=layer, position=position, accuracy=round(right, 4), of=len(judged))


def _tuned(tunable: Tunable, data: Data, chosen: Sequence[int], request: Request) -> Iterator[tuple[float, int]]:
    texts = tunable.texts
    return tuning.fit(
        tunable.model,
        tunable.new,
        [texts.rows[row] for row in chosen],
        [data.labels[row] for row in chosen],
        tuning.Settings(request.learning_rate, request.head_rate, request.steps, _BATCH),
        request.seed,
        texts.pad_id,
        TURNS.step,
    )


def _accuracy(tunable: Tunable, data: Data, judged: Sequence[int]) -> float:
    """Of the classifier itself."""
    right = 0
    for rows, logits in tunable.logits(judged):
        right += int((logits.argmax(1) == torch.tensor([data.labels[row] for row in rows])).sum())
    return round(right / len(judged), 4)


def best(cells: Sequence[Cell]) -> list[Best]:
    """The best layer of each position and stage, the lowest one where several are as good."""
    found: dict[tuple[Stage, str], Cell] = {}
    for cell in cells:
        before = found.get((cell.stage, cell.position))
        if before is None or cell.accuracy > before.accuracy:
            found[cell.stage, cell.position] = cell
    return [
        Best(stage=stage, position=position, layer=cell.layer, accuracy=cell.accuracy)
        for (stage, position), cell in found.items()
    ]
