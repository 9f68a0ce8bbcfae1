"""What holds for every recipe: it learns on a small corpus, resumes, is measured, and says what it lacks."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from playground.models.loading import HEADS
from playground.training import __main__ as command
from playground.training import (
    albert_mini,
    bert_mini,
    bert_mini_sentiment,
    bert_mini_squad2,
    electra_mini,
    export,
    gpt_mini,
    loop,
)
from playground.training.corpora import CorpusError
from playground.training.recipe import Places, Trained
from playground.training.texts import Sizes

CPU = torch.device("cpu")
TEXT = Sizes(wikipedia=20_000, books=20_000, reviews=20_000, batch=16)
# Each recipe with its small sizes, a rate that tiny models need, one of its files, and the heads of what it makes.
RECIPES: dict[str, tuple[ModuleType, Any, float, str, dict[str, str]]] = {
    "bert-mini": (bert_mini, TEXT, 1e-2, "books/books.txt.xz", {"bert-mini": "masked_lm"}),
    "bert-mini-squad2": (
        bert_mini_squad2,
        bert_mini_squad2.Sizes(batch=16, warmup=4, warmup_batch=16),
        1e-2,
        "squadshifts/reddit.json.xz",
        {"bert-mini-squad2": "question_answering"},
    ),
    "electra-mini": (
        electra_mini,
        TEXT,
        1e-2,
        "wikipedia_en/en_AB.txt.xz",
        {"electra-mini-generator": "masked_lm", "electra-mini-discriminator": "replaced_token"},
    ),
    "bert-mini-sentiment": (
        bert_mini_sentiment,
        bert_mini_sentiment.Sizes(sentences=16, reviews=8),
        5e-2,
        "glue/SST-2/train.tsv.xz",
        {"bert-mini-sentiment": "sequence_classification"},
    ),
    "gpt-mini": (
        gpt_mini,
        Sizes(wikipedia=20_000, books=20_000, reviews=20_000, batch=4),
        1e-2,
        "icl_tasks/icl_tasks.tar.xz",
        {"gpt-mini": "causal_lm"},
    ),
    "albert-mini": (albert_mini, TEXT, 1e-2, "imdb/unsup.txt.xz", {"albert-mini": "sentence_order"}),
}
each = pytest.mark.parametrize("name", RECIPES)


def _curve(name: str, steps: int) -> int:
    """Steps whose loss is compared: some models first learn from another one, by another loss."""
    first = {"electra-mini": electra_mini.ALONE, "albert-mini": albert_mini.TAUGHT}
    return steps - round(first.get(name, 0.0) * steps)


def _train(name: str, places: Places, steps: int) -> Trained:
    module, sizes, rate, *_ = RECIPES[name]
    settings = loop.Settings(rate, head_factor=module.RECIPE.head_factor, steps=steps)
    trained: Trained = module.train(places, settings, CPU, sizes)
    return trained


def test_every_recipe_is_tested_here() -> None:
    assert {made for *_, heads in RECIPES.values() for made in heads} == set(command.RECIPES)


@each
def test_twenty_steps_lower_the_loss_and_what_is_written_is_measured(name: str, places: Places) -> None:
    trained = _train(name, places, 20)
    losses = [entry["loss"] for entry in trained.progress.history]
    assert len(losses) == _curve(name, 20) and trained.progress.step == 20
    assert sum(losses[-5:]) < 0.95 * sum(losses[:5])
    heads = RECIPES[name][4]
    assert set(trained.models) == set(heads)
    for made, model in trained.models.items():
        export.save(places.models / made, model, trained.tokenizer, trained.max_length)
        export.record_training(places.models / made, trained.progress, CPU, 1)
    for about in RECIPES[name][0].RECIPE.abouts:
        head = heads[about.name]
        _, info = HEADS[head].from_pretrained(places.models / about.name, output_loading_info=True)
        assert not info["missing_keys"] and not info["mismatched_keys"], about.name
        metrics = RECIPES[name][0].evaluate(about.name, places, CPU)
        assert metrics == RECIPES[name][0].evaluate(about.name, places, CPU)  # the same cases each time
        assert all(0 <= m.low <= m.value <= m.high for m in metrics.values()), metrics
        export.record_metrics(places.models / about.name, about, metrics)
        card = (places.models / about.name / "README.md").read_text(encoding="utf-8")
        assert all(f"| {metric} |" in card for metric in metrics)
        # Each number's meaning is said on the card.
        assert all(any(metric in bar for bar in about.bars) for metric in metrics), metrics


@each
def test_a_resumed_run_has_the_loss_curve_of_an_uninterrupted_one(
    name: str, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _train(name, replace(places, state=places.state / "whole"), 8).progress.history
    real = loop.train

    def interrupted(*args: Any, **options: Any) -> loop.Progress:
        progress = real(*args, **options, stop_at=3)
        if progress.step < args[3].steps:
            raise KeyboardInterrupt
        return progress

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop, "train", interrupted)
        _train(name, places, 8)
    resumed = _train(name, places, 8).progress.history
    assert len(whole) == _curve(name, 8) and resumed == whole


@each
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_missing_or_damaged_corpus_is_one_sentence(name: str, places: Places, damage: str) -> None:
    corpora = places.state.parent / "corpora"
    shutil.copytree(places.corpora, corpora)
    path = corpora / RECIPES[name][3]
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorpusError) as caught:
        _train(name, replace(places, corpora=corpora), 1)
    said = str(caught.value)
    assert str(path) in said and "\n" not in said and said.endswith(".")


def test_the_command_trains_writes_and_measures_both_of_a_pair(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = places.state.parent
    monkeypatch.setattr(command, "ROOT", root)
    monkeypatch.setattr(command, "MODELS", places.models)
    monkeypatch.setattr(electra_mini, "CPU", TEXT)
    shapes = ["electra-mini-discriminator", "--corpora", str(places.corpora), "--device", "cpu", "--minutes", "0.03"]
    assert command.main(shapes) == 0
    said = capsys.readouterr().out
    assert "auc: " in said and "masked_top1: " in said
    for made in ("electra-mini-generator", "electra-mini-discriminator"):
        folder = places.models / made
        names = {path.name for path in Path(folder).iterdir()}
        assert {"model.safetensors", "config.json", "tokenizer.json", "metrics.json", "README.md"} <= names
        assert json.loads((folder / "metrics.json").read_text())["training"]["steps"] >= 1
    assert not list(places.corpora.parent.glob("**/*.partial*"))
