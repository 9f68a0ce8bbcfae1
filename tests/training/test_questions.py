import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForQuestionAnswering

from playground.training.bert_mini_squad2 import MAX_LENGTH, loss, pack, tokens_of
from playground.training.corpora import CorpusError
from playground.training.questions import Question, Unanswerable, occurrences, qamr, running, squad
from playground.training.reading import Reading, best_threshold
from tests.training.conftest import write
from tests.unit import tiny


def _question(context: str, text: str, *answers: tuple[str, int], title: str = "A") -> Question:
    return Question("1", title, context, text, answers)


def test_penn_treebank_becomes_running_text() -> None:
    tokens = "For example , `` he '' -LRB- a 5 % man -RRB- did n't say it 's so ."
    text, places = running(tokens.split(" "))
    assert text == "For example, \"he\" (a 5% man) didn't say it's so."
    assert [text[a:b] for a, b in places][:6] == ["For", "example", ",", '"', "he", '"']


def test_qamr_answers_are_unbroken_runs(tmp_path: Path) -> None:
    write(tmp_path / "sentences.tsv.xz", ["s1\tThe dog , old , went to Paris ."])
    write(
        tmp_path / "dev.tsv.xz",
        ["s1\t1\t1\t0\t1\twhere?\t6 7\tx\ty", "s1\t1\t1\t0\t1\twho?\t1 3\tx\ty", "s1\t1\t1\t0\t1\twhat?\t3\tx\ty"],
    )
    found = qamr(tmp_path, ["dev.tsv.xz"])
    assert [(q.text, q.answers) for q in found] == [("where?", (("to Paris", 19),)), ("what?", (("old", 9),))]
    assert all(q.context[start:].startswith(text) for q in found for text, start in q.answers)


@pytest.mark.parametrize(
    "line", ["s1\t1", "s1\t1\t1\t0\t1\twho?\tx", "s9\t1\t1\t0\t1\twho?\t1", "s1\t1\t1\t0\t1\twho?\t"]
)
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    write(tmp_path / "sentences.tsv.xz", ["s1\tThe dog ."])
    write(tmp_path / "dev.tsv.xz", [line.replace(",", "\t")])
    with pytest.raises(CorpusError, match=r"dev\.tsv\.xz line 1"):
        qamr(tmp_path, ["dev.tsv.xz"])


@pytest.mark.parametrize("text", ["{", "[]", '{"data": 3}', '{"data": [{"paragraphs": [{"context": "x"}]}]}'])
def test_what_is_not_squad_is_one_sentence(tmp_path: Path, text: str) -> None:
    write(tmp_path / "x.json.xz", [text])
    with pytest.raises(CorpusError, match="SQuAD's format") as caught:
        squad(tmp_path / "x.json.xz")
    assert "\n" not in str(caught.value)


def test_every_occurrence_of_an_answer_counts_unless_there_are_many() -> None:
    context = "Ann met Bob. Bob left Annex. Ann cried."
    assert occurrences(_question(context, "who?", ("Ann", 0))).answers == (("Ann", 0), ("Ann", 29))
    assert occurrences(_question("x " * 20, "who?", ("x", 4))).answers == (("x", 4),)
    assert occurrences(_question(context, "who?", ("nne", 23))).answers == (("nne", 23),)  # inside a word only


def test_a_question_made_unanswerable_has_no_answer_in_its_paragraph() -> None:
    contexts = [
        "In 1066 William took England.",
        "In 1415 Henry fought at Agincourt near Calais.",
        "England lost William.",
    ]
    asked = _question(contexts[0], "In what year did William take England?", ("1066", 3))
    others = [_question(context, "?", (context[:2], 0)) for context in contexts[1:]]
    spoiler, rng = Unanswerable([asked, *others]), np.random.default_rng(1)
    moved = [spoiler.moved(asked, rng) for _ in range(20)]
    assert {q.context for q in moved if q} <= set(contexts[1:]) and any(moved)
    swapped = {q.text for q in (spoiler.swapped(asked, rng) for _ in range(60)) if q}
    assert swapped  # a name of the article that this paragraph lacks stands for one of the question's
    for text in swapped:
        assert "Agincourt" in text or "Calais" in text or "Henry" in text
        assert ("William" in text) != ("England" in text)
    alone = Unanswerable([asked])
    assert alone.moved(asked, rng) is None and alone.swapped(asked, rng) is None


