"""What the scores of a race say together: curves with bands, differences, and the labels that are needed."""

from collections.abc import Sequence
from statistics import fmean, median

from playground.core.seeds import band, crossing
from playground.demos.fine_tune.race import Score
from playground.demos.fine_tune.schema import Curve, Gain, Needed
from playground.messages import Notice


def measured(scores: Sequence[Score], over: str, ways: int, sizes: int, bar: float) -> dict[str, object]:
    """The fields of a Result that the scores so far fill."""
    return {
        "curves": curves(scores),
        "seeds": complete_seeds(scores, ways, sizes),
        "gains": gains(scores, over),
        "needed": needed(scores, bar, sizes),
    }


def curves(scores: Sequence[Score]) -> list[Curve]:
    """One for each way and number of labels, in the order in which they were first seen."""
    groups: dict[tuple[str, int], list[Score]] = {}
    for score in scores:
        groups.setdefault((score.way, score.labels), []).append(score)
    found = []
    for (way, labels), own in groups.items():
        there = [round(one.accuracy, 4) for one in own if one.accuracy is not None]
        losses = [one.loss for one in own if one.loss is not None]
        mean, low, high = band(there) if there else (None, None, None)
        found.append(
            Curve(
                method=way,
                labels=labels,
                accuracy=None if mean is None else round(mean, 4),
                low=None if low is None else round(max(0.0, low), 4),
                high=None if high is None else round(min(1.0, high), 4),
                values=there,
                diverged=len(own) - len(there),
                loss=round(fmean(losses), 4) if losses else None,
            )
        )
    return found


def gains(scores: Sequence[Score], over: str) -> list[Gain]:
    """Each other way less `over`, paired by seed; seeds in which one of both diverged are left out."""
    by = {(one.way, one.labels, one.seed): one.accuracy for one in scores if one.accuracy is not None}
    seeds = sorted({score.seed for score in scores})
    found = []
    for way, labels in dict.fromkeys((score.way, score.labels) for score in scores if score.way != over):
        pairs = [((way, labels, seed), (over, labels, seed)) for seed in seeds]
        differences = [by[one] - by[other] for one, other in pairs if one in by and other in by]
        if differences:
            mean, low, high = (None if value is None else round(value, 4) for value in band(differences))
            assert mean is not None
            found.append(Gain(method=way, over=over, labels=labels, gain=mean, low=low, high=high))
    return found


def needed(scores: Sequence[Score], bar: float, sizes: int) -> list[Needed]:
    """The labels with which each way first reaches the bar, seed by seed: the median, where most seeds reach it. sizes:
    how many numbers of labels are tried; a seed that has not done them all does not count."""
    answers = []
    for way in dict.fromkeys(score.way for score in scores):
        own = [score for score in scores if score.way == way]
        found: list[float] = []
        tried = 0
        for seed in sorted({score.seed for score in own}):
            line = sorted((one.labels, one.accuracy) for one in own if one.seed == seed and one.accuracy is not None)
            if len(line) < sizes:  # it is not done yet, or has diverged somewhere
                continue
            tried += 1
            labels = crossing([size for size, _ in line], [value for _, value in line], bar)
            found.append(float("inf") if labels is None else labels)
        there = [round(labels, 1) for labels in found if labels != float("inf")]
        middle = median(found) if found else float("inf")
        answers.append(
            Needed(
                method=way,
                labels=None if middle == float("inf") else round(middle, 1),
                least=min(there, default=None),
                most=max(there, default=None),
                reached=len(there),
                seeds=tried,
            )
        )
    return answers


def complete_seeds(scores: Sequence[Score], ways: int, sizes: int) -> int:
    """Seeds that all ways have done at all numbers of labels."""
    seeds = [score.seed for score in scores]
    return sum(seeds.count(seed) == ways * sizes for seed in set(seeds))


def diverged(scores: Sequence[Score]) -> list[Notice]:
    """How many runs came to nothing, where any did."""
    count = sum(score.accuracy is None for score in scores)
    return [Notice(key="pg_note_ft_diverged", values={"count": count, "runs": len(scores)})] if count else []
