"""One run of one classifier: begun anew, trained some steps, judged by sentences that it has not seen."""

from collections.abc import Iterator, Sequence

from playground.core import tuning
from playground.demos.fine_tune.data import Data
from playground.models.device import TURNS
from playground.models.tunable import Tunable


def learn(
    tunable: Tunable, data: Data, chosen: Sequence[int], settings: tuning.Settings, seed: int, random: bool = False
) -> Iterator[tuple[float, int]]:
    """The loss of each step and the tokens that it read, each step at its turn behind quick requests. random: begin
    with nothing of the checkpoint. Raises Diverged where the loss is no number any more."""
    tunable.begin(seed, random=random)
    texts = tunable.texts
    return tuning.fit(
        tunable.model,
        tunable.new,
        [texts.rows[row] for row in chosen],
        [data.labels[row] for row in chosen],
        settings,
        seed,
        texts.pad_id,
        TURNS.step,
    )


def judge(tunable: Tunable, data: Data, judged: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(sentences read, right ones among them), batch by batch. Raises Diverged where a logit is no number."""
    for rows, logits in tunable.logits(judged):
        yield len(rows), int((logits.argmax(1) == data.truth(rows)).sum())


def accuracy(tunable: Tunable, data: Data, judged: Sequence[int]) -> float:
    """The share of the judged sentences that the classifier is right about. Raises Diverged as `judge` does."""
    return sum(right for _, right in judge(tunable, data, judged)) / len(judged)
