"""Corrupt and judge many sentences at one setting after the other: ROC, AUC, calibration, and what they depend on."""

import math
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor

from playground.core.intervals import bootstrap, wilson
from playground.core.metrics import auc, calibration, roc
from playground.core.replaced import GUESSED, REPLACED
from playground.core.sentences import sentences
from playground.demos.electra.measure.schema import (
    BINS,
    MAX_FOOLED,
    MAX_SENTENCES,
    RATES,
    TEMPERATURES,
    Bin,
    Fooled,
    Point,
    Progress,
    Request,
    Result,
    RocPoint,
)
from playground.demos.electra.pair import Corrupted, Pair, Text, judged, pair, read
from playground.messages import Complaint, Notice
from playground.models.loading import Loaded
from playground.paths import ASSETS

_POINTS = 101  # of the ROC curve that are kept, at even steps along it
_DRAWS = 200  # of the bootstrap

Judged = dict[int, tuple[Corrupted, Tensor]]
Setting = tuple[float, float]  # rate, temperature


@cache
def bundled() -> tuple[str, ...]:
    """The sentences of assets/tasks/replaced_tokens.txt, one a line, written for this project."""
    lines = (ASSETS / "tasks" / "replaced_tokens.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line.strip())


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress after each batch and each setting, then the Result. Raises Complaint as `pair` and `read` do, and for
    a text of fewer than two sentences."""
    written = sentences(request.text) if request.text else list(bundled())
    if len(written) < 2:
        raise Complaint("pg_err_elm_few", count=len(written))
    notices = []
    if len(written) > MAX_SENTENCES:
        notices.append(Notice(key="pg_elm_cut", values={"count": len(written), "limit": MAX_SENTENCES}))
        written = written[:MAX_SENTENCES]
    models = pair(request.generator_model, request.model, *written[:20])
    texts = [read(models.discriminator, one, models.max_length) for one in written]
    own = (request.rate, request.temperature)
    sweeps = [[(request.rate, temperature) for temperature in TEMPERATURES]]
    sweeps.append([(rate, request.temperature) for rate in RATES])
    settings = list(dict.fromkeys([own, *sweeps[0], *sweeps[1]]))
    result = Result(sentences=len(texts), done=0, notices=notices)
    total = len(texts) * len(settings)
    yield Progress(done=0, total=total, result=result)
    points: dict[Setting, Point] = {}
    for number, (rate, temperature) in enumerate(settings):
        found: Judged = {}
        for part in judged(models, texts, rate, temperature, request.seed):
            found |= part
            if number == 0:
                result = result.model_copy(update=_curves(models.discriminator, texts, found))
            yield Progress(done=number * len(texts) + len(found), total=total, result=result)
        points[rate, temperature] = point = _point((rate, temperature), *cases(texts, found))
        if number == 0:
            first = {"low": point.low, "high": point.high, "fooled": _fooled(models, found)}
            result = result.model_copy(update=first)
        done = [[points[setting] for setting in sweep if setting in points] for sweep in sweeps]
        result = result.model_copy(update={"by_temperature": done[0], "by_rate": done[1]})
        yield Progress(done=(number + 1) * len(texts), total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    """Load the models of a request, so that `run` finds them in the cache."""
    pair(request.generator_model, request.model, request.text[:2000])


def cases(texts: Sequence[Text], found: Judged) -> tuple[list[np.ndarray], list[np.ndarray], int]:
    """A sentence each: (n,) logits and (n,) bool replaced, special tokens left out; and how many were guessed."""
    scores, labels, guessed = [], [], 0
    for number in sorted(found):
        made, logits = found[number]
        real = texts[number].maskable
        scores.append(logits[real].numpy())
        labels.append((made.states == REPLACED)[real].numpy())
        guessed += int((made.states == GUESSED).sum())
    return scores, labels, guessed


def _point(setting: Setting, scores: list[np.ndarray], labels: list[np.ndarray], guessed: int) -> Point:
    rate, temperature = setting
    replaced = sum(int(label.sum()) for label in labels)
    area = auc(np.concatenate(scores), np.concatenate(labels))
    low, high = (math.nan, math.nan) if math.isnan(area) else interval(scores, labels)
    return Point(
        rate=rate,
        temperature=temperature,
        auc=_number(area),
        low=_number(low),
        high=_number(high),
        replaced=replaced,
        right=round(guessed / max(1, guessed + replaced), 4),
    )


def interval(scores: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> tuple[float, float]:
    """95% interval of the AUC; sentences are drawn, since the tokens of one hang together."""

    def area(cases: np.ndarray) -> float:
        return auc(np.concatenate([scores[case] for case in cases]), np.concatenate([labels[case] for case in cases]))

    return bootstrap(area, len(scores), draws=_DRAWS)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _curves(loaded: Loaded, texts: Sequence[Text], found: Judged) -> dict[str, object]:
    """The fields of the Result that the first pass fills; lists keep their lengths from one step to the next."""
    parts, marks, guessed = cases(texts, found)
    scores, labels = np.concatenate(parts), np.concatenate(marks)
    area = auc(scores, labels)
    chances = torch.from_numpy(scores).sigmoid().double().numpy()
    bins = calibration(chances, labels, BINS)
    return {
        "done": len(found),
        "tokens": len(scores),
        "replaced": int(labels.sum()),
        "guessed": guessed,
        "auc": _number(area),
        "error": round(bins.error, 4),
        "roc": [] if math.isnan(area) else _roc(chances, labels),
        "calibration": [
            _bin(int(of), int(ups), float(mean))
            for of, ups, mean in zip(bins.of, bins.positive, bins.mean, strict=True)
        ],
    }


def _roc(chances: np.ndarray, labels: np.ndarray) -> list[RocPoint]:
    curve = roc(chances, labels)
    kept = np.linspace(0, len(curve.hits) - 1, _POINTS).round().astype(int)
    return [
        RocPoint(
            false_alarms=round(float(curve.false_alarms[place]), 4),
            hits=round(float(curve.hits[place]), 4),
            threshold=round(min(1.0, float(curve.thresholds[place])), 4),
        )
        for place in kept
    ]


def _bin(of: int, ups: int, mean: float) -> Bin:
    if not of:
        return Bin(of=0)
    low, high = wilson(ups, of)
    return Bin(of=of, mean=round(mean, 4), share=round(ups / of, 4), low=round(low, 4), high=round(high, 4))


def _fooled(models: Pair, found: Judged) -> list[Fooled]:
    """The replaced tokens that were believed most, one of a sentence."""
    tokenizer = models.discriminator.tokenizer
    worst = []
    for made, logits in found.values():
        places = (made.states == REPLACED).nonzero().flatten().tolist()
        if places:
            place = min(places, key=lambda place: float(logits[place]))
            worst.append((float(logits[place].sigmoid()), place, made))
    fooled = []
    for probability, place, made in sorted(worst, key=lambda one: one[0])[:MAX_FOOLED]:
        before, after = (
            tokenizer.decode(part.tolist(), skip_special_tokens=True)
            for part in (made.filled[:place], made.filled[place + 1 :])
        )
        word, original = tokenizer.convert_ids_to_tokens([int(made.filled[place]), int(made.ids[place])])
        fooled.append(
            Fooled(before=before, word=word, after=after, original=original, probability=round(probability, 4))
        )
    return fooled
