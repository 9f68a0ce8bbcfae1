"""What a demo tells the shell about itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from playground.locks import TRANSFORMERS


class Progress(BaseModel):
    """How far a long run is. A demo's own Progress adds `result`: what there is of the Result so far."""

    done: int
    total: int


@dataclass(frozen=True)
class Demo:
    """One idea. `name` is the API name; the pipeline is imported on the first call only.

    lane: "quick" for requests of at most 2 s, "long" for generators that yield progress.
    folder: its package below playground.demos, dotted; the name where it is empty.
    parts: further experiments on the same idea, shown as sub-tabs behind it.
    models: that answer every request, whatever it names.
    """

    name: str
    request: type[BaseModel]
    result: type[BaseModel]
    progress: type[BaseModel] | None = None
    lane: str = "quick"
    folder: str = ""
    parts: tuple["Demo", ...] = ()
    models: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        return f"playground.demos.{self.folder or self.name}"

    @property
    def all(self) -> "tuple[Demo, ...]":
        """The idea itself and its further experiments."""
        return (self, *self.parts)

    @property
    def run(self) -> Callable[[Any], BaseModel | Iterator[BaseModel]]:
        function: Callable[[Any], BaseModel | Iterator[BaseModel]]
        function = self._pipeline().run
        return function

    def prepare(self, request: Any) -> None:
        """Load what `run` will need, if the pipeline says how: on ZeroGPU what a worker loads is lost with it."""
        function = getattr(self._pipeline(), "prepare", None)
        if function is not None:
            function(request)

    def _pipeline(self) -> ModuleType:
        with TRANSFORMERS:
            return import_module(f"{self.package}.pipeline")

    @property
    def help(self) -> str:
        """The tab's English help text: the docstring of the demo's package."""
        return import_module(self.package).__doc__ or ""


def models_of(request: BaseModel) -> list[str]:
    """The models that a request names: in `model` or in fields that end in `_model`, or listed in one that ends in
    `_models`."""
    named = [value for name, value in request if name == "model" or name.endswith("_model")]
    return named + [model for name, models in request if name.endswith("_models") for model in models]
