"""A dummy long demo and a quick one, registered as real demos are: what the lanes are tested with."""

import os
import time
from collections.abc import Iterator

import gradio as gr
from pydantic import BaseModel, Field

from playground.demo import Demo
from playground.models.device import TURNS
from playground.ui import api


class Seconds(BaseModel):
    seconds: float = Field(default=1.0, ge=0, le=60)


class Now(BaseModel):
    elapsed: float


def long(request: Seconds) -> Iterator[Now]:
    """Steps of 0.3 s, as a training run has them."""
    started = time.monotonic()
    while (elapsed := time.monotonic() - started) < request.seconds:
        with TURNS.step():
            time.sleep(0.3)
        yield Now(elapsed=elapsed)


def quick(request: Seconds) -> Now:
    started = time.monotonic()
    with TURNS.quick():
        time.sleep(0.05)
    return Now(elapsed=time.monotonic() - started)


class Here(Demo):
    @property
    def run(self):  # type: ignore[no-untyped-def]
        return {"long": long, "quick": quick}[self.name]


if __name__ == "__main__":
    with gr.Blocks(analytics_enabled=False) as app:
        api.register(Here("long", Seconds, Now, progress=Now, lane="long"))
        api.register(Here("quick", Seconds, Now))
    app.queue(max_size=32)
    app.launch(server_port=int(os.environ["PORT"]), ssr_mode=False, quiet=True)
