"""A model that must be downloaded before it can answer.

An event never waits for a download: it says that one is under way and ends, so that the visitor may go on with another
model; ui/waiting.py watches, says how far it is, and asks again when the model is there.
"""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from typing import Any

from playground.demo import Demo, models_of
from playground.messages import Complaint, Notice
from playground.models import catalogue, download
from playground.runs import Run
from playground.ui.lanes import call

_AT_ONCE = 0.5  # seconds in which what lies on the disk has been found, or a download has begun
_number = itertools.count(1)


class Fetching(Complaint):
    """No error: the answer has to wait for a download. link: the share link that was opened, if it was one."""

    def __init__(self, model: str, asked: dict[str, Any]) -> None:
        super().__init__("pg_fetching_begins", model=model)
        self.model, self.asked = model, asked
        self.link: dict[str, str] | None = None

    def state(self) -> dict[str, Any]:
        """What ui/waiting.py needs; numbered, so that waiting again for the same is a change."""
        return {
            "model": self.model,
            "asked": self.asked,
            "link": self.link,
            "number": next(_number),
            "over": False,
        }


def waits_for(waiting: dict[str, Any] | None, values: dict[str, Any]) -> bool:
    """Whether just these are waited for: their fields changed only because a link filled them."""
    if waiting is None or waiting["over"]:
        return False
    return values == {name: waiting["asked"].get(name) for name in values}


def give_up(waiting: dict[str, Any] | None) -> None:
    """Something else is asked for: what waits stops. (Gradio's way, `cancels`, fails when the event just ends.)"""
    if waiting:
        waiting["over"] = True


def call_if_here(demo: Demo, values: dict[str, Any]) -> Run:
    """Like `call`, but raises Fetching where the model is not on this machine yet; its download goes on then."""
    request = demo.request.model_validate(values)
    if (model := begun(demo, request)) is not None:
        raise Fetching(model, request.model_dump())
    return call(demo, values)


def begun(demo: Demo, request: Any) -> str | None:
    """The model of the request that is being downloaded, if there is one; begins to do so.

    Raises what `prepare` complains of.
    """
    absent = [model for model in models_of(request) if catalogue.find(model).folder is None]
    if not absent:
        return None
    if under_way := _under_way(absent):
        return under_way
    prepared: Future[None] = Future()

    def prepare() -> None:
        try:
            demo.prepare(request)
        except BaseException as error:
            prepared.set_exception(error)
        else:
            prepared.set_result(None)

    threading.Thread(target=prepare, name="fetch", daemon=True).start()
    wait([prepared], _AT_ONCE)
    if prepared.done():
        prepared.result()
    return _under_way(absent)


def _under_way(models: list[str]) -> str | None:
    return next(filter(download.under_way, models), None)


def follow(model: str) -> Iterator[Notice]:
    """How far the download of `model` is, until it has ended. Raises the Complaint with which it failed."""
    for progress in download.follow(model):
        if progress is None:
            yield Notice(key="pg_fetching_begins", values={"model": model})
        else:
            done, total = (round(size / 1e6) for size in (progress.done, progress.total))
            yield Notice(key="pg_fetching", values={"model": model, "done": done, "total": total})
