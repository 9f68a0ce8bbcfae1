"""A page of two figures, for the tests of the Figure component: PORT=7000 python tests/browser/figure_app.py"""

import os
from collections.abc import Iterator

import gradio as gr
import plotly.graph_objects as go

from playground.plots.style import TEMPLATE, text
from playground.ui.figure import Figure

UPDATES = 200
TOKENS = ["<s>", "<b>bold</b>", "a&b", "&lt;"]


def bars(step: int) -> go.Figure:
    """Four bars named like markup; the title says which update this is."""
    figure = go.Figure(layout={"template": TEMPLATE, "height": 300, "title": {"text": f"Update {step}"}})
    figure.update_yaxes(tickmode="array", tickvals=[0, 1, 2, 3], ticktext=[text(token) for token in TOKENS])
    values = [1.0 + (step * place) % 7 for place in range(4)]
    return figure.add_bar(x=values, y=[0, 1, 2, 3], orientation="h", customdata=["p", "q", "r", "s"])


def stream() -> Iterator[go.Figure]:
    for step in range(1, UPDATES + 1):
        yield bars(step)


def build() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as app:
        with gr.Tabs():
            with gr.Tab("One", id="one"):
                figure = Figure(bars(0), label="first figure", elem_id="first")
                run = gr.Button("Stream")
                hide = gr.Button("Hide")
                clicked = gr.Textbox(label="Clicked")
            with gr.Tab("Two", id="two"):
                Figure(bars(0), label="second figure", elem_id="second")

        def said(event: gr.SelectData) -> str:
            return f"{event.index} {event.value}"

        run.click(stream, None, figure, show_progress="hidden")
        hide.click(lambda: Figure(visible=False), None, figure)
        figure.select(said, None, clicked)
    return app


if __name__ == "__main__":
    build().launch(server_name="127.0.0.1", server_port=int(os.environ["PORT"]), ssr_mode=False)
