"""While a model is downloaded the screen says how far it is; when it is there, it answers what was asked."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from playground.messages import Notice
from playground.ui.errors import notice
from playground.ui.fetching import follow
from playground.ui.language import LANG_JS
from playground.ui.shell import Shell, TabParts, opened


def wire_waiting(parts: TabParts, shell: Shell) -> None:
    """Follow what `parts.waiting` says; then `parts.arrived` changes, one of the things on which a tab answers.

    Whatever asks for something else has it give up.
    """

    def watch(waiting: dict[str, Any] | None, lang: str) -> Iterator[dict[Any, Any]]:
        if waiting is None or waiting["over"]:
            yield {parts.arrived: gr.skip()}  # Gradio empties the outputs of a generator that yields nothing
            return
        last: Notice | None = None
        try:
            for said in follow(waiting["model"]):
                if waiting["over"]:
                    break
                if said != last:
                    last = said
                    yield {parts.notice: notice(said, language=lang, kind="stale-input")}
        except Exception as error:
            if not waiting["over"]:
                yield {parts.notice: notice(error, language=lang, kind="stale-input")}
            return
        over, waiting["over"] = waiting["over"], True
        if over:
            yield {parts.arrived: gr.skip()}
        elif waiting["link"] is None:
            yield {parts.arrived: waiting["number"]}
        else:  # the fields alone do not say all that a link asks for
            yield dict(zip(parts.all_outputs(shell), opened(parts, shell, waiting["link"], lang), strict=True))

    parts.waiting.change(
        watch,
        [parts.waiting, shell.lang],
        [*parts.all_outputs(shell), parts.arrived],
        js=LANG_JS,
        trigger_mode="multiple",
        api_visibility="private",
        show_progress="hidden",
        concurrency_id="watch",
        concurrency_limit=64,
    )
