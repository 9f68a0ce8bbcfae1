"""The training loop, its batches and first weights, and the classifier that it trains."""

import itertools
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.nn.functional import cross_entropy
from transformers import AutoModelForSequenceClassification, BertForMaskedLM, ElectraConfig, ElectraForPreTraining

from playground.core import tuning
from playground.core.seeds import band, crossing
from playground.models import encoders, kept
from playground.models.catalogue import TRAINED
from playground.models.loading import load
from playground.models.tunable import Tunable, encoded, encoder
from tests.unit import tiny

SENTENCES = [
    "the dog was good",
    "a bad river",
    "three great cats came home",
    "no",
    "the bank of the river was long",
] * 4
LABELS = [1, 0, 1, 0, 0] * 4


@pytest.fixture
def tunable(models_folder: Path) -> Tunable:
    tiny.save(models_folder / "bert")
    loaded = encoder("local/bert")
    return Tunable(loaded, ["bad", "good"], encoded(loaded, SENTENCES))


def _fit(tunable: Tunable, seed: int = 1, steps: int = 6, **more: float) -> list[float]:
    settings = tuning.Settings(more.get("rate", 1e-2), more.get("head", 1e-2), steps, 4)
    rows = tunable.texts.rows
    found = tuning.fit(tunable.model, tunable.new, rows, LABELS, settings, seed, tunable.texts.pad_id)
    return [loss for loss, _ in found]


@given(st.lists(st.integers(2, 30), min_size=1, max_size=60), st.integers(1, 9), st.integers(0, 99))
def test_each_row_is_read_once_a_pass(lengths: list[int], size: int, seed: int) -> None:
    steps = math.ceil(len(lengths) / size)
    drawn = list(itertools.islice(tuning.batches(lengths, size, seed), 2 * steps))
    for part in (drawn[:steps], drawn[steps:]):
        assert sorted(row for batch in part for row in batch) == list(range(len(lengths)))
        assert all(len(batch) <= size for batch in part)
    assert drawn == list(itertools.islice(tuning.batches(lengths, size, seed), 2 * steps))


def test_batches_pad_little_and_differ_from_pass_to_pass() -> None:
    lengths = torch.randint(3, 40, (256,), generator=torch.Generator().manual_seed(1)).tolist()
    drawn = list(itertools.islice(tuning.batches(lengths, 16, 1), 32))
    padded = sum(16 * max(lengths[row] for row in batch) for batch in drawn)
    assert padded < 1.35 * 2 * sum(lengths)
    assert drawn[:16] != drawn[16:]


def test_the_rate_rises_and_falls_back() -> None:
    settings = tuning.Settings(1.0, 1.0, 40)
    factors = [tuning.factor(step, settings) for step in range(40)]
    top = factors.index(max(factors))
    assert factors[: top + 1] == sorted(factors[: top + 1]) and factors[top:] == sorted(factors[top:], reverse=True)
    assert top in (3, 4) and 0 < factors[-1] < 0.03 and max(factors) <= 1
    assert {tuning.factor(step, tuning.Settings(1.0, 1.0, 9, constant=True)) for step in range(9)} == {1.0}


@given(st.lists(st.integers(0, 3), min_size=1, max_size=50), st.integers(0, 99))
def test_more_labels_are_the_same_ones_and_as_even_as_can_be(labels: list[int], seed: int) -> None:
    order = tuning.sample(labels, seed)
    assert sorted(order) == list(range(len(labels)))
    there = Counter(labels)
    for size in range(1, len(labels) + 1):
        counts = Counter(labels[row] for row in order[:size])
        least = min(counts[label] for label in there if counts[label] < there[label]) if size < len(labels) else size
        assert all(count <= least + 1 for count in counts.values())


def test_first_weights_are_berts_and_the_seeds_alone() -> None:
    def made(seed: int) -> dict[str, torch.Tensor]:
        model = tiny.model(BertForMaskedLM)
        tuning.begin(list(model.named_parameters()), seed, 0.02)
        return {name: weight.detach() for name, weight in model.named_parameters()}

    torch.manual_seed(3)
    first = made(1)
    torch.manual_seed(4)
    again, other = made(1), made(2)
    assert all(torch.equal(first[name], again[name]) for name in first)
    words = "bert.embeddings.word_embeddings.weight"
    assert not torch.equal(first[words], other[words])
    assert abs(float(first[words].std()) - 0.02) < 0.001
    for name, weight in first.items():
        if weight.ndim == 1:
            assert set(weight.tolist()) == {1.0 if name.endswith("LayerNorm.weight") else 0.0}, name


