"""Puts the tabs together: `build()` makes the page, `launch_options()` says how it is served."""

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from playground import demos
from playground.demo import Demo
from playground.examples import stored
from playground.messages import Complaint
from playground.paths import ASSETS
from playground.ui import api, language, navigation, theme
from playground.ui.document import Document
from playground.ui.language import t
from playground.ui.navigation import Place
from playground.ui.opened import IDEAS
from playground.ui.page import Page, Status
from playground.ui.shell import Shell, TabParts, status

_LANGUAGES = """<nav class="pg-languages" aria-label="Language / 언어">
<button type="button" lang="en" onclick="pgLanguage('en')">English</button>
<button type="button" lang="ko" onclick="pgLanguage('ko')">한국어</button></nav>"""


def build() -> gr.Blocks:
    """The whole page and its API. Loads no model: pipelines are imported on the first call or by `warm_up`."""
    # Uploads are deleted after an hour; nothing else is written to Gradio's folder.
    with gr.Blocks(title="Pretraining Playground", analytics_enabled=False, delete_cache=(3600, 3600)) as app:
        first = stored(demos.ALL[0].name)[0]
        with gr.Row(elem_classes="pg-header"):
            gr.HTML("<h1>Pretraining Playground</h1>", apply_default_css=False)
            gr.Markdown(t("pg_subtitle"), elem_classes="pg-subtitle")
            state = Status(status(first, "en", stored=True), elem_id="pg-status")
            gr.HTML(_LANGUAGES, apply_default_css=False)
        shell = Shell(lang=gr.Textbox("en", visible=False), status=state, page=Page())
        with gr.Tabs(selected=first.demo, elem_id=IDEAS) as bar:
            places = [place for demo in demos.ALL for place in _idea(demo, shell)]
        for demo in demos.EVERY:
            api.register(demo)
        navigation.wire(app, bar, places, shell)
    app.queue(max_size=64)
    return app


def _idea(demo: Demo, shell: Shell) -> Iterator[Place]:
    """The tab of an idea, with a sub-tab for each of its experiments where there are several."""
    with gr.Tab(t(f"pg_tab_{demo.name}"), id=demo.name) as tab:
        if not demo.parts:
            yield Place(_create(demo, shell), stored(demo.name), demo.name, tab)
            return
        with gr.Tabs(selected=demo.name, elem_classes="pg-subtabs") as bar:
            for part in demo.all:
                with gr.Tab(t(f"pg_sub_{part.name}"), id=part.name) as subtab:
                    yield Place(_create(part, shell), stored(part.name), demo.name, tab, bar, subtab)


def _create(demo: Demo, shell: Shell) -> TabParts:
    parts: TabParts = import_module(f"{demo.package}.tab").create(shell, stored(demo.name))
    return parts


def launch_options(app: gr.Blocks) -> dict[str, Any]:
    """Arguments of `launch()`, and of `gr.mount_gradio_app` as far as it takes them."""
    return {
        "server_name": os.environ.get("HOST") or None,  # None: this machine only; a Space sets its own
        "server_port": int(os.environ["PORT"]) if os.environ.get("PORT") else None,
        "root_path": os.environ.get("GRADIO_ROOT_PATH") or None,
        "theme": theme.theme(),
        "css": theme.CSS,
        "app_kwargs": {"middleware": [Middleware(GZipMiddleware, minimum_size=4096), Middleware(Document)]},
        "i18n": language.i18n(app),
        "favicon_path": str(ASSETS / "favicon.svg"),
        "footer_links": ["api", "settings"],
        "ssr_mode": False,
        "share": False,
        "max_file_size": "32mb",
    }


def warm_up() -> None:
    """Import every pipeline and load the first example's model, so that the first click is quick."""
    from playground.ui.lanes import call

    for demo in demos.EVERY:
        if demo.lane != "quick":
            continue
        try:
            call(demo, stored(demo.name)[0].request)
        except Complaint as problem:  # a missing model is one tab's trouble: the page is served all the same
            print(f"{demo.name}: {problem}", file=sys.stderr)
