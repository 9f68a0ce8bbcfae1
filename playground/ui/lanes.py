"""Two lanes for events, and the one way from a Request to a Run."""

import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypedDict

from playground.demo import Demo, models_of
from playground.runs import SCHEMA_VERSION, Run

# On ZeroGPU every call forks a worker and borrows a GPU, and nothing outlives the call.
ZERO_GPU = bool(os.environ.get("SPACES_ZERO_GPU"))


class Lane(TypedDict):
    concurrency_id: str
    concurrency_limit: int


# Quick events overtake long ones: each lane has a limit of its own. Long work runs one at a time.
QUICK: Lane = {"concurrency_id": "quick", "concurrency_limit": 8}
LONG: Lane = {"concurrency_id": "long", "concurrency_limit": 1}
LANES: dict[str, Lane] = {"quick": QUICK, "long": LONG}


@cache
def on_device(demo: Demo) -> Callable[[Any], Any]:
    """The demo's run; on ZeroGPU inside a worker that holds a GPU, elsewhere as it is."""
    if not ZERO_GPU:
        return demo.run
    import spaces

    from playground.ui.errors import as_gr_error

    in_worker: Callable[[Any], Any] = spaces.GPU(as_gr_error(demo.run))

    def prepared(request: Any) -> Any:
        demo.prepare(request)
        return in_worker(request)

    return prepared


def call(demo: Demo, values: dict[str, Any]) -> Run:
    """Validate, run once, and wrap up. Raises pydantic.ValidationError or Complaint."""
    request = demo.request.model_validate(values)  # before the fork: its errors keep their type
    started = time.perf_counter()
    result = on_device(demo)(request)
    if demo.progress:
        *_, result = result  # a long run's last word is its Result
    return made(demo, request, result, started)


def made(demo: Demo, request: Any, result: Any, started: float) -> Run:
    """The Run of a Result, or of what there is of it so far. started: by time.perf_counter()."""
    return Run(
        schema_version=SCHEMA_VERSION,
        demo=demo.name,
        request=request.model_dump(),
        result=result.model_dump(),
        model=", ".join(dict.fromkeys([*demo.models, *models_of(request)]))[:200],
        device=device_name(),
        seconds=round(time.perf_counter() - started, 4),
    )


def device_name() -> str:
    from playground.models.device import describe

    return describe()
