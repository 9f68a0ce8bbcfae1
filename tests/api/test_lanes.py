"""A quick call is answered while a long job runs, long jobs run one at a time, and a cancelled one stops."""

import time
from collections.abc import Iterator

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
    jobs = [client.submit(api_name="/quick") for _ in range(20)]
    assert all(job.result(timeout=120)["elapsed"] >= 0.05 for job in jobs)
