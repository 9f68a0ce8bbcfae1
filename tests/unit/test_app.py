"""The page is served whatever becomes of a model."""

from typing import Any

import pytest

from playground import app, demos
from playground.messages import Complaint, say
from playground.ui import lanes


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
