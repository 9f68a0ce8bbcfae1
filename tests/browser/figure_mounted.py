"""The same page mounted under a sub-path of another web app: PORT=7000 python tests/browser/figure_mounted.py"""

import os

import gradio as gr
import uvicorn
from fastapi import FastAPI

from tests.browser.figure_app import build

PATH = "/sub/path"

server = FastAPI()


@server.get("/")
def root() -> dict[str, str]:
    return {"mounted at": PATH}


@server.get("/favicon.ico", status_code=204)
def icon() -> None:
    """Browsers ask for one at the root of a server."""


app = gr.mount_gradio_app(server, build(), path=PATH, ssr_mode=False)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
