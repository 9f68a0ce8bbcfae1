"""The sentences of a fine-tuning run: what is learned from, what is held out, and what cannot be used."""

from collections import Counter
from pathlib import Path

import pytest

from playground.core.labelled import Labelled, sentiment
from playground.demos.fine_tune import pipeline, ready
from playground.demos.fine_tune.data import JUDGED, labelled
from playground.demos.fine_tune.schema import SIZES, Request, Result
from playground.messages import Complaint
from playground.models import hub_sets
from playground.models.tunable import encoder
from tests.unit import tiny
from tests.unit.test_fine_tune import THINGS, _file, _run


@pytest.fixture
def bert(models_folder: Path) -> str:
    tiny.save(models_folder / "bert")
    return "local/bert"


def test_the_projects_sentences_are_split_and_balanced() -> None:
    data = labelled("", "")
    assert len(data.train) == len(sentiment("train")) and len(data.test) == len(sentiment("test"))
    assert not {data.sentences[row] for row in data.train} & {data.sentences[row] for row in data.test}
    for size in SIZES:
        chosen = data.drawn(3, size)
        assert len(set(chosen)) == size and set(chosen) <= set(data.train)
        assert sum(data.labels[row] for row in chosen) == size // 2
        assert chosen == data.drawn(3, 2 * size)[:size] != data.drawn(4, size)
    assert len(data.judged(1)) == JUDGED and set(data.judged(1)) <= set(data.test)


def test_a_file_of_ones_own_is_split_without_a_rest() -> None:
    data = labelled("x.csv", _file())
    assert data.names == ("bad", "good") and len(data.test) == 14
    assert sorted(data.train + data.test) == list(range(60))
    assert data == labelled("x.csv", _file()) and not data.notices


@pytest.mark.parametrize("backwards", [False, True])
def test_a_quarter_of_each_label_is_held_out_the_rare_ones_too(backwards: bool) -> None:
    rows = [
        f"{label},{label} sentence {n}" for label, count in (("a", 80), ("b", 41), ("rare", 4)) for n in range(count)
    ]
    data = labelled("x.csv", "\n".join(rows[::-1] if backwards else rows))
    for part, counts in ((data.train, (60, 31, 3)), (data.test, (20, 10, 1))):
        assert tuple(Counter(data.labels[row] for row in part)[label] for label in range(3)) == counts
    assert not set(data.train) & set(data.test)


def test_what_stands_twice_is_used_once_and_counted() -> None:
    lines = _file().splitlines()
    data = labelled("x.csv", "\n".join([*lines, lines[3].upper().replace("GOOD,", "good,"), *lines[5:9], lines[7]]))
    assert len(data.train) + len(data.test) == 60 and data.twice == 6
    used = [" ".join(data.sentences[row].lower().split()) for row in (*data.train, *data.test)]
    assert len(set(used)) == 60
    assert "6 sentences" in data.notices[0].sentence("en") and "6" in data.notices[0].sentence("ko")


def test_a_set_of_the_hub_learns_nothing_that_it_is_judged_by(monkeypatch: pytest.MonkeyPatch) -> None:
    train = Labelled((*(f"film {n}" for n in range(30)), "Film 3"), (0, 1) * 15 + (1,), ("negative", "positive"))
    test = Labelled(("film 1", "other 1", "film  2", "other 2"), (0, 1, 0, 1), ("negative", "positive"))
    monkeypatch.setattr(hub_sets, "fetch", lambda name: (train, test))
    data = labelled("SST-2", "")
    assert len(data.test) == 4 and len(data.train) == 28 and data.twice == 3
    learned = {data.sentences[row].casefold() for row in data.train}
    assert learned == {f"film {n}" for n in range(30) if n not in (1, 2)}
    for row in (*data.train, *data.test):
        own = data.sentences[row]
        part = test if row in data.test else train
        assert data.labels[row] == part.labels[part.sentences.index(own)]


