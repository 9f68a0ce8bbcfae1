"""Jobs: long runs that outlive a page reload, and end when nobody watches them.

    start(generator) -> id          the generator runs in a thread of its own, one job at a time
    watch(id) -> Iterator[Snapshot] what an event yields; a reload simply watches the same id again
    cancel(id)                      the generator is closed at its next yield, its `finally` runs
    pause(id)                       the generator rests until `pause` is called again; others take their turn. It is
                                    closed when it has rested for too long: it keeps its memory all the while

An id is unguessable and kept in the visitor's browser alone, so nobody sees another's job. This registry is
the only mutable global of the app.
"""

import secrets
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.messages import Complaint

State = Literal["waiting", "running", "done", "cancelled", "abandoned", "rested", "failed"]
_ENDED = {"done", "cancelled", "abandoned", "rested", "failed"}


@dataclass(frozen=True)
class Snapshot:
    """state: where the job is; ahead: jobs before it; last: what it yielded last, None before that; count: how often
    it did."""

    state: State
    ahead: int
    last: Any = None
    count: int = 0
    error: Exception | None = None
    paused: bool = False

    @property
    def ended(self) -> bool:
        return self.state in _ENDED


@dataclass
class _Job:
    work: Generator[Any, None, None]
    state: State = "waiting"
    last: Any = None  # alone: each Progress holds a whole Result so far, and an ended job is kept for long
    count: int = 0
    error: Exception | None = None
    cancelled: bool = False
    paused: bool = False
    paused_at: float = 0.0
    watched: float = field(default_factory=time.monotonic)
    ended_at: float | None = None


class Jobs:
    """limit: jobs that may wait or run; unwatched: seconds without a watcher after which a job stops;
    keep: seconds that an ended job stays readable; rest: seconds that one may be paused."""

    def __init__(self, limit: int = 8, unwatched: float = 60.0, keep: float = 1800.0, rest: float = 1800.0) -> None:
        self.limit, self.unwatched, self.keep, self.rest = limit, unwatched, keep, rest
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._changed = threading.Condition()

    def start(self, work: Generator[Any, None, None]) -> str:
        """Queue a generator. Raises Complaint when the queue is full; the generator is then closed."""
        with self._changed:
            self._forget()
            if (busy := sum(job.state not in _ENDED for job in self._jobs.values())) >= self.limit:
                work.close()
                raise Complaint("pg_err_jobs_full", count=busy)
            job_id = secrets.token_urlsafe(18)
            self._jobs[job_id] = job = _Job(work)
        threading.Thread(target=self._run, args=(job,), name="job", daemon=True).start()
        return job_id

    def snapshot(self, job_id: str) -> Snapshot:
        """The job as it is now; asking counts as watching. Raises Complaint for an unknown id."""
        with self._changed:
            return self._snapshot(job_id)

    def watch(self, job_id: str, every: float = 0.3) -> Iterator[Snapshot]:
        """Yield the job whenever it changed, at most every `every` seconds, until it has ended."""
        last = None
        while True:
            with self._changed:
                now = self._snapshot(job_id)
            mark = (now.state, now.paused, now.ahead, now.count)
            if mark != last:
                last = mark
                yield now
                if now.ended:
                    return
            time.sleep(every)

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop. Unknown and ended jobs are left as they are."""
        with self._changed:
            if (job := self._jobs.get(job_id)) is not None:
                job.cancelled = True
                self._changed.notify_all()

    def pause(self, job_id: str) -> None:
        """Let a job rest, or go on where it rests. It ends when nobody watches it."""
        with self._changed:
            if (job := self._jobs.get(job_id)) is not None and job.state not in _ENDED:
                job.paused, job.paused_at = not job.paused, time.monotonic()
                self._changed.notify_all()

    def _snapshot(self, job_id: str) -> Snapshot:
        self._forget()
        job = self._jobs.get(job_id)
        if job is None:
            raise Complaint("pg_err_job_unknown")
        job.watched = time.monotonic()
        ahead = 0
        for other in self._jobs.values():
            if other is job:
                break
            ahead += other.state not in _ENDED and not other.paused
        resting = job.state in _ENDED or job.paused
        paused = job.paused and job.state not in _ENDED
        return Snapshot(job.state, 0 if resting else ahead, job.last, job.count, job.error, paused)

    def _forget(self) -> None:
        now = time.monotonic()
        for job_id, job in list(self._jobs.items()):
            if job.ended_at is not None and now - job.ended_at > self.keep:
                del self._jobs[job_id]

    def _rests(self, job: _Job) -> bool:
        """Whether it was paused, or one before it goes on again."""
        return job.paused or any(j.state == "running" for j in self._jobs.values() if j is not job)

    def _stop_state(self, job: _Job) -> State | None:
        if job.cancelled:
            return "cancelled"
        now = time.monotonic()
        if job.paused and now - job.paused_at > self.rest:
            return "rested"
        return "abandoned" if now - job.watched > self.unwatched else None

    def _turn(self, job: _Job) -> State | None:
        """Wait until it is this job's turn, the first of those that neither rest nor have ended. Returns why it is to
        stop instead, if it is. Call it with the lock held."""
        while job.paused or next(j for j in self._jobs.values() if j.state not in _ENDED and not j.paused) is not job:
            if stop := self._stop_state(job):
                return stop
            job.state = "waiting"
            self._changed.notify_all()
            self._changed.wait(timeout=0.2)
        job.state = "running"
        return None

    def _run(self, job: _Job) -> None:
        with self._changed:
            stop = self._turn(job)
        try:
            while stop is None:
                event = next(job.work, _END)
                with self._changed:
                    if event is _END:
                        stop = "done"
                    else:
                        job.last, job.count = event, job.count + 1
                        stop = self._stop_state(job) or (self._turn(job) if self._rests(job) else None)
        except Exception as error:
            stop, job.error = "failed", error
            # Its frames hold what the run worked with, and the job is kept for long.
            traceback.clear_frames(error.__traceback__)
        finally:
            try:
                job.work.close()
            finally:
                with self._changed:
                    job.state, job.ended_at = stop or "failed", time.monotonic()
                    self._changed.notify_all()


_END = object()
JOBS = Jobs()
