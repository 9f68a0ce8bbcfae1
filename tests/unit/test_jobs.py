import gc
import inspect
import threading
import time
import weakref
from collections.abc import Callable, Generator
from itertools import pairwise

import pytest

from playground.messages import Complaint
from playground.ui.jobs import Jobs, Snapshot

PATIENCE = 20.0  # seconds; far more than any of these takes


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.005)


def _ended(jobs: Jobs, job: str) -> Snapshot:
    return list(jobs.watch(job, every=0.01))[-1]


class Held:
    """A generator that yields 0, 1, 2 ... until it is released, and notes that it was cleaned up."""

    def __init__(self) -> None:
        self.started, self.release, self.cleaned = threading.Event(), threading.Event(), threading.Event()

    def work(self) -> Generator[int, None, None]:
        try:
            self.started.set()
            count = 0
            while not self.release.is_set():
                yield count
                count += 1
                time.sleep(0.005)
        finally:
            self.cleaned.set()


def test_a_job_runs_to_its_end_and_is_watched() -> None:
    jobs = Jobs()

    def work() -> Generator[str, None, None]:
        yield "first"
        time.sleep(0.05)
        yield "second"

    seen = list(jobs.watch(jobs.start(work()), every=0.01))
    assert seen[-1].state == "done" and seen[-1].ended and seen[-1].error is None
    assert seen[-1].last == "second" and seen[-1].count == 2
    assert not any(snapshot.ended for snapshot in seen[:-1])
    for earlier, later in pairwise(seen):
        assert later.count >= earlier.count
        assert later != earlier  # only changes are told


def test_a_job_runs_without_anyone_watching_yet() -> None:
    jobs, held = Jobs(), Held()
    job = jobs.start(held.work())
    assert held.started.wait(PATIENCE)
    _until(lambda: jobs.snapshot(job).count > 2)
    held.release.set()
    assert _ended(jobs, job).state == "done"


def test_cancel_closes_the_generator_within_a_step() -> None:
    jobs, held = Jobs(), Held()
    job = jobs.start(held.work())
    assert held.started.wait(PATIENCE)
    asked = time.monotonic()
    jobs.cancel(job)
    assert held.cleaned.wait(PATIENCE)
    assert time.monotonic() - asked < 1.0
    ended = _ended(jobs, job)
    assert ended.state == "cancelled" and ended.error is None
    assert ended.last == ended.count - 1
    jobs.cancel(job)  # again: nothing happens
    jobs.cancel("no such job")
    assert jobs.snapshot(job).state == "cancelled"


def test_a_job_that_nobody_watches_stops() -> None:
    jobs, held = Jobs(unwatched=0.15), Held()
    job = jobs.start(held.work())
    assert held.cleaned.wait(PATIENCE)
    assert _ended(jobs, job).state == "abandoned"


def test_a_watched_job_goes_on() -> None:
    jobs, held = Jobs(unwatched=0.3), Held()
    job = jobs.start(held.work())
    for _ in range(20):
        assert not jobs.snapshot(job).ended
        time.sleep(0.04)  # 0.8 s in all
    held.release.set()
    assert _ended(jobs, job).state == "done"


def test_a_waiting_job_that_nobody_watches_never_starts() -> None:
    jobs, first, second = Jobs(unwatched=0.2), Held(), Held()
    busy = jobs.start(first.work())
    assert first.started.wait(PATIENCE)
    left = jobs._jobs[jobs.start(second.work())]

    def first_alone() -> bool:
        jobs.snapshot(busy)
        return left.state == "abandoned"

    _until(first_alone)
    assert not second.started.is_set()
    first.release.set()
    assert _ended(jobs, busy).state == "done"


def test_a_failure_is_kept_and_cleaned_up() -> None:
    jobs, cleaned = Jobs(), threading.Event()
    error = ZeroDivisionError("of mine")

    def work() -> Generator[int, None, None]:
        try:
            yield 1
            raise error
        finally:
            cleaned.set()

    ended = _ended(jobs, jobs.start(work()))
    assert ended.state == "failed" and ended.error is error and ended.last == ended.count == 1
    assert cleaned.is_set()
    # And the next one runs.
    held = Held()
    held.release.set()
    assert _ended(jobs, jobs.start(held.work())).state == "done"


def test_a_full_queue_is_one_sentence_and_closes_the_newcomer() -> None:
    jobs, held = Jobs(limit=2), [Held(), Held(), Held()]
    ids = [jobs.start(h.work()) for h in held[:2]]
    extra = held[2].work()
    with pytest.raises(Complaint) as caught:
        jobs.start(extra)
    assert caught.value.key == "pg_err_jobs_full" and caught.value.values == {"count": 2}
    assert inspect.getgeneratorstate(extra) == inspect.GEN_CLOSED
    held[0].release.set()
    assert _ended(jobs, ids[0]).state == "done"
    third = jobs.start(held[2].work())  # an ended job takes no place
    for h in held:
        h.release.set()
    assert [_ended(jobs, job).state for job in (ids[1], third)] == ["done", "done"]


def test_one_at_a_time_in_the_order_they_came() -> None:
    jobs, order, inside, most = Jobs(), [], [0], [0]

    def work(number: int) -> Generator[None, None, None]:
        order.append(number)
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        for _ in range(3):
            yield
            time.sleep(0.005)
        inside[0] -= 1

    first = Held()
    ids = [jobs.start(first.work())]
    ids += [jobs.start(work(number)) for number in range(6)]
    assert [jobs.snapshot(job).ahead for job in ids] == list(range(7))
    assert [jobs.snapshot(job).state for job in ids[1:]] == ["waiting"] * 6
    first.release.set()
    assert {_ended(jobs, job).state for job in ids} == {"done"}
    assert order == list(range(6))
    assert most == [1]
    assert {jobs.snapshot(job).ahead for job in ids} == {0}


