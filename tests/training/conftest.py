"""A small corpus, written to the files that the recipes read."""

import io
import json
import lzma
import random
import tarfile
from pathlib import Path

import pytest
from transformers import BertForPreTraining, BertModel

from playground.training import bert_mini
from playground.training.recipe import Places
from tests.unit import tiny
from tests.unit.conftest import one_thread as one_thread

_SUBJECTS = ("the dog", "the cat", "a man", "the old man", "a woman", "the people")
_VERBS = ("went to", "came from", "has seen", "made", "took", "used")
_PLACES = ("the river", "the bank", "paris", "france", "the capital", "the world")


def sentence(rng: random.Random) -> str:
    subject, verb, place = rng.choice(_SUBJECTS), rng.choice(_VERBS), rng.choice(_PLACES)
    return f"{subject} {verb} {place} and it was good for the people.".capitalize()


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def articles(count: int, seed: int) -> list[str]:
    """`count` articles of a title, two paragraphs of three sentences, and a blank line."""
    rng = random.Random(seed)
    lines = []
    for number in range(count):
        paragraphs = [" ".join(sentence(rng) for _ in range(3)) for _ in range(2)]
        lines += [f"= Article {number} =", *paragraphs, ""]
    return lines


def squad_file(path: Path, titles: list[str], seed: int, unanswerable: bool) -> None:
    """A SQuAD-format file: each title with four paragraphs of three questions."""
    rng = random.Random(seed)
    articles = []
    for title in titles:
        paragraphs = []
        for _ in range(4):
            said = [(rng.choice(_SUBJECTS), rng.choice(_VERBS), rng.choice(_PLACES)) for _ in range(3)]
            context = " ".join(f"{s.capitalize()} {v} {p}." for s, v, p in said)
            asked = []
            for number, (subject, verb, place) in enumerate(said):
                none = unanswerable and number == 2
                start = context.find(f"{subject.capitalize()} {verb} {place}.") + len(f"{subject} {verb} ")
                asked.append(
                    {
                        "id": f"{title}{len(paragraphs)}{number}{path.name if none else ''}",
                        "question": f"what of the {'year' if none else subject} that {verb}?",
                        "answers": [] if none else [{"text": place, "answer_start": start}],
                        "is_impossible": none,
                    }
                )
            paragraphs.append({"context": context, "qas": asked})
        articles.append({"title": title, "paragraphs": paragraphs})
    write(path, [json.dumps({"data": articles})])


def question_files(folder: Path) -> None:
    for version in ("v1.1", "v2.0"):
        squad_file(folder / "squad" / f"train-{version}.json.xz", ["Warsaw", "A", "B"], 1, version == "v2.0")
        squad_file(folder / "squad" / f"dev-{version}.json.xz", ["C"], 2, version == "v2.0")
    for number, name in enumerate(("new_wiki", "reddit", "amazon_reviews")):
        squad_file(folder / "squadshifts" / f"{name}.json.xz", [name], 3 + number, False)
    squad_file(folder / "subjqa" / "train.squad.json.xz", ["D"], 7, True)
    rng = random.Random(8)
    sentences, rows = [], []
    for number in range(20):
        subject, verb, place = rng.choice(_SUBJECTS), rng.choice(_VERBS), rng.choice(_PLACES)
        words = f"{subject} {verb} {place} .".split()
        places = " ".join(str(i) for i in range(len(words) - 1 - len(place.split()), len(words) - 1))
        sentences.append(f"s{number}\t{' '.join(words)}")
        rows.append(f"s{number}\t1\t1\t0\t1\twhat of {subject} ?\t{places}\t1:0\t2:0")
    write(folder / "qamr" / "sentences.tsv.xz", sentences)
    write(folder / "qamr" / "dev.tsv.xz", rows[:10])
    write(folder / "qamr" / "test.tsv.xz", rows[10:])


def sentiment_files(folder: Path) -> None:
    rng = random.Random(9)

    def rows(count: int) -> list[tuple[str, int]]:
        labels = [number % 2 for number in range(count)]
        return [(f"{rng.choice(_SUBJECTS)} was {('down', 'good')[label]} for the people", label) for label in labels]

    for part, count in (("train", 64), ("dev", 32)):
        lines = [f"{text} \t{label}" for text, label in rows(count)]
        write(folder / "glue" / "SST-2" / f"{part}.tsv.xz", ["sentence\tlabel", *lines])
    for part in ("train", "test"):
        lines = [f"x_{n}\t{label}\t{1 + 8 * label}\t{text}<br />{text}." for n, (text, label) in enumerate(rows(32))]
        write(folder / "imdb" / f"{part}.tsv.xz", ["id\tlabel\trating\ttext", *lines])


def task_files(folder: Path) -> None:
    """Tasks in an archive, as icl_tasks has them: two to train on, one held out with few labels, one with many."""
    tasks = {
        "antonym": [{"input": word, "output": f"no {word}"} for word in tiny.WORDS[80:130]],
        "singular-plural": [{"input": word, "output": f"{word}s"} for word in tiny.WORDS[80:130]],
        "sentiment": [
            {"input": f"{w} film", "output": ("negative", "positive")[n % 2]} for n, w in enumerate("abcdef")
        ],
        "choose_last_of_3": [{"input": f"{a}, dog, {b}", "output": b} for a in ("cat", "man") for b in ("oak", "tin")],
    }
    (folder / "icl_tasks").mkdir()
    with tarfile.open(folder / "icl_tasks" / "icl_tasks.tar.xz", "w:xz") as archive:
        for name, rows in tasks.items():
            data = json.dumps(rows).encode()
            info = tarfile.TarInfo(f"{name}.json")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.fixture(scope="session")
def small_corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 lines of running text, and a few questions and labelled sentences, in the layout that the recipes read."""
    folder = tmp_path_factory.mktemp("corpora")
    write(folder / "wikipedia_en" / "en_AA.txt.xz", articles(15, 1))
    write(folder / "wikipedia_en" / "en_AB.txt.xz", articles(15, 2))
    write(folder / "wikipedia_en" / "dev.txt.xz", articles(10, 3))
    write(folder / "books" / "books.txt.xz", articles(5, 4))
    rng = random.Random(5)
    write(folder / "imdb" / "unsup.txt.xz", [f"{sentence(rng)}<br /><br />{sentence(rng)}" for _ in range(20)])
    question_files(folder)
    sentiment_files(folder)
    task_files(folder)
    return folder


POSITIONS = 400  # more than a window of a passage has


@pytest.fixture
def small_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An encoder without heads, as the real base is, but of a few thousand parameters."""
    encoder = tiny.model(BertModel, max_position_embeddings=POSITIONS, initializer_range=0.05)
    folder = tiny.save(tmp_path / "base", encoder)
    tiny.tokenizer(POSITIONS).save_pretrained(folder)
    monkeypatch.setattr(bert_mini, "base_folder", lambda: folder)
    return folder


@pytest.fixture
def places(tmp_path: Path, small_base: Path, small_corpora: Path) -> Places:
    """Small corpora, a small bert-mini to start from, and room for what comes out."""
    model = tiny.model(BertForPreTraining, max_position_embeddings=POSITIONS, initializer_range=0.05)
    tiny.save(tmp_path / "models" / "bert-mini", model)
    tiny.tokenizer(POSITIONS).save_pretrained(tmp_path / "models" / "bert-mini")
    return Places(small_corpora, tmp_path / "models", tmp_path / "state")
