"""A quick call is answered while a long job runs, long jobs run one at a time, and a cancelled one stops."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio_client import Client

from tests.server import running


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with running(module="tests.api.lanes_app") as address:
        yield Client(address, verbose=False)


def test_a_quick_call_is_answered_while_a_long_job_runs(client: Client) -> None:
    job = client.submit(seconds=6, api_name="/long")
    while not job.outputs():
        time.sleep(0.05)
    for _ in range(3):
        started = time.monotonic()
        client.predict(api_name="/quick")
        assert time.monotonic() - started < 3
        assert not job.done()
    job.cancel()


def test_long_jobs_run_one_at_a_time(client: Client) -> None:
    first = client.submit(seconds=1.5, api_name="/long")
    while not first.outputs():
        time.sleep(0.05)
    second = client.submit(seconds=0.5, api_name="/long")
    time.sleep(0.5)
    assert not second.outputs() or first.done()
    second.result(timeout=20)
    assert first.done()


def test_twenty_quick_calls_at_once_are_all_answered(client: Client) -> None:
    """By plain requests: Python's client drops a call that is sent while its stream of answers is being closed."""
    url = f"{client.src}gradio_api/call/quick"

    def ask(_: int) -> str:
        event = httpx.post(url, json={"data": [1.0]}, timeout=60).json()["event_id"]
        return httpx.get(f"{url}/{event}", timeout=60).text

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    for answer in answers:
        assert "event: complete" in answer
        assert json.loads(answer.split("data: ")[-1])[0]["elapsed"] >= 0.05
