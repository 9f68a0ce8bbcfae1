"""What a demo tells the shell about itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Demo:
    """One idea. `name` is the folder and the API name; the pipeline is imported on the first call only.

    lane: "quick" for requests of at most 2 s, "long" for generators that yield progress.
    """

    name: str
    request: type[BaseModel]
    result: type[BaseModel]
    progress: type[BaseModel] | None = None
    lane: str = "quick"

    @property
    def run(self) -> Callable[[Any], BaseModel | Iterator[BaseModel]]:
        function: Callable[[Any], BaseModel | Iterator[BaseModel]]
        function = import_module(f"playground.demos.{self.name}.pipeline").run
        return function

    def prepare(self, request: Any) -> None:
        """Load what `run` will need, if the pipeline says how: on ZeroGPU what a worker loads is lost with it."""
        function = getattr(import_module(f"playground.demos.{self.name}.pipeline"), "prepare", None)
        if function is not None:
            function(request)

    @property
    def help(self) -> str:
        """The tab's English help text: the docstring of the demo's package."""
        return import_module(f"playground.demos.{self.name}").__doc__ or ""
