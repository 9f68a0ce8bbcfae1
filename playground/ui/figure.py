"""Figure: a Plotly figure that stays mounted, follows dark mode and the window, and reports clicks.

`gr.Plot` remounts on every change, ignores dark mode and bundles another plotly.js than plotly.py writes for.
"""

import json
from pathlib import Path
from typing import Any

import gradio as gr
import plotly
import plotly.graph_objects as go

_PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_SCRIPT = (Path(__file__).parent / "figure.js").read_text(encoding="utf-8")
_ALT = "role='img' aria-label='${label || \"\"}'"


class Figure(gr.HTML):
    """value: a `go.Figure`, its JSON, or None for an empty place. `.select` carries the clicked point.

    SelectData.index is [curve number, point number]; SelectData.value is the point's customdata.
    """

    def __init__(self, value: go.Figure | str | None = None, **options: Any) -> None:
        gr.set_static_paths([_PLOTLY_JS])
        super().__init__(
            value,
            html_template=f"<div class='pg-plot' {_ALT}></div>",
            js_on_load=_SCRIPT,
            # Relative: an absolute path breaks where the app is served under a sub-path.
            head=f'<script src="gradio_api/file={_PLOTLY_JS.resolve()}"></script>',
            apply_default_css=False,
            **options,
        )

    def postprocess(self, value: go.Figure | str | None) -> str | None:
        return value.to_json() if isinstance(value, go.Figure) else value

    def preprocess(self, payload: str | None) -> dict[str, Any] | None:
        return json.loads(payload) if payload else None

    def api_info(self) -> dict[str, Any]:
        return {"type": "string", "description": "a Plotly figure as JSON"}
