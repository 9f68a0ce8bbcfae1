import numpy as np
import pytest

from playground.training.buckets import POOL, Buckets


def test_an_epoch_has_every_example_once_and_each_epoch_another_order() -> None:
    lengths = np.random.default_rng(1).integers(1, 100, size=1000).tolist()
    buckets = Buckets(lengths, 10, seed=3)
    assert buckets.steps == 100
    epochs = [[buckets(epoch * 100 + step).tolist() for step in range(100)] for epoch in range(2)]
    for epoch in epochs:
        assert sorted(index for batch in epoch for index in batch) == list(range(1000))
    assert epochs[0] != epochs[1]
    jumping = Buckets(lengths, 10, seed=3)
    assert all(jumping(step).tolist() == epochs[step // 100][step % 100] for step in (150, 3, 99, 100))
    assert Buckets(lengths, 10, seed=4)(0).tolist() != epochs[0][0]


def test_a_batch_has_nearly_equal_lengths() -> None:
    lengths = np.random.default_rng(2).integers(1, 200, size=3200)
    buckets = Buckets(lengths.tolist(), 20, seed=1)
    spread = [int(np.ptp(lengths[buckets(step)])) for step in range(buckets.steps)]
    assert np.mean(spread) < 2 * 200 / POOL


def test_few_examples_are_one_smaller_batch_and_none_are_refused() -> None:
    buckets = Buckets([3, 1, 2], 16, seed=1)
    assert sorted(buckets(0).tolist()) == sorted(buckets(7).tolist()) == [0, 1, 2]
    with pytest.raises(ValueError, match="no examples"):
        Buckets([], 4, seed=1)
