"""TokenStrip: a text as a row of buttons, one a token, that can be clicked or reached with the keyboard."""

import json
from pathlib import Path
from typing import Any, TypedDict

import gradio as gr

from playground.ui.scripts import beside

_SCRIPT = Path(__file__).parent / "tokens.js"


class Token(TypedDict, total=False):
    """text: as shown; pressed_text: as shown while pressed, and what makes a click press it; state: a CSS class
    suffix; title: hover text; fixed: true for a token that cannot be clicked; below: a small second line;
    shade: 0 to 1, how dark its ground is."""

    text: str
    pressed_text: str
    state: str
    title: str
    pressed: bool
    fixed: bool
    below: str
    shade: float


class TokenStrip(gr.HTML):
    """value: a list of Token. `.select` carries the clicked token's place in SelectData.index.

    A click presses or releases a token with a pressed_text at once, in the browser; the server reads the whole
    row's state. So clicks that are faster than the answers are all kept.
    """

    def __init__(self, value: list[Token] | None = None, **options: Any) -> None:
        super().__init__(
            value,
            html_template="<div class='pg-tokens' role='group' aria-label='${label || \"\"}'></div>",
            js_on_load="pgTokens(element, trigger, props, watch);",
            head=beside([_SCRIPT]),
            apply_default_css=False,
            **options,
        )

    def postprocess(self, value: list[Token] | str | None) -> str:
        return value if isinstance(value, str) else json.dumps(value or [])

    def preprocess(self, payload: str | None) -> list[Token]:
        return parse(payload)

    def api_info(self) -> dict[str, Any]:
        return {"type": "string", "description": "a list of tokens as JSON"}


def parse(payload: str | None) -> list[Any]:
    """Tokens as the page sent them; what is not a list of them counts as none."""
    try:
        tokens: Any = json.loads(payload or "[]")
    except ValueError:
        return []
    if not isinstance(tokens, list):
        return []
    return [token for token in tokens if isinstance(token, dict) and isinstance(token.get("text"), str)]
