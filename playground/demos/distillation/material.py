"""The sentences of a run, as a teacher's tokenizer sees them: labelled, unlabelled, augmented, and held out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from transformers import PreTrainedTokenizerBase

from playground.core.blanks import hide
from playground.core.grammar import transfer
from playground.core.labelled import Labelled, lines, parse, sentiment
from playground.core.student import Words
from playground.core.teaching import Sentences
from playground.demos.distillation import augment
from playground.demos.distillation.schema import Material, Setting
from playground.demos.distillation.task import task_of
from playground.messages import Complaint
from playground.models import hub_sets
from playground.models.loading import Loaded

_LONGEST = 64  # tokens of a sentence that are read
_LEAST = 30  # sentences of a person's own file
_TEST = 500  # sentences that are held out at most
_COPIES, _TEST_SEED = 2, 20_260_101  # hidden words of a held-out sentence: the same ones in every run


@dataclass(frozen=True)
class Lessons:
    """train: labelled sentences first (`labelled` of them), then those without a label; test: held out, with the number
    of the text that each is of. A sentence with a hidden word has this word as its label. mask: the number of the mask
    token, None for a classifier. wordless: texts with no word that could be hidden."""

    train: Sentences
    labelled: int
    test: Sentences
    words: Words
    names: tuple[str, ...]
    extra: int  # augmented ones, the last of train
    texts: list[int]
    mask: int | None = None
    wordless: int = 0

    @property
    def groups(self) -> tuple[list[int], list[int]]:
        """Lengths of the labelled and of the other sentences."""
        return self.train.lengths[: self.labelled], self.train.lengths[self.labelled :]

    def shares(self, batch: int) -> tuple[int, int]:
        """How many labelled and how many other sentences a step has: half and half, where there are others."""
        return (batch, 0) if self.labelled == len(self.train) else (batch // 2, batch - batch // 2)

    def described(self) -> Material:
        return Material(
            labelled=self.labelled,
            unlabelled=len(self.train) - self.labelled - self.extra,
            augmented=self.extra,
            test=len(self.test),
            words=len(self.words),
            task="sequence_classification" if self.mask is None else "masked_lm",
            names=list(self.names),
            chance=round(int(self.test.labels.bincount().max()) / len(self.test), 4),
        )


def prepared(request: Setting) -> Iterator[None]:
    """What of `lessons` takes long, step by step; `lessons` then finds it done. Raises Complaint as it does."""
    yield
    if request.augment:
        for _ in augment.steps(parts(request.source, request.labelled)[0].sentences, request.seed):
            yield


def lessons(request: Setting, teacher: Loaded) -> Lessons:
    """Raises Complaint for a file that must be brought again, one that is too small, and labels that are not the
    teacher's."""
    train, test = parts(request.source, request.labelled)
    if task_of(request.model) == "masked_lm":
        return _with_hidden_words(request, teacher, train, test)
    names = _names(teacher)
    for name in train.names:
        if name.lower() not in names:
            raise Complaint("pg_err_dis_labels", label=name[:40], model=teacher.entry.id, names=", ".join(names))
    unlabelled = _unlabelled(request, test)
    more = augment.augmented(train.sentences, request.seed) if request.augment else ()
    rows, held = (_tokens(teacher, part) for part in ((*train.sentences, *unlabelled, *more), test.sentences))
    tokenizer = teacher.tokenizer
    places = [names.index(name.lower()) for name in train.names]
    without = [-100] * (len(unlabelled) + len(more))
    return Lessons(
        Sentences(rows, [*(places[label] for label in train.labels), *without], tokenizer.pad_token_id),
        len(train),
        Sentences(held, [places[label] for label in test.labels], tokenizer.pad_token_id),
        Words([*rows, *held], tokenizer.all_special_ids, teacher.model.get_input_embeddings().num_embeddings),
        tuple(names),
        len(more),
        list(range(len(held))),
    )