@pytest.mark.parametrize(
    "values",
    [[0.5, 0.6], [0.1, -0.2, 0.4, 0.4, 0.3], [float(n % 7) for n in range(17)], [float(n % 7) for n in range(30)]],
)
def test_the_band_is_students(values: list[float]) -> None:
    mean, low, high = band(values)
    wanted = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    assert low is not None and high is not None
    assert mean == pytest.approx(np.mean(values))
    assert (low, high) == pytest.approx(wanted, rel=1e-3, abs=2e-3)


def test_one_seed_has_no_band_and_none_no_mean() -> None:
    assert band([0.7]) == (0.7, None, None)
    with pytest.raises(ValueError, match="no value"):
        band([])


def test_where_a_curve_crosses_a_bar() -> None:
    sizes, values = [8, 32, 128], [0.5, 0.6, 0.8]
    assert crossing(sizes, values, 0.9) is None
    assert crossing(sizes, values, 0.4) == 8
    assert crossing(sizes, values, 0.7) == pytest.approx(64)
    dense = np.linspace(3, 7, 40_001)
    heights = np.interp(dense, np.log2(sizes), values)
    assert crossing(sizes, values, 0.55) == pytest.approx(2 ** dense[np.argmax(heights >= 0.55)], rel=1e-3)


def test_a_small_vocabulary_says_what_the_whole_one_says(tunable: Tunable, tmp_path: Path) -> None:
    tunable.begin(1)
    _fit(tunable)
    kept_words = load("local/bert", "next_sentence").model.get_input_embeddings().weight
    tunable.whole().save_pretrained(tmp_path)
    whole = AutoModelForSequenceClassification.from_pretrained(tmp_path, dtype=torch.float32)
    assert whole.config.id2label == {0: "bad", 1: "good"} and len(tunable.texts.used) < len(tiny.WORDS)
    for rows, logits in tunable.logits(range(len(SENTENCES))):
        for row, found in zip(rows, logits, strict=True):
            said = whole(**tunable.loaded.tokenizer(SENTENCES[row], return_tensors="pt")).logits[0]
            assert torch.allclose(said, found, atol=2e-2), SENTENCES[row]
    left = [word for word in range(len(tiny.WORDS)) if word not in tunable.texts.used.tolist()]
    vectors = whole.get_input_embeddings().weight
    assert torch.equal(vectors[left], kept_words[left].half().float())
    assert not torch.equal(vectors[tunable.texts.used], kept_words[tunable.texts.used].half().float())


def test_a_frozen_encoder_stays_as_it_is_to_the_bit(tunable: Tunable) -> None:
    tunable.begin(1)
    tunable.model.base_model.requires_grad_(False)
    before = {name: weight.detach().clone() for name, weight in tunable.model.named_parameters()}
    _fit(tunable)
    for name, weight in tunable.model.named_parameters():
        assert torch.equal(weight, before[name]) == (name not in tunable.new), name
        assert weight.grad is None


def test_the_gradient_of_the_head_is_that_on_cached_features(tunable: Tunable) -> None:
    """Also by finite differences; nothing reaches the encoder."""
    tunable.begin(1)
    model, rows = tunable.model, tunable.texts.rows
    model.base_model.requires_grad_(False)
    inputs, labels = tuning.padded(rows, tunable.texts.pad_id, torch.device("cpu")), torch.tensor(LABELS)
    cross_entropy(model(**inputs).logits, labels).backward()
    assert all(weight.grad is None for weight in model.base_model.parameters())
    features = model.base_model(**inputs).pooler_output.double()
    weight = model.classifier.weight.detach().double().requires_grad_()
    bias = model.classifier.bias.detach().double().requires_grad_()

    def loss(weight: torch.Tensor) -> torch.Tensor:
        return cross_entropy(features @ weight.T + bias, labels)

    loss(weight).backward()
    assert weight.grad is not None
    assert torch.allclose(model.classifier.weight.grad.double(), weight.grad, atol=1e-6)
    for place in ((0, 0), (1, 5)):
        step = torch.zeros_like(weight)
        step[place] = 1e-5
        with torch.no_grad():
            slope = (loss(weight + step) - loss(weight - step)) / 2e-5
        assert float(slope) == pytest.approx(float(weight.grad[place]), abs=1e-7)


