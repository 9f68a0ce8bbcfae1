"""Labels ranked over a shared cache, sampling and calibration: against one forward a label, brute force and Hugging
Face's own warpers."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel
from transformers.generation import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from playground.core import prefix as prefix_module
from playground.core.generation import generate
from playground.core.prefix import Branch, Prefix, ranked, shared
from playground.core.prompts import PATTERNS, Example, answer, prompt, shot
from playground.core.ranking import among, calibrated, majority
from playground.core.sampling import Sampler, drawn, kept
from playground.core.tasks import candidates, task
from tests.unit import prompt_gpt


def _llama() -> PreTrainedModel:
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=len(prompt_gpt.tokenizer()),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=prompt_gpt.POSITIONS,
        initializer_range=0.3,
    )
    return LlamaForCausalLM(config).eval()


MODELS = {"absolute positions": prompt_gpt.model, "rotary positions": _llama}
models = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)


@torch.no_grad()
def _alone(model: Any, ids: list[int], ending: list[int]) -> float:
    """log p of the ending by one plain forward."""
    logits = model(input_ids=torch.tensor([ids + ending]), use_cache=False).logits[0].log_softmax(-1)
    return sum(float(logits[len(ids) - 1 + place, token]) for place, token in enumerate(ending))


def _prompts(count: int = 6, shots: int = 8) -> tuple[list[list[int]], list[list[list[int]]]]:
    """Queries of different lengths after the same examples, and labels of different lengths, one in another."""
    pattern, encode = PATTERNS["input_output"], lambda text: prompt_gpt.tokenizer()(text)["input_ids"]
    examples = [Example(f"the dog {n}", ("yes", "no")[n % 2]) for n in range(shots)]
    prompts = [encode(prompt(examples, "it is " * n + "good", pattern)) for n in range(1, count + 1)]
    labels = [encode(answer(label, pattern)) for label in ("yes", "yes, it is", "no", "a very negative label")]
    return prompts, [labels] * count


@models
def test_the_shared_cache_says_what_one_forward_a_label_says(make: Any) -> None:
    model, (prompts, labels) = make(), _prompts()
    prefix = Prefix(model)
    found = list(itertools.chain.from_iterable(ranked(prefix, prompts, labels)))
    for prompt_ids, endings, scores in zip(prompts, labels, found, strict=True):
        assert scores == pytest.approx([_alone(model, prompt_ids, ending) for ending in endings], abs=1e-4)
    pairs = [(ids, ending) for ids, endings in zip(prompts, labels, strict=True) for ending in endings]
    plain = sum(len(ids) + len(ending) for ids, ending in pairs)
    assert prefix.forwarded * 4 < plain
    # The prefix once; each query's own tokens once; each label's once a query, but for its last.
    begin = len(prefix.ids)
    own = sum(len(ids) - begin for ids in prompts) + sum(len(e) - 1 for endings in labels for e in endings)
    assert prefix.forwarded == begin + own


@models
def test_what_is_asked_next_reuses_what_was_read(make: Any) -> None:
    model, (prompts, labels) = make(), _prompts()
    prefix = Prefix(model)
    first = list(ranked(prefix, prompts, labels))
    forwarded = prefix.forwarded
    assert list(ranked(prefix, prompts, labels)) == first
    assert prefix.forwarded == 2 * forwarded - len(prefix.ids)
    # Longer, shorter and other prompts: never a stale key or value.
    for shots in (2, 8, 3, 0, 5):
        prompts, labels = _prompts(3, shots)
        again = list(itertools.chain.from_iterable(ranked(prefix, prompts, labels)))
        for prompt_ids, endings, scores in zip(prompts, labels, again, strict=True):
            assert scores == pytest.approx([_alone(model, prompt_ids, ending) for ending in endings], abs=1e-4)


def test_many_branches_are_read_in_several_forwards() -> None:
    model = prompt_gpt.model()
    prompts, labels = _prompts(40, 2)
    prefix = Prefix(model)
    parts = list(ranked(prefix, prompts, labels))
    assert len(parts) > 1
    for ids, endings, scores in list(zip(prompts, labels, itertools.chain.from_iterable(parts), strict=True))[::7]:
        assert scores == pytest.approx([_alone(model, ids, ending) for ending in endings], abs=1e-4)


@models
def test_one_large_branch_is_read_in_bounded_forwards(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model, (prompts, [labels, *_]) = make(), _prompts(2, 2)
    monkeypatch.setattr(prefix_module, "_TOKENS", 24)
    sizes: list[int] = []
    forward = model.forward

    def counted(*args: Any, **kwargs: Any) -> Any:
        sizes.append(kwargs["input_ids"].shape[1])
        return forward(*args, **kwargs)

    model.forward = counted
    prefix = Prefix(model)
    prefix.read(prompts[0][:6])
    stem = prompts[0][6:]
    branches = [Branch(stem, labels * 8), Branch(stem[:1], labels[:1]), Branch(stem[:2], [labels[0] * 30])]
    many, one, long = itertools.chain.from_iterable(prefix.follow(branches))
    model.forward = forward
    assert prefix.ids == prompts[0][:6]
    # Only a stem, which is read as a text is, and a single ending can be larger.
    assert max(sizes[2:-1]) <= 24 < branches[0].size and sizes[1] == len(stem) - 1
    assert many == pytest.approx([_alone(model, prompts[0], ending) for ending in labels] * 8, abs=1e-4)
    assert one == pytest.approx([_alone(model, prompts[0][:7], labels[0])], abs=1e-4)
    assert long == pytest.approx([_alone(model, prompts[0][:8], labels[0] * 30)], abs=1e-3)


def test_nothing_to_read_is_refused() -> None:
    prefix = Prefix(prompt_gpt.model())
    for branch in (Branch([], [[1]]), Branch([1], [[]])):
        with pytest.raises(ValueError, match="at least one token"):
            list(prefix.follow([branch]))
    with pytest.raises(ValueError, match="nothing to continue"):
        prefix.next_logits([])
    assert shared([1, 2, 3], [1, 2]) == 2 and shared([], [1]) == 0


@models
@torch.no_grad()
def test_greedy_generation_is_that_of_transformers(make: Any) -> None:
    model, ids = make(), _prompts(1, 2)[0][0]
    steps = list(generate(Prefix(model), ids, Sampler(temperature=0), 20, seed=1))
    wanted = model.generate(torch.tensor([ids]), max_new_tokens=20, do_sample=False, eos_token_id=None, pad_token_id=0)[
        0, len(ids) :
    ].tolist()
    assert [one.token for one in steps] == wanted
    for place, one in enumerate(steps):
        logits = model(input_ids=torch.tensor([ids + wanted[:place]])).logits[0, -1].log_softmax(0)
        assert math.log(one.probability) == pytest.approx(float(logits[one.token]), abs=1e-4)
        assert one.rank == 1 and one.top[0][0] == one.token
        assert one.entropy == pytest.approx(float(-(logits.exp() * logits).sum()) / math.log(2), abs=1e-4)


def test_generation_ends_after_an_end_mark_and_repeats_with_its_seed() -> None:
    model, ids = prompt_gpt.model(), _prompts(1, 2)[0][0]
    first = [one.token for one in generate(Prefix(model), ids, Sampler(), 30, seed=4)]
    assert first == [one.token for one in generate(Prefix(model), ids, Sampler(), 30, seed=4)]
    assert first != [one.token for one in generate(Prefix(model), ids, Sampler(), 30, seed=5)]
    ended = [one.token for one in generate(Prefix(model), ids, Sampler(), 30, seed=4, ends={first[6]})]
    assert ended == first[: first.index(first[6]) + 1]


LOGITS = arrays(np.float64, st.integers(1, 12), elements=st.floats(-6, 6).map(lambda x: round(x, 3)))


@given(LOGITS, st.sampled_from([0.3, 1.0, 2.5]), st.integers(0, 14), st.sampled_from([0.05, 0.5, 0.9, 1.0]))
def test_what_is_kept_is_what_brute_force_keeps(values: np.ndarray, heat: float, k: int, p: float) -> None:
    found = kept(torch.from_numpy(values), Sampler(heat, k, p)).numpy()
    weights = np.exp((values - values.max()) / heat)
    chances = weights / weights.sum()
    order = sorted(range(len(values)), key=lambda place: (-chances[place], place))[: k or len(values)]
    total, nucleus = sum(chances[place] for place in order), []
    for place in order:
        nucleus.append(place)
        if sum(chances[one] for one in nucleus) / total >= p:
            break
    wanted = np.zeros(len(values))
    wanted[nucleus] = chances[nucleus] / chances[nucleus].sum()
    if abs(sum(chances[nucleus[:-1]]) / total - p) > 1e-9 and abs(sum(chances[nucleus]) / total - p) > 1e-9:
        assert found == pytest.approx(wanted, abs=1e-9)
    assert found.sum() == pytest.approx(1)


def test_what_is_kept_is_what_transformers_keeps() -> None:
    logits = torch.randn(200, generator=torch.Generator().manual_seed(2))
    for heat, k, p in ((1.0, 0, 1.0), (0.7, 20, 1.0), (1.3, 0, 0.8), (0.9, 50, 0.6)):
        scores = TemperatureLogitsWarper(heat)(None, logits[None]) if heat != 1 else logits[None]
        if k:
            scores = TopKLogitsWarper(k)(None, scores)
        if p < 1:
            scores = TopPLogitsWarper(p)(None, scores)
        assert torch.allclose(kept(logits, Sampler(heat, k, p)).float(), scores[0].softmax(0), atol=1e-6)


def test_draws_come_as_often_as_their_probability_says() -> None:
    chances = torch.tensor([0.5, 0.0, 0.3, 0.2], dtype=torch.float64)
    generator = torch.Generator().manual_seed(1)
    counts = np.bincount([drawn(chances, generator) for _ in range(4000)], minlength=4)
    assert counts[1] == 0 and counts / 4000 == pytest.approx(chances.numpy(), abs=0.03)


@pytest.mark.parametrize("sampler", [Sampler(-0.1), Sampler(1, -1), Sampler(1, 0, 0.0), Sampler(1, 0, 1.1)])
def test_settings_that_mean_nothing_are_refused(sampler: Sampler) -> None:
    with pytest.raises(ValueError, match="draws nothing"):
        kept(torch.zeros(3), sampler)


SCORES = st.lists(st.floats(-60, 0), min_size=2, max_size=6)


@given(SCORES)
def test_calibrating_the_content_free_query_makes_all_labels_equal(scores: list[float]) -> None:
    free = among(scores)
    assert free == pytest.approx(np.exp(scores) / np.exp(scores).sum())
    assert calibrated(free, free) == pytest.approx([1 / len(scores)] * len(scores))


@given(SCORES, st.data())
def test_calibration_with_even_content_free_answers_changes_nothing(scores: list[float], data: st.DataObject) -> None:
    found = among(scores)
    assert calibrated(found, [1 / len(found)] * len(found)) == pytest.approx(found)
    free = among(data.draw(st.lists(st.floats(-9, 0), min_size=len(found), max_size=len(found))))
    ratios = [a / b for a, b in zip(found, free, strict=True)]
    assert calibrated(found, free) == pytest.approx([ratio / sum(ratios) for ratio in ratios])


def test_a_label_without_a_chance_cannot_be_calibrated() -> None:
    with pytest.raises(ValueError, match="no probability"):
        calibrated([0.5, 0.5], [1.0, 0.0])


def test_the_majority() -> None:
    assert majority(["a", "b", "b"]) == ("b", pytest.approx(2 / 3))


def test_a_label_ends_with_its_line_as_in_an_example() -> None:
    for pattern in PATTERNS.values():
        one = Example("x", "in")
        assert shot(one, pattern).startswith(prompt([], "x", pattern) + answer("in", pattern))
        assert not answer("inside", pattern).startswith(answer("in", pattern))


def test_candidates_hold_the_right_label_once() -> None:
    rng = np.random.default_rng(1)
    closed = task("closed", [Example(str(n), "ab"[n % 2]) for n in range(30)])
    assert candidates(closed, closed.rows[0], rng) == ("a", "b")
    listed = task("listed", [Example(f"x{n}, y{n}, z{n}", f"y{n}") for n in range(30)])
    assert candidates(listed, listed.rows[3], rng) == ("x3", "y3", "z3")
    wide = task("wide", [Example(str(n), f"w{n % 20}") for n in range(40)])
    for row in wide.rows:
        found = candidates(wide, row, rng)
        assert len(found) == len(set(found)) == 4 and found[0] == row.label
