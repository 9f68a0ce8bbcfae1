import threading
import time

import pytest
import torch

from playground.models.device import Turnstile, describe, device

PATIENCE = 20.0  # seconds; far more than any of these takes


def _join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "a thread still waits for its turn"


def test_a_quick_request_gets_in_between_the_steps_of_a_long_job() -> None:
    turns = Turnstile()
    steps, stop, at_work = [0], threading.Event(), threading.Event()

    def job() -> None:
        while not stop.is_set():
            with turns.step():
                at_work.set()
                time.sleep(0.02)
                steps[0] += 1

    thread = threading.Thread(target=job, daemon=True)
    thread.start()
    assert at_work.wait(PATIENCE)
    waited: list[int] = []

    def clicks() -> None:
        for _ in range(10):
            before = steps[0]
            with turns.quick():
                waited.append(steps[0] - before)
            time.sleep(0.005)

    visitor = threading.Thread(target=clicks, daemon=True)
    visitor.start()
    try:
        _join([visitor])
    finally:
        stop.set()
    _join([thread])
    # The step that runs, and at most one that began before the request was noticed.
    assert max(waited) <= 2
    assert steps[0] >= 10  # and the job went on


def test_the_next_step_waits_until_a_quick_request_is_done() -> None:
    turns = Turnstile()
    order: list[str] = []
    inside, release = threading.Event(), threading.Event()

    def quick() -> None:
        with turns.quick():
            inside.set()
            assert release.wait(PATIENCE)
            order.append("quick")

    def step() -> None:
        with turns.step():
            order.append("step")

    threads = [threading.Thread(target=quick, daemon=True), threading.Thread(target=step, daemon=True)]
    threads[0].start()
    assert inside.wait(PATIENCE)
    threads[1].start()
    time.sleep(0.1)
    assert order == []
    release.set()
    _join(threads)
    assert order == ["quick", "step"]


def test_quick_requests_run_side_by_side() -> None:
    turns, together = Turnstile(), threading.Barrier(4)

    def quick() -> None:
        with turns.quick():
            together.wait(PATIENCE)  # breaks unless all four are inside

    threads = [threading.Thread(target=quick, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    _join(threads)
    assert not together.broken


def test_jobs_abreast_that_end_in_any_order_leave_one_step_at_a_time() -> None:
    turns = Turnstile()
    first, second = turns.abreast(2), turns.abreast(3)
    first.__enter__(), second.__enter__()
    with turns.step(), turns.step(), turns.step():
        pass
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    one_step_at_a_time(turns)


def one_step_at_a_time(turns: Turnstile) -> None:
    """A second step waits for the first one."""
    entered = threading.Event()

    def step() -> None:
        with turns.step():
            entered.set()

    with turns.step():
        thread = threading.Thread(target=step, daemon=True)
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(PATIENCE)
    _join([thread])


def test_never_both_at_once_and_no_deadlock() -> None:
    turns, lock = Turnstile(), threading.Lock()
    inside = {"quick": 0, "long": 0}
    done = {"quick": 0, "long": 0}
    wrong: list[dict[str, int]] = []

    def work(kind: str) -> None:
        for _ in range(40):
            with turns.quick() if kind == "quick" else turns.step():
                with lock:
                    inside[kind] += 1
                    if inside["long"] > 1 or (inside["long"] and inside["quick"]):
                        wrong.append(dict(inside))
                time.sleep(0.0003)
                with lock:
                    inside[kind] -= 1
                    done[kind] += 1
            time.sleep(0.0005 if kind == "quick" else 0)

    kinds = ["quick"] * 8 + ["long"] * 4
    threads = [threading.Thread(target=work, args=(kind,), daemon=True) for kind in kinds]
    for thread in threads:
        thread.start()
    _join(threads)
    assert wrong == []
    assert done == {"quick": 8 * 40, "long": 4 * 40}


def test_an_error_inside_gives_the_turn_back() -> None:
    turns = Turnstile()
    for taken in (turns.quick, turns.step):
        with pytest.raises(ZeroDivisionError), taken():
            raise ZeroDivisionError
    for taken in (turns.step, turns.quick, turns.step):
        entered = threading.Event()

        def enter(taken=taken, entered=entered) -> None:  # type: ignore[no-untyped-def]
            with taken():
                entered.set()

        threading.Thread(target=enter, daemon=True).start()
        assert entered.wait(PATIENCE)


def test_the_device_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_DEVICE", "cpu")
    device.cache_clear()
    describe.cache_clear()
    try:
        assert device() == torch.device("cpu")
        assert describe() == "CPU"
    finally:
        device.cache_clear()
        describe.cache_clear()
