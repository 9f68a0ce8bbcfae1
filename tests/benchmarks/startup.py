"""Start-up to the first HTTP 200: the app against an empty one-tab Gradio app, alternating."""

import os
import statistics
import subprocess
import sys
import time

from tests.server import ROOT, free_port, wait_for

ROUNDS = 5


def _seconds(script: str) -> float:
    port = free_port()
    env = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "HF_HUB_OFFLINE": "1"}
    started = time.monotonic()
    with subprocess.Popen([sys.executable, script], cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as process:
        wait_for(f"http://127.0.0.1:{port}/", 120, process)
        seconds = time.monotonic() - started
        process.kill()
    return seconds


def main() -> None:
    scripts = {"this app": "app.py", "empty Gradio app": "tests/benchmarks/empty_app.py"}
    for script in scripts.values():
        _seconds(script)  # once to warm the disk cache
    times: dict[str, list[float]] = {name: [] for name in scripts}
    for _ in range(ROUNDS):
        for name, script in scripts.items():
            times[name].append(_seconds(script))
    for name, measured in times.items():
        low, middle, high = min(measured), statistics.median(measured), max(measured)
        print(f"{name}: median {middle:.2f} s of {ROUNDS} ({low:.2f} to {high:.2f})")
    ours, theirs = (statistics.median(measured) for measured in times.values())
    print(f"startup: {ours / theirs:.2f}x an empty Gradio app (goal: at most 1.5x)")
