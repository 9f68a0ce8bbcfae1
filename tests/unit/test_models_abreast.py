"""Trainings abreast: all of it comes, side by side, each with its share of the cores; and nothing runs on."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import torch

from playground.models import abreast as module
from playground.models.abreast import abreast, lanes
from playground.models.device import TURNS
from tests.unit.test_models_device import one_step_at_a_time

_PATIENCE = 20.0


@pytest.fixture(params=[1, 2, 3])
def wide(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "lanes", lambda: request.param)
    return int(request.param)


def _counting(name: str, to: int) -> Callable[[int], Iterator[tuple[str, int]]]:
    return lambda lane: ((name, number) for number in range(to))


def test_all_items_come_each_works_in_their_order(wide: int) -> None:
    found = list(abreast([_counting(name, to) for name, to in (("a", 30), ("b", 0), ("c", 5), ("d", 40))]))
    for name, to in (("a", 30), ("b", 0), ("c", 5), ("d", 40)):
        assert [number for own, number in found if own == name] == list(range(to))
    assert list(abreast([])) == []


def test_steps_run_side_by_side_with_their_share_of_the_cores(wide: int) -> None:
    together, cores = threading.Barrier(wide), torch.get_num_threads()

    def work(lane: int) -> Iterator[tuple[int, int]]:
        with TURNS.step():
            together.wait(_PATIENCE)  # breaks unless all lanes are inside
        yield lane, torch.get_num_threads()

    found = list(abreast([work] * wide))
    assert sorted(lane for lane, _ in found) == list(range(wide))
    assert {threads for _, threads in found} == {max(1, cores // wide)}
    # Neither here nor in a thread that is begun afterwards is anything changed.
    seen = []
    after = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    after.start()
    after.join()
    assert seen == [cores] == [torch.get_num_threads()]
    one_step_at_a_time(TURNS)


def test_what_is_raised_in_a_lane_is_raised_and_ends_the_others(wide: int) -> None:
    ended, begun = [], threading.Event()

    def endless(lane: int) -> Iterator[int]:
        try:
            while True:
                begun.set()
                yield lane
        finally:
            ended.append(lane)

    def broken(lane: int) -> Iterator[int]:
        yield lane
        assert wide == 1 or begun.wait(_PATIENCE)
        raise ValueError("no number")

    with pytest.raises(ValueError, match="no number"):
        list(abreast([broken, endless] if wide > 1 else [broken]))
    assert len(ended) == (wide > 1)
    _none_left()


def test_who_stops_taking_stops_the_lanes(wide: int) -> None:
    made, ended = [], []

    def endless(lane: int) -> Iterator[int]:
        try:
            for number in range(10_000):
                made.append(number)
                yield number
        finally:
            ended.append(lane)

    going = abreast([endless] * 5)
    assert [next(going) for _ in range(3)]
    time.sleep(0.3)
    assert len(made) <= 3 + 2 * wide  # nobody runs ahead: a job that is paused rests
    going.close()  # type: ignore[attr-defined]
    assert 1 <= len(ended) <= wide
    _none_left()


def _none_left() -> None:
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane ")]


def test_a_gpu_has_one_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lanes() == min(4, torch.get_num_threads())
    monkeypatch.setattr(module, "device", lambda: torch.device("cuda"))
    assert lanes() == 1
