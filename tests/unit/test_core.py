import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from torch import Tensor

from playground.core.distributions import distribution
from playground.core.masking import KEPT, MASKED, RANDOM, UNTOUCHED, choose_exact, corrupt
from playground.core.scripts import mostly_korean

MASK = 3
WORDS = torch.arange(10, 50)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# How many are chosen, by hand: 15% of 20 is 3, of 100 is 15; of 3 it is 0.45, so at least one.
@pytest.mark.parametrize(
    ("maskable", "count"), [(20, 3), (100, 15), (3, 1), (1, 1), (0, 0), (7, 1), (12, 2), (128, 19)]
)
def test_exactly_a_share_is_chosen(maskable: int, count: int) -> None:
    row = torch.zeros(1, maskable + 5, dtype=torch.bool)
    row[0, 2 : 2 + maskable] = True
    for seed in range(20):
        assert int(choose_exact(row, 0.15, _generator(seed)).sum()) == count


@settings(max_examples=100)
@given(
    rows=st.integers(1, 5),
    length=st.integers(1, 40),
    rate=st.floats(0, 1),
    seed=st.integers(0, 2**31),
)
def test_each_row_gets_its_own_count_and_never_a_special_place(rows: int, length: int, rate: float, seed: int) -> None:
    maskable = torch.rand(rows, length, generator=_generator(seed)) < 0.7
    chosen = choose_exact(maskable, rate, _generator(seed + 1))
    assert chosen.dtype == torch.bool and chosen.shape == maskable.shape
    assert not bool((chosen & ~maskable).any())
    for row in range(rows):
        available = int(maskable[row].sum())
        exact = available * rate
        if abs(exact % 1 - 0.5) > 1e-4:  # either neighbour is right at a half
            assert int(chosen[row].sum()) == min(available, max(1, round(exact)))


def test_every_place_is_as_likely_to_be_chosen() -> None:
    maskable = torch.ones(6000, 24, dtype=torch.bool)
    maskable[:, [0, 11, 23]] = False
    counts = choose_exact(maskable, 0.25, _generator(1)).sum(dim=0)[maskable[0]]
    assert int(counts.sum()) == 6000 * 5  # round(0.25 * 21)
    # Without replacement the counts vary a little less than the test assumes: it can only be too lenient there.
    assert chisquare(counts.numpy()).pvalue > 0.001
    assert 0.5 * 6000 * 5 / 21 < int(counts.min()) <= int(counts.max()) < 1.5 * 6000 * 5 / 21


def test_pairs_of_places_are_chosen_independently_of_where_they_are() -> None:
    chosen = choose_exact(torch.ones(30_000, 5, dtype=torch.bool), 0.4, _generator(2))  # two of five
    pairs = [int((chosen[:, i] & chosen[:, j]).sum()) for i in range(5) for j in range(i + 1, 5)]
    assert sum(pairs) == 30_000
    assert chisquare(pairs).pvalue > 0.001


@pytest.mark.parametrize("rate", [-0.01, 1.01, math.inf, math.nan])
def test_a_rate_outside_0_to_1_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose_exact(torch.ones(1, 4, dtype=torch.bool), rate, _generator())


def _corrupted(**shares: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """ids, chosen, what the model reads, action; large enough to judge shares."""
    ids = torch.randint(10, 50, (500, 200), generator=_generator(3))
    chosen = torch.rand(ids.shape, generator=_generator(4)) < 0.3
    done = corrupt(ids, chosen, mask_id=MASK, vocabulary=WORDS, generator=_generator(5), **shares)
    assert torch.equal(done.chosen, chosen)
    return ids, chosen, done.ids, done.action


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({}, (0.8, 0.1, 0.1)),
        ({"mask_share": 0.85, "random_share": 0.0}, (0.85, 0.0, 0.15)),
        ({"mask_share": 1.0, "random_share": 0.0}, (1.0, 0.0, 0.0)),
        ({"mask_share": 0.0, "random_share": 1.0}, (0.0, 1.0, 0.0)),
        ({"mask_share": 0.0, "random_share": 0.0}, (0.0, 0.0, 1.0)),
    ],
)
def test_shares_are_what_was_asked_for(shares: dict[str, float], expected: tuple[float, ...]) -> None:
    _, chosen, _, action = _corrupted(**shares)
    n = int(chosen.sum())
    for kind, share in zip((MASKED, RANDOM, KEPT), expected, strict=True):
        sigma = math.sqrt(n * share * (1 - share))
        assert abs(int((action == kind).sum()) - n * share) <= 3 * sigma


