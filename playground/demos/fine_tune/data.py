"""The labelled sentences of a run: the project's own, a set of the Hub, or what a person brought."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from playground.core import tuning
from playground.core.labelled import Labelled, parse, sentiment
from playground.core.scripts import mostly_korean
from playground.messages import Complaint, Notice
from playground.models import catalogue, hub_sets

LEAST, LEAST_EACH = 16, 4  # sentences in all, and of each label
JUDGED = 120  # held-out sentences that a run is judged by
_HELD_OUT = 4  # one of so many, of sentences that come without a test part
_SPLIT_SEED = 20_260_101


@dataclass(frozen=True)
class Data:
    """train, test: places of the sentences to learn from and of the held-out ones. twice: sentences that were left out,
    since they stood there already."""

    sentences: tuple[str, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]
    train: list[int]
    test: list[int]
    twice: int = 0

    def drawn(self, seed: int, size: int) -> list[int]:
        """The first `size` training sentences of a seed; more labels are the same ones and more."""
        return self._sampled(self.train, seed, size)

    def judged(self, seed: int, most: int = JUDGED) -> list[int]:
        """The held-out sentences of a seed, whatever is judged by them: the labels as evenly as they are there."""
        return self._sampled(self.test, seed, most)

    def truth(self, rows: Sequence[int]) -> torch.Tensor:
        """(N,) labels of these rows, int64."""
        return torch.tensor([self.labels[row] for row in rows])

    def chance(self, judged: Sequence[int]) -> float:
        """The share of the most frequent label among the rows that are judged: what one answer for all gets."""
        return round(max(Counter(self.labels[row] for row in judged).values()) / len(judged), 4)

    @property
    def notices(self) -> list[Notice]:
        return [Notice(key="pg_note_ft_twice", values={"count": self.twice})] if self.twice else []

    def _sampled(self, places: Sequence[int], seed: int, size: int) -> list[int]:
        order = tuning.sample([self.labels[place] for place in places], seed)
        return [places[place] for place in order[:size]]


def labelled(source: str, data: str) -> Data:
    """The sentences of a request. Raises Complaint for what cannot be read or fetched, or is too little to learn
    from."""
    if not data:
        if source in hub_sets.SETS:
            return _joined(*hub_sets.fetch(source))
        if source:
            raise Complaint("pg_err_ft_again", name=source)
        return _joined(sentiment("train"), sentiment("test"))
    found = parse(data)
    places = _once(found.sentences)
    counts = [sum(found.labels[place] == label for place in places) for label in range(len(found.names))]
    if len(places) < LEAST or min(counts) < LEAST_EACH:
        rarest = found.names[counts.index(min(counts))]
        raise Complaint(
            "pg_err_ft_few", rows=len(places), rarest=rarest[:40], count=min(counts), least=LEAST, each=LEAST_EACH
        )
    held = _held_out(found.labels, places)
    train = [place for place in places if place not in held]
    return Data(found.sentences, found.labels, found.names, train, sorted(held), len(found) - len(places))


def _held_out(labels: Sequence[int], places: Sequence[int]) -> set[int]:
    """A quarter of each label's sentences, one at least, alike in every run whatever the order of the file."""
    draws = torch.Generator().manual_seed(_SPLIT_SEED)
    held: set[int] = set()
    for label in sorted(set(labels)):
        own = [place for place in places if labels[place] == label]
        order = torch.randperm(len(own), generator=draws).tolist()
        held.update(own[place] for place in order[: max(1, len(own) // _HELD_OUT)])
    return held


def _joined(train: Labelled, test: Labelled) -> Data:
    """What is held out is not learned from, whatever the parts say."""
    sentences = (*test.sentences, *train.sentences)
    places = _once(sentences)
    first = len(test)
    return Data(
        sentences,
        (*test.labels, *train.labels),
        train.names,
        [place for place in places if place >= first],
        [place for place in places if place < first],
        len(sentences) - len(places),
    )


def _once(sentences: Sequence[str]) -> list[int]:
    """The place of each sentence where it first stands; letters' case and white space make no other sentence."""
    first: dict[str, int] = {}
    for place, sentence in enumerate(sentences):
        first.setdefault(" ".join(sentence.casefold().split()), place)
    return list(first.values())


def readable_by(model: str, sentences: Sequence[str]) -> None:
    """Raises Complaint when the model does not read the language that most of the first 200 sentences are in."""
    entry = catalogue.find(model)
    if "ko" not in entry.languages and mostly_korean(" ".join(sentences[:200])):
        raise Complaint("pg_err_korean", model=model, reader=catalogue.reader_of("ko", "masked_lm"))
