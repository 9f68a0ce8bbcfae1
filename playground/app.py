"""Puts the tabs together: `build()` makes the page, `launch_options()` says how it is served."""

import os
import sys
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
from starlette.middleware import Middleware

from playground import demos
from playground.demos.masked_lm import tab as masked_lm_tab
from playground.examples import stored
from playground.messages import Complaint, language_of
from playground.paths import ASSETS
from playground.runs import Run
from playground.ui import api, language, theme
from playground.ui.lanes import QUICK
from playground.ui.language import LANG_JS, t
from playground.ui.page import Page
from playground.ui.shell import Shell, TabParts, opened, status

_TABS = {"masked_lm": masked_lm_tab.create}
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
            state = gr.HTML(status(first, "en", stored=True), elem_id="pg-status", apply_default_css=False)
            gr.HTML(_LANGUAGES, apply_default_css=False)
        shell = Shell(lang=gr.Textbox("en", visible=False), status=state, page=Page())
        query = gr.Textbox("", visible=False)
        tabs: list[TabParts] = []
        with gr.Tabs(selected=first.demo) as bar:
            for demo in demos.ALL:
                with gr.Tab(t(f"pg_tab_{demo.name}"), id=demo.name):
                    tabs.append(_TABS[demo.name](shell, stored(demo.name)))
        for demo in demos.ALL:
            api.register(demo)
        _restore(app, bar, tabs, shell, query)
        _follow_language(tabs, shell)
    app.queue(max_size=64)
    return app


def _restore(app: gr.Blocks, bar: gr.Tabs, tabs: list[TabParts], shell: Shell, query: gr.Textbox) -> None:
    """On opening the page: a share link's run, else the example in the visitor's language."""
    outputs = [component for parts in tabs for component in parts.all_outputs(shell)]

    def restore(search: str, lang: str) -> list[Any]:
        parameters = dict(parse_qsl(search.lstrip("?"))) if len(search) < 10_000 else {"run": ""}
        wanted = parameters.get("tab", tabs[0].demo.name)
        selected = wanted if any(parts.demo.name == wanted for parts in tabs) else tabs[0].demo.name
        if "run" not in parameters and selected == tabs[0].demo.name and language_of(lang) == "en":
            return [gr.skip()] * (1 + len(outputs))  # the page was sent with just this
        values: list[Any] = []
        for parts in tabs:
            if parts.demo.name != selected:
                values += [gr.skip()] * len(parts.all_outputs(shell))
            elif "run" in parameters:
                values += opened(parts, shell, parameters if wanted == selected else {"run": ""}, lang)
            else:
                values += parts.show(stored(selected)[0], lang, link=False)
        return [gr.Tabs(selected=selected), *values]

    app.load(
        restore,
        [query, shell.lang],
        [bar, *outputs],
        js="() => [location.search, document.documentElement.lang]",
        api_visibility="private",
        show_progress="hidden",
        **QUICK,
    )


def _follow_language(tabs: list[TabParts], shell: Shell) -> None:
    """Switching the language redraws what is on the screen; labels follow by themselves."""
    for parts in tabs:

        def redraw(run: str, lang: str, parts: TabParts = parts) -> list[Any]:
            shown = Run.model_validate_json(run)
            is_stored = shown in stored(parts.demo.name)
            return parts.show_result(shown, language_of(lang), link=False, stored=is_stored)

        shell.page.language(
            redraw,
            [parts.run, shell.lang],
            parts.result_outputs(shell),
            js=LANG_JS,
            api_visibility="private",
            show_progress="hidden",
            **QUICK,
        )


def launch_options() -> dict[str, Any]:
    """Arguments of `launch()`, and of `gr.mount_gradio_app` as far as it takes them."""
    return {
        "server_name": os.environ.get("HOST") or None,  # None: this machine only; a Space sets its own
        "server_port": int(os.environ["PORT"]) if os.environ.get("PORT") else None,
        "root_path": os.environ.get("GRADIO_ROOT_PATH") or None,
        "theme": theme.theme(),
        "css": theme.CSS,
        "app_kwargs": {"middleware": [Middleware(language.LanguageFirst)]},
        "i18n": language.i18n(demos.ALL),
        "favicon_path": str(ASSETS / "favicon.svg"),
        "footer_links": ["api", "settings"],
        "ssr_mode": False,
        "share": False,
        "max_file_size": "32mb",
    }


def warm_up() -> None:
    """Import every pipeline and load the first example's model, so that the first click is quick."""
    from playground.ui.lanes import call

    for demo in demos.ALL:
        try:
            call(demo, stored(demo.name)[0].request)
        except Complaint as problem:  # a missing model is one tab's trouble: the page is served all the same
            print(f"{demo.name}: {problem}", file=sys.stderr)
