"""Several trainings abreast: each in a thread of its own, with its share of the processor's cores.

A step of a small model is a thousand short operations, over which the cores wait for each other more than they work.
Two trainings with a core each take about two thirds of the time of one after the other with both.

    work        one generator for each training, begun when a lane is free
    items       what they yield, as it comes; those of one training in their order
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, Full, Queue, SimpleQueue
from typing import TypeVar

import torch

from playground.models.device import TURNS, device

_MOST = 4  # trainings at once: each holds weights, gradients and moments of its own
_PATIENCE = 0.1  # seconds until a lane that cannot hand over looks whether it is to end

Item = TypeVar("Item")


class _Ended:
    """A lane has ended. error: why, unless there is no more work."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def lanes() -> int:
    """Trainings that run at once: as many as there are cores, four at most; on a GPU one."""
    return min(_MOST, torch.get_num_threads()) if device().type == "cpu" else 1


def abreast(work: Sequence[Callable[[int], Iterator[Item]]]) -> Iterator[Item]:
    """The items of all generators. Each is made with the number of its lane, from 0 to lanes() - 1.

    No generator is more than an item or two ahead of who takes them. Raises what one of them raises. When this ends,
    early or not, no generator runs any more.
    """
    wide = min(lanes(), len(work))
    if wide < 2:
        for make in work:
            yield from make(0)
        return
    cores, stop, begun = torch.get_num_threads(), threading.Event(), threading.Barrier(wide + 1)
    left: SimpleQueue[Callable[[int], Iterator[Item]]] = SimpleQueue()
    items: Queue[Item | _Ended] = Queue(wide)
    for make in work:
        left.put(make)

    def hand_over(item: Item | _Ended) -> None:
        while not stop.is_set():
            try:
                return items.put(item, timeout=_PATIENCE)
            except Full:
                continue

    def lane(number: int) -> None:
        torch.set_num_threads(max(1, cores // wide))  # of this thread, and of threads that are begun from now on
        begun.wait()
        try:
            while not stop.is_set():
                for item in left.get_nowait()(number):
                    hand_over(item)
                    if stop.is_set():
                        break
        except Empty:
            hand_over(_Ended())
        except BaseException as error:
            hand_over(_Ended(error))

    threads = [
        threading.Thread(target=lane, args=(number,), name=f"lane {number}", daemon=True) for number in range(wide)
    ]
    with TURNS.abreast(wide):
        for thread in threads:
            thread.start()
        begun.wait()
        torch.set_num_threads(cores)  # for threads that are begun from now on
        try:
            running = wide
            while running:
                item = items.get()
                if not isinstance(item, _Ended):
                    yield item
                elif item.error is not None:
                    raise item.error
                else:
                    running -= 1
        finally:
            stop.set()
            for thread in threads:
                thread.join()
