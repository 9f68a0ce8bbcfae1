import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.models.cache import ByteCache


@settings(max_examples=200)
@given(
    limit=st.integers(0, 30),
    sizes=st.lists(st.integers(0, 12), min_size=6, max_size=6),
    asked=st.lists(st.integers(0, 5), max_size=40),
)
def test_least_recently_used_goes_first(limit: int, sizes: list[int], asked: list[int]) -> None:
    cache: ByteCache[int] = ByteCache(limit)
    held: list[int] = []  # the same by hand: oldest use first
    loads: list[int] = []

    def load(key: int) -> tuple[int, int]:
        loads.append(key)
        return key * 100, sizes[key]

    expected_loads = []
    for key in asked:
        assert cache.get(key, lambda key=key: load(key)) == key * 100
        if key in held:
            held.remove(key)
        else:
            expected_loads.append(key)
        held.append(key)
        while len(held) > 1 and sum(sizes[k] for k in held) > limit:
            held.pop(0)
        assert cache.keys() == held
        assert cache.used() == sum(sizes[k] for k in held)
        assert cache.used() <= limit or held == [key]  # only the one in use may be over
    assert loads == expected_loads


def test_many_callers_one_load() -> None:
    cache: ByteCache[object] = ByteCache(100)
    loads = []
    everyone = threading.Barrier(8)

    def load() -> tuple[object, int]:
        loads.append(1)
        time.sleep(0.2)
        return object(), 1

    def ask() -> object:
        everyone.wait(5)
        return cache.get("key", load)

    with ThreadPoolExecutor(8) as pool:
        values = [future.result(5) for future in [pool.submit(ask) for _ in range(8)]]
    assert len(loads) == 1
    assert all(value is values[0] for value in values)


def test_two_keys_load_at_the_same_time() -> None:
    cache: ByteCache[str] = ByteCache(100)
    both = threading.Barrier(2)

    def load() -> tuple[str, int]:
        both.wait(5)  # breaks unless the other load is under way too
        return "loaded", 1

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(cache.get, key, load) for key in "ab"]
        assert [future.result(5) for future in futures] == ["loaded", "loaded"]


def test_a_cached_value_is_given_while_another_loads() -> None:
    cache: ByteCache[int] = ByteCache(100)
    cache.get("ready", lambda: (1, 1))
    release, started = threading.Event(), threading.Event()

    def slow() -> tuple[int, int]:
        started.set()
        assert release.wait(5)
        return 2, 1

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(cache.get, "slow", slow)
        assert started.wait(5)
        assert cache.get("ready", lambda: pytest.fail("it was there")) == 1
        release.set()
        assert future.result(5) == 2


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_a_failure_reaches_everyone_who_waited_and_the_next_tries_anew(error: BaseException) -> None:
    cache: ByteCache[int] = ByteCache(100)
    loads = []
    release, started = threading.Event(), threading.Event()
    caught: list[BaseException] = []

    def fail() -> tuple[int, int]:
        loads.append(1)
        started.set()
        assert release.wait(5)
        raise error

    def ask() -> None:
        try:
            cache.get("key", fail)
        except BaseException as what:
            caught.append(what)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    threads[0].start()
    assert started.wait(5)
    for thread in threads[1:]:
        thread.start()
    deadline = time.monotonic() + 5
    # All three wait on the first one's flight before it fails.
    while len(cache._flights["key"]._condition._waiters) < 3 and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.01)
    release.set()
    for thread in threads:
        thread.join(5)
    assert caught == [error] * 4
    assert len(loads) == 1
    assert cache.get("key", lambda: (7, 1)) == 7
    assert cache.keys() == ["key"]
