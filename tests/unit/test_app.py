"""The page is served whatever becomes of a model."""

import subprocess
import sys
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from playground import app, demos
from playground.messages import Complaint, say
from playground.paths import ROOT
from playground.ui import lanes
from playground.ui.document import Document


def test_a_missing_model_does_not_keep_the_app_from_starting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def gone(demo: Any, request: Any) -> Any:
        asked.append(demo)
        raise Complaint("pg_err_no_safetensors", model="bert-mini")

    monkeypatch.setattr(lanes, "call", gone)
    app.warm_up()
    assert tuple(asked) == tuple(demo for demo in demos.EVERY if demo.lane == "quick")
    assert say("pg_err_no_safetensors", model="bert-mini") in capsys.readouterr().err


_ALL_AT_ONCE = """
import threading
from playground import demos
failed, together = [], threading.Barrier(len(demos.EVERY))
def click(demo):
    together.wait()
    try:
        demo.run
    except ImportError as error:
        failed.append(f"{demo.name}: {error}")
clicks = [threading.Thread(target=click, args=(demo,)) for demo in demos.EVERY]
[click.start() for click in clicks]
[click.join() for click in clicks]
assert not failed, failed
"""


@pytest.mark.parametrize(("method", "path", "made"), [("HEAD", "/", 0), ("GET", "/", 1), ("HEAD", "/file.js", 1)])
def test_whether_the_page_is_there_is_said_without_making_it(method: str, path: str, made: int) -> None:
    """Gradio asks so when it starts, and a machine too busy to make the page within 3 s would not serve it at all."""
    calls: list[str] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(scope["path"])
        await PlainTextResponse("made")(scope, receive, send)

    answer = TestClient(Document(page)).request(method, path)
    assert answer.status_code == 200 and len(calls) == made


def test_first_clicks_at_the_same_moment_find_their_pipelines() -> None:
    """Threads that import Transformers at once find it half filled, each time."""
    ended = subprocess.run([sys.executable, "-c", _ALL_AT_ONCE], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