def test_two_rates_move_head_and_encoder_differently(tunable: Tunable) -> None:
    def moved(rate: float, head: float) -> tuple[float, float]:
        tunable.begin(1)
        before = {name: weight.detach().clone() for name, weight in tunable.model.named_parameters()}
        _fit(tunable, steps=1, rate=rate, head=head)
        after = dict(tunable.model.named_parameters())
        return tuple(  # type: ignore[return-value]
            max(
                float((after[name].detach() - old).abs().max())
                for name, old in before.items()
                if (name in tunable.new) == new
            )
            for new in (False, True)
        )

    (slow, head), (quick, other) = moved(1e-4, 1e-2), moved(1e-2, 1e-2)
    assert head == pytest.approx(other, rel=1e-3) and 50 < quick / slow < 200


def test_equal_seeds_give_equal_losses_and_training_learns(tunable: Tunable) -> None:
    tunable.begin(1)
    first = _fit(tunable, steps=60)
    torch.rand(5)  # something else draws
    tunable.begin(1)
    assert _fit(tunable, steps=60) == first
    tunable.begin(2)
    assert _fit(tunable, seed=2, steps=60) != first
    assert sum(first[-10:]) < 0.5 * sum(first[:10])
    tunable.begin(1, random=True)
    random = [weight.detach().clone() for weight in tunable.model.parameters()]
    tunable.begin(1)
    tunable.begin(1, random=True)
    assert all(torch.equal(a, b) for a, b in zip(random, tunable.model.parameters(), strict=True))


def test_hidden_states_are_the_encoders_own(tunable: Tunable) -> None:
    tunable.begin(1)
    base = load("local/bert", "next_sentence").model.base_model
    for rows, found in tunable.states(range(5)):
        for row, states in zip(rows, found, strict=True):
            inputs = tunable.loaded.tokenizer(SENTENCES[row], return_tensors="pt")
            wanted = base(**inputs, output_hidden_states=True).hidden_states
            assert torch.allclose(states, torch.cat(wanted), atol=1e-5)


def test_a_loss_that_is_no_number_ends_the_training_before_the_weights_take_it(tunable: Tunable) -> None:
    tunable.begin(1)
    losses = []
    with pytest.raises(tuning.Diverged) as caught:
        with torch.no_grad():
            tunable.model.classifier.weight.fill_(1e38)
        before = {name: weight.detach().clone() for name, weight in tunable.model.named_parameters()}
        rows, settings = tunable.texts.rows, tuning.Settings(1e-2, 1e-2, 6, 4)
        for loss, _ in tuning.fit(tunable.model, tunable.new, rows, LABELS, settings, 1, tunable.texts.pad_id):
            losses.append(loss)
    assert caught.value.step == len(losses) + 1 == 1
    assert all(torch.equal(weight, before[name]) for name, weight in tunable.model.named_parameters())
    with torch.no_grad():
        tunable.model.classifier.bias.fill_(float("nan"))
    with pytest.raises(tuning.Diverged):
        list(tunable.logits([0, 1]))


def test_an_encoder_without_a_pooler_gets_a_head_of_its_own(models_folder: Path) -> None:
    torch.manual_seed(1)
    config = ElectraConfig(**{k: v for k, v in tiny.config().to_dict().items() if k != "model_type"}, embedding_size=8)
    tiny.save(models_folder / "electra", ElectraForPreTraining(config).eval())
    assert encoders.head_of("local/electra") == "replaced_token"
    loaded = encoder("local/electra")
    made = Tunable(loaded, ["a", "b", "c"], encoded(loaded, SENTENCES))
    assert {name.split(".")[0] for name in made.new} == {"classifier"} and len(made.new) == 4
    made.begin(1)
    [(_, logits)] = made.logits([0, 1])
    assert logits.shape == (2, 3)


def test_a_kept_model_answers_to_its_name(tunable: Tunable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept, "_ROOT", tmp_path)
    tunable.begin(1)
    name = kept.new_name()
    kept.keep(name, tunable.whole(), tunable.loaded.tokenizer, "a card")
    teacher = load(TRAINED + name, "sequence_classification")
    said = teacher.model(**teacher.tokenizer(SENTENCES[0], return_tensors="pt")).logits
    [(_, logits)] = tunable.logits([0])
    assert torch.allclose(said, logits, atol=2e-2)
    for wrong in ("x" * 24, "../../etc", ""):
        with pytest.raises(ValueError, match="no longer here"):
            load(TRAINED + wrong, "sequence_classification")