def test_cancelling_a_waiting_job_lets_the_others_pass() -> None:
    jobs, held = Jobs(), [Held(), Held(), Held()]
    ids = [jobs.start(h.work()) for h in held]
    assert held[0].started.wait(PATIENCE)
    jobs.cancel(ids[1])
    _until(lambda: jobs.snapshot(ids[1]).state == "cancelled")
    assert jobs.snapshot(ids[0]).state == "running"
    assert jobs.snapshot(ids[2]).ahead == 1
    for h in held:
        h.release.set()
    assert [_ended(jobs, job).state for job in ids] == ["done", "cancelled", "done"]
    assert not held[1].started.is_set()


def test_ids_cannot_be_guessed() -> None:
    jobs = Jobs(limit=1000)

    def nothing() -> Generator[None, None, None]:
        yield from ()

    ids = [jobs.start(nothing()) for _ in range(40)]
    assert len(set(ids)) == 40
    assert all(len(job) >= 20 for job in ids)
    assert len({job[:8] for job in ids}) == 40  # no common beginning
    for job in ids:
        _ended(jobs, job)


def test_of_an_ended_job_its_last_event_is_kept_alone() -> None:
    class Dump:
        """As large as the Result so far, which each Progress carries."""

    jobs, made = Jobs(), list[weakref.ref[Dump]]()

    def work() -> Generator[Dump, None, None]:
        for _ in range(1000):
            dump = Dump()
            made.append(weakref.ref(dump))
            yield dump

    ended = _ended(jobs, jobs.start(work()))
    gc.collect()
    assert ended.count == 1000
    assert [one() for one in made if one() is not None] == [ended.last]


def test_a_failed_job_lets_go_of_what_it_worked_with() -> None:
    class Model:
        pass

    jobs, made = Jobs(), list[weakref.ref[Model]]()

    def work() -> Generator[int, None, None]:
        model = Model()
        made.append(weakref.ref(model))
        yield 1
        raise RuntimeError(f"{type(model).__name__} broke")

    ended = _ended(jobs, jobs.start(work()))
    gc.collect()
    assert ended.state == "failed" and str(ended.error) == "Model broke" and made[0]() is None
    assert ended.error is not None and ended.error.__traceback__ is not None  # for the log


def test_two_watchers_see_the_same_end() -> None:
    # A page that is reloaded watches the same id again.
    jobs, held = Jobs(), Held()
    job = jobs.start(held.work())
    before_reload = jobs.watch(job, every=0.01)
    next(before_reload)
    after_reload = jobs.watch(job, every=0.01)
    next(after_reload)
    held.release.set()
    ends = [list(watcher)[-1] for watcher in (before_reload, after_reload)]
    assert ends[0] == ends[1] and ends[0].state == "done"


def test_an_unknown_or_forgotten_job_is_one_sentence() -> None:
    jobs = Jobs(keep=0.1)
    with pytest.raises(Complaint) as caught:
        jobs.snapshot("no such job")
    assert caught.value.key == "pg_err_job_unknown"
    with pytest.raises(Complaint):
        next(jobs.watch("no such job"))
    held = Held()
    held.release.set()
    job = jobs.start(held.work())
    assert _ended(jobs, job).state == "done"
    time.sleep(0.2)
    with pytest.raises(Complaint):
        jobs.snapshot(job)
    assert not jobs._jobs


def test_a_paused_job_rests_lets_others_pass_and_goes_on() -> None:
    jobs, first, second = Jobs(), Held(), Held()
    job = jobs.start(first.work())
    _until(lambda: jobs.snapshot(job).count > 1)
    other = jobs.start(second.work())
    assert jobs.snapshot(other).ahead == 1
    jobs.pause(job)
    _until(lambda: jobs.snapshot(other).count > 1)
    resting = jobs.snapshot(job)
    assert resting.paused and resting.state == "waiting" and not resting.ended and jobs.snapshot(other).ahead == 0
    time.sleep(0.1)
    assert jobs.snapshot(job).count == resting.count
    jobs.pause(job)
    _until(lambda: jobs.snapshot(job).count > resting.count)
    _until(lambda: jobs.snapshot(other).state == "waiting")
    assert not jobs.snapshot(job).paused
    first.release.set()
    assert _ended(jobs, job).state == "done"
    second.release.set()
    assert _ended(jobs, other).state == "done" and second.cleaned.is_set()


def test_a_paused_job_can_be_cancelled_and_ends_when_nobody_watches_or_goes_on() -> None:
    for unwatched, rest, state in ((60.0, 60.0, "cancelled"), (0.2, 60.0, "abandoned"), (60.0, 0.2, "rested")):
        jobs, held = Jobs(unwatched=unwatched, rest=rest), Held()
        job = jobs.start(held.work())
        assert held.started.wait(PATIENCE)
        jobs.pause(job)
        if state == "cancelled":
            jobs.cancel(job)
        assert held.cleaned.wait(PATIENCE)
        assert _ended(jobs, job).state == state
        jobs.pause(job)
        assert not jobs.snapshot(job).paused
