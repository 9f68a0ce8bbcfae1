"""Starts the real app as a visitor's machine would, on a free port, and stops it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float, process: subprocess.Popen[bytes]) -> float:
    """Seconds until `url` answered 200. Raises AssertionError when it does not, or the process has ended."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        assert process.poll() is None, f"the app ended with exit status {process.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return time.monotonic() - started
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer within {seconds:.0f} s")


@contextmanager
def running(script: str = "app.py", module: str | None = None, **environment: str) -> Iterator[str]:
    """Run a script (or a module) that honours PORT, and give its address. Its output is shown when a test fails."""
    port = free_port()
    env = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "HF_HUB_OFFLINE": "1", **environment}
    command = ["-m", module] if module else [script]
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, 90, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
