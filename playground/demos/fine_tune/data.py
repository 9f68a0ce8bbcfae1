"""The labelled sentences of a run: the project's own, a set of the Hub, or what a person brought."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.core import tuning
from playground.core.labelled import Labelled, parse, sentiment
from playground.core.scripts import mostly_korean
from playground.messages import Complaint
from playground.models import catalogue, hub_sets

LEAST, LEAST_EACH = 16, 4  # sentences in all, and of each label
JUDGED = 120  # held-out sentences that a run is judged by
_HELD_OUT = 4  # one of so many, of sentences that come without a test part
_SPLIT_SEED = 20_260_101


@dataclass(frozen=True)
class Data:
    """train, test: places of the sentences to learn from and of the held-out ones."""

    sentences: tuple[str, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]
    train: list[int]
    test: list[int]

    def drawn(self, seed: int, size: int) -> list[int]:
        """The first `size` training sentences of a seed; more labels are the same ones and more."""
        order = tuning.sample([self.labels[place] for place in self.train], seed)
        return [self.train[place] for place in order[:size]]

    def judged(self, seed: int, most: int = JUDGED) -> list[int]:
        """The held-out sentences of a seed, whatever is judged by them."""
        order = tuning.sample([self.labels[place] for place in self.test], seed)
        return [self.test[place] for place in order[:most]]


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
    counts = [found.labels.count(place) for place in range(len(found.names))]
    if len(found) < LEAST or min(counts) < LEAST_EACH:
        rarest = found.names[counts.index(min(counts))]
        raise Complaint(
            "pg_err_ft_few", rows=len(found), rarest=rarest[:40], count=min(counts), least=LEAST, each=LEAST_EACH
        )
    order = tuning.sample(found.labels, _SPLIT_SEED)
    held = max(len(found.names), len(found) // _HELD_OUT)
    return Data(found.sentences, found.labels, found.names, sorted(order[held:]), sorted(order[:held]))


def _joined(train: Labelled, test: Labelled) -> Data:
    first = len(train)
    places = list(range(first + len(test)))
    return Data(
        train.sentences + test.sentences, train.labels + test.labels, train.names, places[:first], places[first:]
    )


def readable_by(model: str, sentences: Sequence[str]) -> None:
    """Raises Complaint when the model does not read the sentences' language."""
    entry = catalogue.find(model)
    if "ko" not in entry.languages and mostly_korean(" ".join(sentences[:200])):
        raise Complaint("pg_err_korean", model=model, reader=catalogue.reader_of("ko", "masked_lm"))
