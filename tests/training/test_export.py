import json
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from transformers import AutoTokenizer, BertForPreTraining

from playground.training.export import About, hardware, interval, print_metrics, record_metrics, record_training, save
from playground.training.loop import Progress
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


# Worked out by hand from (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) with z = 1.96:
# 8 of 10: (0.8 + 0.19208 -+ 1.96 * 0.159407) / 1.38416; 0 of 10: 0.38416 / 1.38416; 50 of 100 is even about one half.
@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (50, 100, 0.4038, 0.5962),
        (1, 1, 0.2065, 1.0),
        (420, 1000, 0.3898, 0.4508),
    ],
)
def test_the_interval_by_hand(right: int, of: int, low: float, high: float) -> None:
    assert interval(right, of) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_ends_of_an_interval_are_where_the_share_is_just_within_z(counts: tuple[int, int]) -> None:
    right, of = counts
    for end in interval(right, of):
        assert -1e-9 <= end <= 1 + 1e-9
        distance = abs(right / of - end)
        assert distance == pytest.approx(1.96 * math.sqrt(max(0.0, end * (1 - end)) / of), abs=1e-6)
    low, high = interval(right, of)
    assert low - 1e-12 <= right / of <= high + 1e-12 and low < high


@pytest.mark.parametrize(("right", "of"), [(0, 0), (1, 0), (-1, 10), (11, 10)])
def test_what_is_no_share_has_no_interval(right: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        interval(right, of)


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
    metrics = {"top1": (420, 1000), "nsp": (8, 10)}
    record_training(tmp_path, progress, torch.device("cpu"), 17)
    record_metrics(tmp_path, ABOUT, {"top1": (1, 2)})
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
    ]
