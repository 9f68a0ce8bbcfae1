import math

import pytest
import torch
from scipy.stats import binom, chisquare
from torch import Tensor
from transformers import BertTokenizer

from playground.core.masking import KEPT, MASKED, RANDOM, RECIPES, UNTOUCHED, choose_each, choose_exact, corrupt
from playground.core.masking import ordinary_words as ordinary
from tests.unit import tiny

MASK = 3
WORDS = torch.arange(10, 50)
EXACT = ["google", "electra"]
RATES = [step / 20 for step in range(1, 19)]  # all that the sliders offer


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _within(count: int, trials: int, share: float) -> bool:
    """Three standard deviations of a binomial count."""
    return abs(count - trials * share) <= 3 * math.sqrt(trials * share * (1 - share))


def _ragged(rows: int = 500, length: int = 64) -> Tensor:
    """(rows, length) bool, about two thirds maskable, another number of them in each row."""
    return torch.rand(rows, length, generator=_generator(20)) < 0.66


@pytest.mark.parametrize("rate", [0.01, 0.15, 0.5, 0.9])
def test_each_token_is_chosen_with_the_rate_and_only_maskable_ones(rate: float) -> None:
    maskable = _ragged()
    chosen = choose_each(maskable, rate, _generator(1))
    assert chosen.dtype == torch.bool and chosen.shape == maskable.shape
    assert not bool((chosen & ~maskable).any())
    assert _within(int(chosen.sum()), int(maskable.sum()), rate)


def test_tokens_are_chosen_on_their_own_so_that_counts_are_binomial_and_places_alike() -> None:
    draws, tokens, rate = 20_000, 12, 0.3
    chosen = choose_each(torch.ones(draws, tokens, dtype=torch.bool), rate, _generator(2))
    counted = torch.bincount(chosen.sum(1), minlength=tokens + 1)
    promised = draws * binom.pmf(range(tokens + 1), tokens, rate)
    tail = next(k for k in range(tokens + 1) if promised[k:].sum() < 20)  # too rare for the test, taken together
    seen = [*counted[: tail - 1].tolist(), int(counted[tail - 1 :].sum())]
    assert chisquare(seen, [*promised[: tail - 1], promised[tail - 1 :].sum()]).pvalue > 0.001
    assert int(counted[0]) > 0  # also none at all
    assert all(_within(int(chosen[:, place].sum()), draws, rate) for place in range(tokens))
    together = int((chosen[:, 0] & chosen[:, 1]).sum())
    assert _within(together, draws, rate**2)


def test_rate_0_chooses_nothing_and_rate_1_everything() -> None:
    maskable = _ragged()
    assert not bool(choose_each(maskable, 0.0, _generator()).any())
    assert torch.equal(choose_each(maskable, 1.0, _generator()), maskable)


def test_a_seed_repeats_and_another_does_not() -> None:
    maskable = _ragged()
    first, again, other = (choose_each(maskable, 0.5, _generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


@pytest.mark.parametrize("rate", [-0.01, 1.01, math.inf, math.nan])
def test_a_rate_outside_0_to_1_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose_each(torch.ones(1, 4, dtype=torch.bool), rate, _generator())


@pytest.mark.parametrize("rate", RATES)
def test_the_exact_number_is_pythons_rounding_for_every_length(rate: float) -> None:
    """Row n has n maskable tokens; at 15% of 190 single precision would choose one more."""
    maskable = torch.ones(400, 400, dtype=torch.bool).tril()
    chosen = choose_exact(maskable, rate, _generator())
    assert chosen.sum(1).tolist() == [max(1, round(rate * n)) for n in range(1, 401)]


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("rate", [0.15, 0.25, 0.5])
def test_google_and_electra_choose_an_exact_number(name: str, rate: float) -> None:
    maskable = _ragged()
    chosen = RECIPES[name].choose(maskable, rate, _generator(3))
    assert not bool((chosen & ~maskable).any())
    available = maskable.sum(1).tolist()
    assert chosen.sum(1).tolist() == [max(1, round(rate * n)) for n in available]
    alike = RECIPES[name].choose(torch.ones(1000, 60, dtype=torch.bool), rate, _generator(4))
    assert float(alike.sum(1).double().var()) == 0.0


def test_hugging_face_leaves_the_number_to_chance() -> None:
    draws, tokens, rate = 20_000, 60, 0.15
    counts = RECIPES["huggingface"].choose(torch.ones(draws, tokens, dtype=torch.bool), rate, _generator(5)).sum(1)
    variance = tokens * rate * (1 - rate)
    # The variance of a sample varies by its share sqrt(2 / n).
    assert abs(float(counts.double().var()) - variance) < 3 * variance * math.sqrt(2 / draws)


@pytest.mark.parametrize(
    ("name", "shares"),
    [("google", (0.8, 0.1, 0.1)), ("huggingface", (0.8, 0.1, 0.1)), ("electra", (0.85, 0.0, 0.15))],
)
def test_what_becomes_of_the_chosen_tokens(name: str, shares: tuple[float, float, float]) -> None:
    recipe, maskable = RECIPES[name], _ragged()
    ids = torch.randint(10, 50, maskable.shape, generator=_generator(6))
    chosen = recipe.choose(maskable, 0.4, _generator(7))
    done = corrupt(
        ids,
        chosen,
        mask_id=MASK,
        vocabulary=WORDS,
        generator=_generator(8),
        mask_share=recipe.mask_share,
        random_share=recipe.random_share,
    )
    assert torch.equal(done.chosen, chosen)
    assert torch.equal(done.ids[done.action == UNTOUCHED], ids[~chosen])
    total = int(chosen.sum())
    assert total > 5_000
    for action, share in zip((MASKED, RANDOM, KEPT), shares, strict=True):
        assert _within(int((done.action == action).sum()), total, share)
    # Counted from what is read, not from what it is called.
    assert _within(int((done.ids == MASK).sum()), total, shares[0])
    assert int((done.ids != ids).sum()) == pytest.approx(total * (shares[0] + shares[1] * 39 / 40), rel=0.03)


def test_there_is_no_other_recipe() -> None:
    assert set(RECIPES) == {"google", "huggingface", "electra"}


def test_ordinary_words_are_all_but_special_and_unused_ones() -> None:
    words = ["[PAD]", "[unused0]", "the", "[UNK]", "[CLS]", "unused", "[SEP]", "##s", "[unused99]", "[MASK]", "[x]"]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(words)})
    assert [words[number] for number in ordinary(tokenizer).tolist()] == ["the", "unused", "##s", "[x]"]
    tokenizer.add_tokens(["new"])
    tokenizer.add_special_tokens({"additional_special_tokens": ["[OWN]"]})
    left = tokenizer.convert_ids_to_tokens(ordinary(tokenizer).tolist())
    assert left == ["the", "unused", "##s", "[x]", "new"]


def test_ordinary_words_of_an_ordinary_vocabulary() -> None:
    found = ordinary(tiny.tokenizer())
    assert found.dtype == torch.long
    assert [tiny.WORDS[number] for number in found.tolist()] == [w for w in tiny.WORDS if w not in tiny.SPECIAL]