def test_guessing_is_counted_over_the_sentences_that_judge() -> None:
    """The project's are half and half; a file's rare label is judged by all that it has, the other by what is left."""
    text = "\n".join(f"{'rare' if n % 10 == 0 else 'often'},sentence {n}" for n in range(1000))
    data = labelled("x.csv", text)
    judged = data.judged(1)
    counts = Counter(data.labels[row] for row in judged)
    assert counts == {0: 95, 1: 25} and data.chance(judged) == pytest.approx(95 / 120, abs=1e-4)
    assert data.chance(data.test) == 0.9


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("good,a\nbad,b\ngood,c", "the file has 3 sentences"),
        ("\n".join(f"good,sentence {n}" for n in range(30)), "at least two different labels"),
        ("\n".join(f"{'good' if n % 2 else 'bad'},sentence {n}" for n in range(10_001)), "10,001 sentences"),
        ("\n".join(f"good,sentence {n},{n}" for n in range(30)), "3 columns"),
        ("\n".join("good,fine" for _ in range(30)) + "\nbad,poor", "“bad” 1 of them"),
        ("label,sentence", "no sentence"),
        ("\n".join(f"{'good' if n % 2 else 'bad'},the same" for n in range(40)), "the file has 1 sentences"),
    ],
    ids=["three", "one class", "too many", "columns", "rare", "nothing", "all the same"],
)
def test_what_cannot_be_learned_from_is_one_sentence(bert: str, data: str, said: str) -> None:
    with pytest.raises(Complaint, match=said) as caught:
        _run(bert, data=data)
    for language in ("en", "ko"):
        assert len(caught.value.sentence(language)) < 260 and "\n" not in caught.value.sentence(language)


def test_a_file_that_is_gone_and_korean_in_an_english_model_are_one_sentence(bert: str) -> None:
    with pytest.raises(Complaint, match=r"x\.csv is no longer here"):
        _run(bert, data="")
    korean = "\n".join(f"{'좋음' if n % 2 else '나쁨'},이 영화는 정말 {n}번 봐도 재미있어요" for n in range(30))
    with pytest.raises(Complaint, match="klue/bert-base"):
        list(pipeline.run(Request(model="bert-mini", source="x.csv", data=korean)))


def test_a_model_that_cannot_be_trained_here_is_one_sentence(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "available_bytes", lambda: 10_000)
    with pytest.raises(Complaint, match=r"local/bert would take about 0\.\d GB of memory beside itself, and 0\.0 GB"):
        _run(bert)
    monkeypatch.setattr(ready, "available_bytes", lambda: 10**9)
    monkeypatch.setattr(type(encoder(bert).tokenizer), "pad_token_id", None, raising=False)
    with pytest.raises(Complaint, match="local/bert has no padding token"):
        _run(bert)


def test_memory_is_asked_for_what_torch_takes(bert: str) -> None:
    """The weights of a classifier, and Adam's moments after a step: not less than is there, and not much more."""
    data = labelled("x.csv", _file())
    made = ready.classifier(bert, data)
    weights = sum(weight.numel() for weight in made.model.base_model.parameters())
    frozen, trained = (ready._bytes(made.loaded, made.texts, 1, 0, trained) for trained in (False, True))
    assert frozen == pytest.approx(2 * 4 * weights, rel=0.1)
    assert 6 * 4 * weights * 0.95 < trained
    more = ready._bytes(made.loaded, made.texts, 1, 100, True) - trained
    assert more == 100 * 3 * made.loaded.model.config.hidden_size * 4


def test_long_sentences_are_cut_and_counted(bert: str) -> None:
    long = "\n".join(
        f"{'good' if n % 2 else 'bad'},{'dog ' * (200 if n < 3 else 5)}{THINGS[n % 10]} no{' off' * (n // 10)}"
        for n in range(60)
    )
    last = _run(bert, data=long, methods=["frozen"], labels=[8], seeds=1)[-1]
    assert isinstance(last, Result) and [notice.key for notice in last.notices] == ["pg_note_ft_cut"]
    assert last.notices[0].values["count"] == 3
