"""Figure: a Plotly figure that stays mounted, follows dark mode and the window, and reports clicks.

`gr.Plot` remounts on every change, ignores dark mode and bundles another plotly.js than plotly.py writes for.
"""

import json
from pathlib import Path
from typing import Any

import gradio as gr
import plotly
import plotly.graph_objects as go

from playground.ui.scripts import beside

_PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_SCRIPT = Path(__file__).parent / "figure.js"
_ALT = "role='img' aria-label='${label || \"\"}'"


class Figure(gr.HTML):
    """value: a `go.Figure`, its JSON, or None for an empty place. `.select` carries the clicked point.

    SelectData.index is [curve number, point number]; SelectData.value is the point's customdata.
    """

    def __init__(self, value: go.Figure | str | None = None, **options: Any) -> None:
        super().__init__(
            value,
            html_template=f"<div class='pg-plot' {_ALT}></div>",
            js_on_load="pgFigure(element, trigger, props, watch);",
            head=beside([_PLOTLY_JS, _SCRIPT]),
            apply_default_css=False,
            **options,
        )

    def postprocess(self, value: go.Figure | str | None) -> str | None:
        return value.to_json() if isinstance(value, go.Figure) else value

    def preprocess(self, payload: str | None) -> dict[str, Any] | None:
        return json.loads(payload) if payload else None

    def api_info(self) -> dict[str, Any]:
        return {"type": "string", "description": "a Plotly figure as JSON"}
