"""A masked language model as a teacher: hidden words are its classes, and the students are masked language models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer, BertForMaskedLM

from playground.core.blanks import Blanks, hide
from playground.core.intervals import wilson
from playground.core.stepping import optimizer_of, update
from playground.core.student import Shape, Words, build
from playground.demos.distillation import ablation, compare, figures, pipeline, race
from playground.demos.distillation.ablation import pipeline as ablating
from playground.demos.distillation.compare import pipeline as comparing
from playground.demos.distillation.schema import Request, Result
from playground.demos.distillation.task import task_of, teachers
from playground.messages import Complaint, say
from playground.models import kept
from tests.unit import distilling, tiny

SENTENCES = [f"the {a} of {b} was {c} and {d}" for a in ("dog", "cat", "man") for b in ("paris", "france")
             for c in ("good", "great", "old") for d in ("new", "long", "young")]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with distilling.models(tmp_path_factory.mktemp("models")) as root:
        yield root


def _teacher() -> BertForMaskedLM:
    model = tiny.model(BertForMaskedLM, num_hidden_layers=4)
    assert isinstance(model, BertForMaskedLM)
    torch.nn.init.normal_(model.cls.predictions.decoder.bias)  # or a lost bias would not be seen
    return model


def _texts() -> tuple[Any, list[list[int]]]:
    tokenizer = tiny.tokenizer()
    return tokenizer, tokenizer(SENTENCES)["input_ids"]


def _padded(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    length = max(map(len, rows))
    ids = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    return ids, (torch.arange(length) < torch.tensor([len(row) for row in rows])[:, None]).long()


def test_one_whole_word_is_hidden_and_each_copy_hides_another() -> None:
    tokenizer = tiny.tokenizer()
    rows = tokenizer(["the dogs were good , no ?", "? ! 3", "cat"])["input_ids"]  # "dogs" is dog and ##s
    found = hide(rows, tokenizer, 9, seed=1)
    restored = []
    for row, word in zip(found.rows, found.words, strict=True):
        assert row.count(tokenizer.mask_token_id) == 1
        restored.append([word if token == tokenizer.mask_token_id else token for token in row])
    words = tokenizer.convert_ids_to_tokens(found.words)
    assert sorted(words) == ["cat", "good", "no", "the", "were"] and restored == [rows[0]] * 4 + [rows[2]]
    once = hide(rows, tokenizer, 1, seed=1)
    assert len(once.rows) == 2 and once == hide(rows, tokenizer, 1, seed=1)
    assert {tuple(hide(rows, tokenizer, 1, seed=seed).words) for seed in range(8)} != {tuple(once.words)}


def test_the_classifier_says_what_the_language_model_says_at_the_mask() -> None:
    tokenizer, rows = _texts()
    hidden = hide(rows, tokenizer, 1, seed=3)
    ids, mask = _padded(hidden.rows)
    teacher = _teacher()
    words = Words([*hidden.rows, hidden.words], tokenizer.all_special_ids, len(tiny.WORDS))
    with torch.no_grad():
        whole = teacher(input_ids=ids, attention_mask=mask).logits
        found = Blanks(teacher, tokenizer.mask_token_id, words.ids)(ids, mask).logits
    at = (ids == tokenizer.mask_token_id).int().argmax(1)
    torch.testing.assert_close(found, whole[range(len(at)), at][:, words.ids])


@pytest.mark.parametrize("picks", [[], [1, 2, 3, 4]])
def test_a_student_without_most_words_is_the_whole_one(picks: list[int]) -> None:
    """Before and after it has learned; with all layers of its teacher it begins as its teacher."""
    tokenizer, rows = _texts()
    hidden = hide(rows, tokenizer, 1, seed=3)
    ids, mask = _padded(hidden.rows)
    teacher, shape = _teacher(), Shape(4, 16, 2, 32)
    words = Words([*hidden.rows, hidden.words], tokenizer.all_special_ids, len(tiny.WORDS))
    student = build(teacher, shape, picks, words, seed=1, mask=tokenizer.mask_token_id)
    small, at = words.small(ids), (ids == tokenizer.mask_token_id).int().argmax(1)
    labels = words.number[hidden.words]

    def both() -> tuple[torch.Tensor, torch.Tensor]:
        student.model.eval()
        whole = student.whole()
        with torch.no_grad():
            said = student.classifier(small, mask).logits
            return said, whole(input_ids=ids, attention_mask=mask).logits[range(len(at)), at]

    said, whole = both()
    torch.testing.assert_close(said, whole[:, words.ids])
    assert student.copied == (student.tensors if picks else 0)
    if picks:
        torch.testing.assert_close(whole, teacher(input_ids=ids, attention_mask=mask).logits[range(len(at)), at])
    assert student.whole().num_parameters() == shape.parameters(len(tiny.WORDS), None, tiny.POSITIONS)
    assert student.whole().num_parameters() == teacher.num_parameters()

    optimizer = optimizer_of([student.model])
    counted = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    assert len(counted) == len({id(parameter) for parameter in counted})  # one matrix is embeddings and head
    losses = []
    for _ in range(30):
        loss = torch.nn.functional.cross_entropy(student.classifier(small, mask).logits, labels)
        update(optimizer, loss, 3e-3)
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] / 2
    said, whole = both()
    torch.testing.assert_close(said, whole[:, words.ids])
    untouched = [number for number in range(len(tiny.WORDS)) if number not in words.ids.tolist()]
    now = student.whole().get_input_embeddings().weight[untouched]
    assert torch.equal(now, student.first[0][untouched])


def _request(**more: Any) -> Request:
    values = {"model": "local/general", "steps": 10, "learning_rate": 3e-3}
    return distilling.request("\n".join(SENTENCES), **(values | more))


@pytest.fixture(scope="module")
def result(models: Path) -> Result:
    last = list(pipeline.run(_request(soft=5, hard=2, cosine=1, hidden=1)))[-1]
    assert isinstance(last, Result)
    return last


def test_a_run_teaches_words_and_keeps_a_masked_language_model(result: Result) -> None:
    assert result.material and result.teacher and result.student and result.control and result.control_random
    assert (result.material.task, result.material.names, result.material.unlabelled) == ("masked_lm", [], 0)
    assert result.material.labelled > len(SENTENCES) and result.material.test > 100
    assert {*result.history[0].terms} == {"soft", "hard", "cosine", "hidden"}
    assert {*result.control.history[0].terms} == {"hard"}
    folder = kept.folder(result.student_id)
    model = AutoModelForMaskedLM.from_pretrained(folder)
    assert isinstance(model, BertForMaskedLM) and model.num_parameters() == result.student.parameters
    assert model.config.vocab_size == len(tiny.WORDS)
    ids = AutoTokenizer.from_pretrained(folder)("the dog was [MASK]", return_tensors="pt")
    assert model(**ids).logits.shape[-1] == len(tiny.WORDS)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "fill-mask" in card and "hidden word" in card
    again = list(pipeline.run(_request(soft=5, hard=2, cosine=1, hidden=1)))[-1]
    assert isinstance(again, Result) and again.history == result.history


def test_words_of_one_sentence_are_not_independent(result: Result) -> None:
    """The interval is wider than that of as many sentences, and sentences without a word are counted."""
    here = race.Race(_request())
    texts = here.lessons.texts
    assert len(texts) == len(here.lessons.test) > len(set(texts))
    together = torch.tensor([text % 2 == 0 for text in texts])
    low, high = here.sure(together)
    narrow = wilson(int(together.sum()), len(together))
    assert high - low > 1.2 * (narrow[1] - narrow[0])
    more = race.Race(_request(unlabelled="\n".join([*SENTENCES, "? !", "3 3"])))
    assert more.lessons.wordless == here.lessons.wordless + 2
    [said] = [note.sentence("en") for note in pipeline._Live(more, more.request).result.notices]  # type: ignore[arg-type]
    assert said.startswith(f"{more.lessons.wordless} sentences have no word")


def test_a_student_equal_to_its_teacher_has_nothing_to_learn_from_it() -> None:
    request = _request(layers=4, start=[1, 2, 3, 4], layer_map=[1, 2, 3, 4], embedding=1, attention=1, hidden=1,
                       prediction=1, hard=0)  # fmt: skip
    arm = race.Race(request).distilled(race.recipe_of(request))
    _, terms = arm.step()
    assert len(terms) == 6 and all(abs(value) < 1e-4 for value in terms.values())


def test_the_general_stage_and_augmented_text_go_along() -> None:
    labelled = "\n".join(f"{'good' if number % 2 else 'bad'},{one}" for number, one in enumerate(SENTENCES))
    last = list(pipeline.run(_request(general=True, augment=True, controls=False, source="a.csv", labelled=labelled)))[
        -1
    ]
    assert isinstance(last, Result) and last.material
    assert {*last.history[0].terms} == {"embedding", "attention", "hidden"}  # the general stage comes first
    assert {*last.history[-1].terms} == {"soft", "hard", "cosine"}
    general = [point.step for point in last.history if "soft" not in point.terms]
    task = [point.step for point in last.history if "soft" in point.terms]
    drawn = figures.curves(last, "en")
    [boundary], [said] = drawn.layout.shapes, [note for note in drawn.layout.annotations if "Task" in note.text]
    assert general[-1] < boundary.x0 == boundary.x1 == said.x < task[0]
    [total] = [trace for trace in drawn.data if trace.name == say("pg_dis_total", "en")]
    gap = np.isnan(total.y)  # the sum of other terms: no line leads from one stage to the next
    assert gap.sum() == 1 and float(total.x[gap][0]) == boundary.x0 and list(total.x) == sorted(total.x)
    alone = figures.curves(last.model_copy(update={"history": last.history[len(general) :]}), "en")
    assert not alone.layout.shapes and not any(np.isnan(trace.y).any() for trace in alone.data)


def test_sets_of_terms_are_compared_on_words_too() -> None:
    request = ablation.DEMO.request(model="local/general", layers=2, sets=["labels", "soft"], steps=5, seeds=1, batch=8)
    last = list(ablating.run(request))[-1]
    assert {rank.terms for rank in last.ranks} == {"labels", "soft"}


def test_both_guess_the_same_hidden_word(result: Result) -> None:
    comparing._untrained.cache_clear()
    for student in ("", result.student_id):
        asked = compare.DEMO.request(
            text="The dog was [MASK].", model="local/general", student=student, layer=2, head=1
        )
        found = comparing.run(asked)
        assert 4 <= len(found.names) <= 8 and len(found.names) == len(found.teacher) == len(found.student)
        assert found.teacher[:4] == sorted(found.teacher[:4], reverse=True)
        assert all(0 <= share <= 1 for share in found.teacher + found.student)
        assert "[MASK]" in found.tokens
    without = comparing.run(asked.model_copy(update={"text": "the dog was good"}))
    [notice] = [notice for notice in without.notices if notice.key == "pg_dic_note_hidden"]
    assert notice.values["word"] in ("the", "dog", "was", "good") and without.tokens.count("[MASK]") == 1
    twice = comparing.run(asked.model_copy(update={"text": "The dog was [MASK] and [MASK]."}))
    once = comparing.run(asked)
    assert twice.names != once.names or twice.teacher != once.teacher
    [notice] = twice.notices
    assert (notice.key, notice.values) == ("pg_dic_note_first", {"blanks": 2}) and not once.notices
    with pytest.raises(Complaint, match="whole word"):
        comparing.run(asked.model_copy(update={"text": "? ! 3"}))


def test_which_teachers_there_are() -> None:
    offered = [model for _, model in teachers()]
    assert task_of("bert-mini") == "masked_lm" and task_of("bert-mini-sentiment") == "sequence_classification"
    assert {"bert-mini", "bert-mini-sentiment"} <= {*offered} and "electra-mini-generator" not in offered
    with pytest.raises(Complaint, match="BERT family"):
        task_of("electra-mini-generator")
