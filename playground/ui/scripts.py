"""Scripts that many components of a page share: they come once, beside the page, and not in each of them."""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr


def beside(files: Sequence[Path]) -> str:
    """A component's `head` that loads these files before its `js_on_load` runs; Gradio loads each once."""
    gr.set_static_paths(list(files))
    # Relative: an absolute path breaks where the app is served under a sub-path. The time keeps a browser from
    # showing a new page with the script of an old one.
    sources = [f"gradio_api/file={file.resolve()}?{file.stat().st_mtime_ns}" for file in files]
    return "".join(f'<script src="{source}"></script>' for source in sources)
