import pytest
import torch
from scipy.stats import chisquare

from playground.core.replaced import replace, sample


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_words_are_drawn_as_the_softmax_says(temperature: float) -> None:
    logits = torch.tensor([0.0, 1.5, -1.0, 3.0, 2.0, -30.0])
    n = 20_000
    drawn = sample(logits.expand(n, -1), temperature, torch.Generator().manual_seed(5))
    expected = (logits.double() / temperature).softmax(0)
    counts = drawn.bincount(minlength=6)
    assert int(counts[5]) == 0
    assert chisquare(counts[:5].numpy(), (expected[:5] / expected[:5].sum() * n).numpy()).pvalue > 1e-3


def test_a_seed_gives_the_same_words_and_zero_temperature_the_likeliest() -> None:
    logits = torch.randn(50, 30, generator=torch.Generator().manual_seed(1))
    first, again = (sample(logits, 1.0, torch.Generator().manual_seed(9)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, sample(logits, 1.0, torch.Generator().manual_seed(10)))
    assert torch.equal(sample(logits, 0.0), logits.argmax(1))
    assert torch.equal(sample(logits, 1e-4, torch.Generator().manual_seed(9)), logits.argmax(1))
    with pytest.raises(ValueError, match="-1"):
        sample(logits, -1.0)


def test_a_word_of_no_probability_is_never_drawn() -> None:
    logits = torch.full((5000, 4), float("-inf"))
    logits[:, 2] = 0.0
    assert sample(logits, generator=torch.Generator().manual_seed(3)).unique().tolist() == [2]


def test_the_right_word_counts_as_original() -> None:
    ids = torch.tensor([[7, 8, 9], [5, 6, 7]])
    found = replace(ids, torch.tensor([1, 2, 4]), torch.tensor([8, 3, 1]))
    assert found.ids.tolist() == [[7, 8, 3], [5, 1, 7]]
    assert found.replaced.tolist() == [[False, False, True], [False, True, False]]
    assert ids.tolist() == [[7, 8, 9], [5, 6, 7]]
