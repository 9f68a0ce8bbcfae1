"""The device, chosen once, and whose turn it is on it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import psutil
import torch


@cache
def device() -> torch.device:
    """CUDA, else MPS, else CPU. PLAYGROUND_DEVICE overrides."""
    if named := os.environ.get("PLAYGROUND_DEVICE"):
        return torch.device(named)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@cache
def describe() -> str:
    """The device as the screen names it: `CPU`, `NVIDIA H100 80GB HBM3`, `Apple GPU`."""
    chosen = device()
    if chosen.type == "cuda":
        return torch.cuda.get_device_name(chosen)
    return "Apple GPU" if chosen.type == "mps" else "CPU"


def synchronize() -> None:
    """Wait until the device has done what it was given."""
    if device().type == "cuda":
        torch.cuda.synchronize()
    elif device().type == "mps":
        torch.mps.synchronize()


def available_bytes() -> int:
    """Memory that a model may still take on the device, as far as the system says."""
    if device().type == "cuda":
        free: int = torch.cuda.mem_get_info()[0]
        return free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
    if device().type == "mps":
        return int(torch.mps.recommended_max_memory()) - int(torch.mps.driver_allocated_memory())
    free = psutil.virtual_memory().available
    try:  # a container's limit may be lower than the machine's memory
        limit = Path("/sys/fs/cgroup/memory.max").read_text()
        used = Path("/sys/fs/cgroup/memory.current").read_text()
        free = min(free, int(limit) - int(used))
    except (OSError, ValueError):  # no such limit, or "max"
        pass
    return free


Item = TypeVar("Item")


class Turnstile:
    """Quick requests go first: a long job asks for its turn before every step and lets them pass.

    So a click is answered within one step of a training run, not after it.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._quick = 0  # quick requests that wait or run
        self._long = 0  # long steps that run
        self._wide: list[int] = []  # long steps that may run at once, of each job that says so

    @contextmanager
    def quick(self) -> Iterator[None]:
        """Several quick requests may run at once; they wait for the step that is running."""
        with self._condition:
            self._quick += 1
            while self._long:
                self._condition.wait()
        try:
            yield
        finally:
            with self._condition:
                self._quick -= 1
                self._condition.notify_all()

    @contextmanager
    def step(self) -> Iterator[None]:
        """One step of a long job, taken when no quick request waits or runs."""
        with self._condition:
            while self._quick or self._long >= max(self._wide, default=1):
                self._condition.wait()
            self._long += 1
        try:
            yield
        finally:
            with self._condition:
                self._long -= 1
                self._condition.notify_all()

    @contextmanager
    def abreast(self, wide: int) -> Iterator[None]:
        """Let so many steps of a long job run at once."""
        with self._condition:
            self._wide.append(wide)
        try:
            yield
        finally:
            with self._condition:
                self._wide.remove(wide)

    def steps(self, work: Iterator[Item]) -> Iterator[Item]:
        """The items of a long job, each made in a step of its own."""
        while True:
            with self.step():
                try:
                    item = next(work)
                except StopIteration:
                    return
            yield item


TURNS = Turnstile()
