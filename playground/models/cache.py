"""A cache bounded in bytes, least recently used first out, that loads each key once however many ask."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ByteCache(Generic[Value]):
    """get(key, load): `load()` returns (value, bytes). Thread-safe and single-flight: two callers, one load."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._flights: dict[Hashable, Future[Value]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, load: Callable[[], tuple[Value, int]]) -> Value:
        """The value of `key`. What `load` raises reaches every caller that waited for it; the next tries anew."""
        with self._lock:
            if (found := self._values.get(key)) is not None:
                self._values.move_to_end(key)
                return found[0]
            flight = self._flights.get(key)
            if flight is None:
                mine: Future[Value] = Future()
                self._flights[key] = mine
        if flight is not None:
            return flight.result()
        try:
            value, size = load()
        except BaseException as error:
            with self._lock:
                del self._flights[key]
            mine.set_exception(error)
            raise
        with self._lock:
            self._values[key] = (value, size)
            # The newest stays even when it alone is over the limit: someone is about to use it.
            while len(self._values) > 1 and self.used() > self.limit:
                self._values.popitem(last=False)
            del self._flights[key]
        mine.set_result(value)
        return value

    def used(self) -> int:
        """Bytes held."""
        return sum(size for _, size in self._values.values())

    def keys(self) -> list[Hashable]:
        """Keys held, least recently used first."""
        with self._lock:
            return list(self._values)
