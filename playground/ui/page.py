"""What is about the page as a whole.

Page: an invisible component through which the server changes the address, downloads and copies. The address bar
holds the share link of what was asked last, answered or not, so a reload loses nothing.
Status: the line that says what the picture was made by.
Both hear of an experiment that is not looked at (a late answer, a long run) and leave it: page.js knows which is.
"""

import itertools
import json
from pathlib import Path
from typing import Any

import gradio as gr

_SCRIPT = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
_STATUS = (Path(__file__).parent / "status.js").read_text(encoding="utf-8")
_number = itertools.count(1)


class Page(gr.HTML):
    """value: one of the actions below."""

    def __init__(self, value: dict[str, Any] | str | None = None, **options: Any) -> None:
        super().__init__(
            value,
            html_template="<span hidden></span>",
            js_on_load=_SCRIPT,
            apply_default_css=False,
            elem_classes="pg-page",
            **options,
        )

    def postprocess(self, value: dict[str, Any] | str | None) -> str | None:
        if isinstance(value, dict):
            # Numbered, so that the same action twice is still a change.
            return json.dumps({**value, "number": next(_number)})
        return value

    def api_info(self) -> dict[str, Any]:
        return {"type": "string"}


class Status(gr.HTML):
    """value: what `status_line` returns."""

    def __init__(self, value: dict[str, Any] | str | None = None, **options: Any) -> None:
        super().__init__(
            value,
            html_template="<span class='pg-status'></span>",
            js_on_load=_STATUS,
            apply_default_css=False,
            **options,
        )

    def postprocess(self, value: dict[str, Any] | str | None) -> str | None:
        if isinstance(value, dict):
            # Numbered: what was left as of another experiment may be said again when that is looked at.
            return json.dumps({**value, "number": next(_number)})
        return value

    def api_info(self) -> dict[str, Any]:
        return {"type": "string"}


def status_line(demo: str, text: str) -> dict[str, Any]:
    """A text about the picture of one experiment."""
    return {"of": demo, "text": text}


def opening(line: dict[str, Any]) -> dict[str, Any]:
    """The same line, on opening the page: what it is about is only just being put on the screen."""
    return {**line, "opening": True}


def address(parameters: dict[str, str]) -> dict[str, Any]:
    """Put a link's parameters into the address bar."""
    return {"do": "address", "parameters": parameters}


def leave(idea: str, kept: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Open another idea's page. kept: for each experiment of this one the link to what its fields hold, which the
    browser keeps as long as its tab is open."""
    return {"do": "leave", "idea": idea, "kept": kept}


def download(name: str, text: str) -> dict[str, Any]:
    """Hand the browser a file; nothing is written on the server."""
    return {"do": "download", "name": name, "text": text}


def copy_link(parameters: dict[str, str]) -> dict[str, Any]:
    """Put the address on the clipboard; a page as it was first opened gets these parameters before."""
    return {"do": "copy", "parameters": parameters}
