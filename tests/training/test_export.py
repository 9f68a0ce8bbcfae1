import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, BertForPreTraining

from playground.training.export import hardware, print_metrics, record_metrics, record_training, save
from playground.training.loop import Progress
from playground.training.measures import Measure, share
from playground.training.recipe import About
from tests.unit import tiny

ABOUT = About(
    name="some-model",
    summary="A summary.",
    recipe="A recipe.",
    base="a base",
    license="apache-2.0",
    data=(("some text", "CC BY-SA 3.0"), ("other text", "public domain")),
    uses="For tests.",
    limits="Knows nothing.",
    bars=("top1: how often it is right.",),
)


def test_a_saved_model_is_the_model_in_half_precision(tmp_path: Path) -> None:
    model, tokenizer = tiny.model(initializer_range=0.1), tiny.tokenizer(10**30)
    ids = torch.tensor([tokenizer("the capital of france is paris.")["input_ids"]])
    with torch.no_grad():
        before = model(input_ids=ids)
    weights = {name: weight.clone() for name, weight in model.state_dict().items()}
    folder = tmp_path / "out" / "some-model"
    save(folder, model, tokenizer, max_length=48)

    stored = load_file(folder / "model.safetensors")
    floats = {name: tensor for name, tensor in stored.items() if tensor.is_floating_point()}
    assert floats and all(tensor.dtype == torch.float16 for tensor in floats.values())
    assert all(torch.equal(tensor, weights[name].half()) for name, tensor in floats.items())

    again = BertForPreTraining.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        after = again(input_ids=ids)
    for name in ("prediction_logits", "seq_relationship_logits"):
        assert torch.allclose(before[name], after[name], atol=5e-3, rtol=5e-3), name
    reread = AutoTokenizer.from_pretrained(folder)
    assert reread.model_max_length == 48
    assert reread("the capital")["input_ids"] == tiny.tokenizer()("the capital")["input_ids"]


def test_nothing_of_this_machine_is_saved(tmp_path: Path) -> None:
    # As a recipe has them: read from a folder that others do not have.
    source = tiny.save(tmp_path / "private-source")
    model, tokenizer = BertForPreTraining.from_pretrained(source), AutoTokenizer.from_pretrained(source)
    folder = tmp_path / "published"
    save(folder, model, tokenizer, max_length=48)
    names = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= names
    for path in folder.iterdir():
        assert path.suffix in {".json", ".safetensors"}
        assert b"private-source" not in path.read_bytes(), path.name
        assert path.stat().st_mode & 0o777 == 0o644
    assert json.loads((folder / "config.json").read_text())["architectures"] == ["BertForPreTraining"]


def test_the_card_and_metrics_hold_the_measured_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(step=1234, tokens=5_678_901, seconds=3599.6)
    metrics = {"top1": share(420, 1000), "nsp": share(8, 10), "auc": Measure(0.91234, 0.9, 0.92, 50, percent=False)}
    record_training(tmp_path, progress, torch.device("cpu"), 17)
    record_metrics(tmp_path, ABOUT, {"top1": share(1, 2)})
    record_metrics(tmp_path, ABOUT, metrics)  # measured anew, on whatever machine: the training is as it was
    stored = json.loads((tmp_path / "metrics.json").read_text())
    assert stored["metrics"]["top1"]["right"] == 420 and stored["metrics"]["top1"]["of"] == 1000
    assert stored["metrics"]["top1"]["value"] == 0.42
    assert stored["metrics"]["nsp"]["low"] == pytest.approx(0.4902, abs=1e-4)
    assert stored["training"] == {
        "steps": 1234,
        "tokens": 5_678_901,
        "seconds": 3600,
        "hardware": hardware(torch.device("cpu")),
        "seed": 17,
    }
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: apache-2.0\n")
    assert "| top1 | 42.0% | 39.0% to 45.1% | 420 of 1,000 |" in card
    assert "| auc | 0.912 | 0.900 to 0.920 | 50 |" in card
    assert "| nsp | 80.0% | 49.0% to 94.3% | 8 of 10 |" in card
    for part in ("1,234 steps", "5,678,901 tokens", "3,600 seconds", "seed 17", hardware(torch.device("cpu"))):
        assert part in card
    for part in ("# some-model", "A summary.", "A recipe.", "a base", "- some text: CC BY-SA 3.0", "For tests."):
        assert part in card
    assert "Knows nothing." in card and "- top1: how often it is right." in card
    print_metrics(metrics)
    assert capsys.readouterr().out.splitlines() == [
        "top1: 42.0% (420 of 1,000, 95% interval 39.0% to 45.1%)",
        "nsp: 80.0% (8 of 10, 95% interval 49.0% to 94.3%)",
        "auc: 0.912 (50, 95% interval 0.900 to 0.920)",
    ]