def _with_hidden_words(request: Setting, teacher: Loaded, train: Labelled, test: Labelled) -> Lessons:
    """All text serves, labels or not: what stands behind the mask is the label. Of each sentence to learn from one word
    is hidden, of each held-out one two in turn."""
    more = augment.augmented(train.sentences, request.seed) if request.augment else ()
    tokenizer = teacher.tokenizer
    sentences = (*train.sentences, *_unlabelled(request, test), *more)
    learned = hide(_tokens(teacher, sentences), tokenizer, 1, request.seed)
    held = hide(_tokens(teacher, test.sentences), tokenizer, _COPIES, _TEST_SEED)
    if len(learned.rows) < _LEAST or len(set(held.texts)) < 2:  # two, for an interval
        raise Complaint("pg_err_dis_few_words", size=len(learned.rows), least=_LEAST)
    vocabulary = teacher.model.get_input_embeddings().num_embeddings
    met = [*learned.rows, *held.rows, learned.words, held.words]
    words = Words(met, tokenizer.all_special_ids, vocabulary)
    padding = tokenizer.pad_token_id
    return Lessons(
        Sentences(learned.rows, words.number[learned.words].tolist(), padding),
        len(learned.rows),
        Sentences(held.rows, words.number[held.words].tolist(), padding),
        words,
        (),
        0,
        held.texts,
        tokenizer.mask_token_id,
        len(sentences) - len(learned.rows) + len(test) - len(set(held.texts)),
    )


def _unlabelled(request: Setting, test: Labelled) -> tuple[str, ...]:
    """Without what is held out."""
    if request.unlabelled_source and not request.unlabelled:
        raise Complaint("pg_err_dis_again", name=request.unlabelled_source)
    if not request.unlabelled:
        return transfer()
    held = set(test.sentences)
    return tuple(line for line in lines(request.unlabelled) if line not in held)


def parts(source: str, text: str) -> tuple[Labelled, Labelled]:
    """To learn from and held out: the project's two parts, those of a set of the Hub, or of a person's file a third
    of each label. Raises Complaint for a file that must be brought again or is too small, and a set that cannot be
    had."""
    if not text:
        if source in hub_sets.SETS:
            return hub_sets.fetch(source)
        if source:
            raise Complaint("pg_err_dis_again", name=source)
        return sentiment("train"), sentiment("test")
    data = parse(text)
    if len(data) < _LEAST:
        raise Complaint("pg_err_dis_few", size=len(data), least=_LEAST)
    held = _held_out(data)
    if not held:
        raise Complaint("pg_err_dis_few", size=len(data), least=_LEAST)
    texts = {data.sentences[number] for number in held}
    kept = [number for number in range(len(data)) if data.sentences[number] not in texts]
    return _some(data, kept), _some(data, held)


def _held_out(data: Labelled) -> list[int]:
    """A third of the sentences, and at most _TEST, drawn alike in every run: of each label its share, whatever the
    order of the file. What stands there twice counts once, and is either learned from or held out."""
    once = {text: number for number, text in reversed(list(enumerate(data.sentences)))}
    draws = np.random.default_rng(_TEST_SEED)
    share = min(1 / 3, _TEST / len(once))
    held: list[int] = []
    for label in range(len(data.names)):
        own = [number for number in sorted(once.values()) if data.labels[number] == label]
        held += draws.permutation(own)[: round(share * len(own))].tolist()
    return sorted(held)


def _some(data: Labelled, numbers: Sequence[int]) -> Labelled:
    return Labelled(
        tuple(data.sentences[number] for number in numbers),
        tuple(data.labels[number] for number in numbers),
        data.names,
    )


def _names(teacher: Loaded) -> list[str]:
    of = teacher.model.config
    return [str(of.id2label[number]).lower() for number in range(of.num_labels)]


def _tokens(teacher: Loaded, sentences: Sequence[str]) -> list[list[int]]:
    tokenizer: PreTrainedTokenizerBase = teacher.tokenizer
    rows: list[list[int]] = tokenizer(
        list(sentences), truncation=True, max_length=min(_LONGEST, teacher.max_length), verbose=False
    )["input_ids"]
    return rows