def test_what_is_read_follows_from_the_action() -> None:
    ids, _, read, action = _corrupted()
    assert torch.equal(read[action == UNTOUCHED], ids[action == UNTOUCHED])
    assert torch.equal(read[action == KEPT], ids[action == KEPT])
    assert bool((read[action == MASKED] == MASK).all())
    assert bool(torch.isin(read[action == RANDOM], WORDS).all())
    # Random words are drawn evenly and do not look at the word that stood there.
    counts = torch.bincount(read[action == RANDOM] - 10, minlength=len(WORDS))
    assert chisquare(counts.numpy()).pvalue > 0.001
    same = float((read == ids)[action == RANDOM].float().mean())
    assert same == pytest.approx(1 / len(WORDS), abs=0.01)


def test_the_text_itself_is_left_alone_and_a_seed_repeats() -> None:
    ids = torch.randint(10, 50, (4, 30), generator=_generator(6))
    before, chosen = ids.clone(), torch.ones(4, 30, dtype=torch.bool)
    first, second = (corrupt(ids, chosen, mask_id=MASK, vocabulary=WORDS, generator=_generator(7)) for _ in range(2))
    assert torch.equal(ids, before)
    assert torch.equal(first.ids, second.ids) and torch.equal(first.action, second.action)


@pytest.mark.parametrize(("mask", "random"), [(0.9, 0.2), (-0.1, 0.5), (0.5, -0.1)])
def test_shares_that_are_no_parts_of_1_are_refused(mask: float, random: float) -> None:
    with pytest.raises(ValueError, match="not parts of 1"):
        corrupt(
            torch.ones(1, 4, dtype=torch.long),
            torch.ones(1, 4, dtype=torch.bool),
            mask_id=MASK,
            vocabulary=WORDS,
            generator=_generator(),
            mask_share=mask,
            random_share=random,
        )


@settings(max_examples=100)
@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=12), st.data())
def test_a_distribution_against_plain_arithmetic(logits: list[float], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(logits)))
    spread = distribution(torch.tensor([logits]), k)
    top = max(logits)
    powers = [math.exp(value - top) for value in logits]
    naive = [power / sum(powers) for power in powers]
    best = sorted(naive, reverse=True)[:k]
    assert spread.top_probabilities[0].tolist() == pytest.approx(best, abs=1e-6)
    assert [naive[i] for i in spread.top_ids[0].tolist()] == pytest.approx(best, abs=1e-6)
    entropy = -sum(p * math.log2(p) for p in naive if p > 0)
    assert float(spread.entropy[0]) == pytest.approx(entropy, abs=1e-5)
    for token, probability in enumerate(naive):
        assert spread.probability(0, token) == pytest.approx(probability, abs=1e-6)


def test_entropy_in_bits_by_hand() -> None:
    halves = torch.tensor([[0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25]]).log()
    assert distribution(halves, 4).entropy.tolist() == pytest.approx([1.75, 2.0], abs=1e-6)


def test_a_certain_word_has_an_entropy_of_plain_0() -> None:
    for logits in ([0.0, -1000.0, -1000.0], [5.0, -math.inf, -math.inf]):
        entropy = float(distribution(torch.tensor([logits]), 1).entropy[0])
        assert f"{entropy:.1f}" == "0.0"  # not "-0.0"


def test_impossible_words_count_as_nothing() -> None:
    spread = distribution(torch.tensor([[1.0, -math.inf, 1.0, -math.inf]]), 4)
    assert spread.entropy[0] == pytest.approx(1.0)
    assert spread.top_probabilities[0].tolist() == pytest.approx([0.5, 0.5, 0.0, 0.0])
    assert spread.probability(0, 1) == 0.0
    assert [spread.rank(0, token) for token in range(4)] == [1, 3, 1, 3]


@settings(max_examples=50)
@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0]), min_size=1, max_size=10))
def test_ties_share_the_better_rank(logits: list[float]) -> None:
    spread = distribution(torch.tensor([logits, logits[::-1]]), 1)
    for row, values in enumerate((logits, logits[::-1])):
        for token, value in enumerate(values):
            assert spread.rank(row, token) == 1 + sum(other > value for other in values)


def test_half_precision_logits_are_computed_in_float32() -> None:
    logits = torch.linspace(-8, 8, 4096)[None].half()
    spread = distribution(logits, 4096)
    assert spread.log_probabilities.dtype == torch.float32
    assert float(spread.top_probabilities.sum()) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("k", [0, -1, 5])
def test_k_lies_within_the_vocabulary(k: int) -> None:
    with pytest.raises(ValueError, match="between 1 and the 4 words"):
        distribution(torch.zeros(1, 4), k)


@pytest.mark.parametrize(
    ("text", "korean"),
    [
        ("", False),
        ("123 !? 👋", False),
        ("The capital of France", False),
        ("한국어 문장이에요.", True),
        ("ㅋㅋㅋ", True),
        ("서울 is", True),  # two of four letters
        ("가ab", True),  # exactly a third
        ("가abc", False),
        ("BERT는 [MASK]를 써요", True),
        ("His name was 김 in Korean", False),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", True),  # decomposed, as macOS writes file names
        ("漢字かな", False),
    ],
)
def test_mostly_korean(text: str, korean: bool) -> None:
    assert mostly_korean(text) is korean
