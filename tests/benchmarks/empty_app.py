"""The peer of the start-up benchmark: one tab with nothing in it."""

import os

import gradio as gr

if __name__ == "__main__":
    with gr.Blocks(analytics_enabled=False) as app, gr.Tab("Empty"):
        gr.Markdown("Empty")
    app.launch(server_port=int(os.environ["PORT"]), ssr_mode=False, quiet=True)
