"""On ZeroGPU a run goes through a forked worker: models are loaded before it, errors come out of it as text.

The service itself cannot be had here, so `spaces.GPU` is replaced by what it does to a function: call it
elsewhere and let nothing but gr.Error through.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest
import spaces

from playground import demos
from playground.messages import Complaint
from playground.ui import lanes
from playground.ui.errors import sentence

ORDER: list[str] = []


def worker(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def forked(request: Any) -> Any:
        ORDER.append("worker")
        try:
            return function(request)
        except gr.Error:
            raise
        except Exception as error:
            raise RuntimeError("'" + type(error).__name__ + "'") from None  # all that survives a worker

    return forked


@pytest.fixture
def masked_lm(monkeypatch: pytest.MonkeyPatch) -> Any:
    ORDER.clear()
    monkeypatch.setattr(lanes, "ZERO_GPU", True)
    monkeypatch.setattr(spaces, "GPU", worker)
    demo = demos.masked_lm.DEMO
    prepare = type(demo).prepare

    def noted(self: Any, request: Any) -> None:
        ORDER.append("prepare")
        prepare(self, request)

    monkeypatch.setattr(type(demo), "prepare", noted)
    lanes.on_device.cache_clear()
    yield demo
    lanes.on_device.cache_clear()


def test_the_model_is_loaded_before_the_fork(masked_lm: Any) -> None:
    run = lanes.call(masked_lm, {"text": "a [MASK] b"})
    assert ORDER == ["prepare", "worker"] and len(run.result["predictions"]) == 1


def test_a_complaint_inside_the_worker_reaches_the_visitor_as_its_sentence(masked_lm: Any) -> None:
    with pytest.raises(gr.Error) as caught:
        lanes.call(masked_lm, {"text": "a b", "positions": [77]})
    assert sentence(caught.value, "en") == str(Complaint("pg_err_position", place=77, last=3))


def test_a_bad_request_costs_no_gpu(masked_lm: Any) -> None:
    with pytest.raises(ValueError, match="type a sentence"):
        lanes.call(masked_lm, {"text": " "})
    with pytest.raises(Complaint, match="klue/bert-base"):
        lanes.call(masked_lm, {"text": "안녕하세요"})
    assert "worker" not in ORDER
