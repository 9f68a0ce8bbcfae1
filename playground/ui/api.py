"""One API endpoint a demo, made from its Request: names, types and defaults are the model's own."""

import inspect
from collections.abc import Iterator
from typing import Any

import gradio as gr
from pydantic_core import PydanticUndefined

from playground.demo import Demo
from playground.ui.errors import as_gr_error
from playground.ui.lanes import LANES, on_device


def register(demo: Demo) -> None:
    """Register `/<demo.name>`: the Result as JSON; a generator streams its Progress and ends with the Result."""
    fields = demo.request.model_fields
    endpoint = _streaming(demo) if demo.progress else _plain(demo)
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty
            if (default := field.get_default(call_default_factory=True)) is PydanticUndefined
            else default,
            annotation=field.annotation,
        )
        for name, field in fields.items()
    ]
    endpoint.__name__ = demo.name
    endpoint.__signature__ = inspect.Signature(parameters, return_annotation=dict[str, Any])
    endpoint.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": dict[str, Any]}
    gr.api(
        endpoint,
        api_name=demo.name,
        api_description=f"{(demo.result.__doc__ or '').strip()} {(demo.request.__doc__ or '').strip()}",
        **LANES[demo.lane],
    )


def _plain(demo: Demo) -> Any:
    names = list(demo.request.model_fields)

    @as_gr_error
    def endpoint(*args: Any, **kwargs: Any) -> Any:
        request = demo.request.model_validate(dict(zip(names, args, strict=False)) | kwargs)
        return on_device(demo)(request).model_dump()

    return endpoint


def _streaming(demo: Demo) -> Any:
    names = list(demo.request.model_fields)

    @as_gr_error
    def endpoint(*args: Any, **kwargs: Any) -> Iterator[Any]:
        request = demo.request.model_validate(dict(zip(names, args, strict=False)) | kwargs)
        for event in on_device(demo)(request):
            yield event.model_dump()

    return endpoint