def test_packing_marks_the_answers_tokens() -> None:
    tokenizer = tiny.tokenizer(400)
    context = "the dog went to Paris, and the cat came from France."
    questions = [
        _question(context, "where?", ("Paris", 16), ("to Paris", 13), ("Paris", 16)),
        _question(context, "why?"),
    ]
    batch = pack(questions, tokenizer, np.random.default_rng(1))
    golds = [[span for span in row if span[0] >= 0] for row in batch["golds"].tolist()]
    assert golds[1] == [[0, 0]] and len(golds[0]) == 2
    words = [tokenizer.decode(batch["input_ids"][0][s : e + 1]) for s, e in golds[0]]
    assert words == ["paris", "to paris"]
    assert bool(batch["legal"][0, golds[0][0][0]]) and not bool(batch["legal"][0, :3].any())


def test_a_long_passage_is_cut_to_a_part_that_holds_an_answer() -> None:
    tokenizer, rng = tiny.tokenizer(4000), np.random.default_rng(2)
    before, after = "the dog came. " * 90, " the cat went." * 90
    long = _question(f"{before}it was paris.{after}", "what was it?", ("paris", len(before) + 7))
    starts = set()
    for _ in range(30):
        batch = pack([long], tokenizer, rng)
        assert batch["input_ids"].shape[1] == MAX_LENGTH
        [[start, end]] = batch["golds"][0].tolist()
        assert tokenizer.decode(batch["input_ids"][0, start : end + 1]) == "paris"
        starts.add(start)
    assert len(starts) > 10


def test_the_loss_is_minus_the_log_of_all_golds_together() -> None:
    """Against probabilities added up one by one."""
    tokenizer = tiny.tokenizer(400)
    model = tiny.model(BertForQuestionAnswering, max_position_embeddings=400)
    context = "the dog went to Paris, and the cat came from France."
    questions = [_question(context, "where?", ("Paris", 16), ("France", 45)), _question(context, "why?")]
    batch = pack(questions, tokenizer, np.random.default_rng(1))
    with torch.no_grad():
        ours, parts = loss(model, batch)
        keys = ("input_ids", "token_type_ids", "attention_mask")
        out = model(**{key: batch[key] for key in keys})
    expected = []
    for row in range(2):
        allowed = [0, *batch["legal"][row].nonzero().flatten().tolist()]
        start, end = (logits[row, allowed].softmax(0) for logits in (out.start_logits, out.end_logits))
        golds = [span for span in batch["golds"][row].tolist() if span[0] >= 0]
        total = sum(float(start[allowed.index(s)] * end[allowed.index(e)]) for s, e in golds)
        expected.append(-torch.tensor(total).log().item())
    assert float(ours) == pytest.approx(sum(expected) / 2, rel=1e-4)
    assert [float(parts["answerable"]), float(parts["none"])] == pytest.approx(expected, rel=1e-4)


def test_tokens_of_a_place_between_tokens() -> None:
    assert tokens_of([(0, 3), (4, 7)], "b", 5) == (1, 1)
    assert tokens_of([(0, 3), (4, 7)], " ", 3) is None


def test_the_threshold_is_the_best_of_all() -> None:
    rng = np.random.default_rng(4)
    readings = [
        Reading(_question("paris x", "?", *([("paris", 0)] if rng.random() < 0.5 else [])), "paris", float(difference))
        for difference in rng.normal(size=60)
    ]

    def score(threshold: float) -> int:
        return sum((r.decided(threshold) == "paris") == bool(r.golds) for r in readings)

    found = best_threshold(readings)
    candidates = [r.difference for r in readings] + [-9.0, 9.0]
    assert score(found) == max(score(candidate) for candidate in candidates)
    assert json.dumps(found)
