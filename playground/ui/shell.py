"""What every tab shares: the language, the status line, the page, and the row of run buttons."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component

from playground.demo import Demo
from playground.messages import Complaint, say
from playground.runs import Run, dump, from_link, parse, to_link
from playground.ui.errors import notice
from playground.ui.lanes import QUICK, call
from playground.ui.language import LANG_JS, t
from playground.ui.page import Page, address, copy_link, download


class Shell(NamedTuple):
    """Components outside the tabs. lang: hidden, filled by LANG_JS; status: model, device and time."""

    lang: gr.Textbox
    status: gr.HTML
    page: Page


@dataclass(frozen=True)
class TabParts:
    """What the shell needs of a tab.

    fields: Request field -> the component that holds it, to be filled when a run is opened.
    outputs: components that show a result; draw(run, language) gives their values, without any model.
    run: a gr.State with the Run on the screen as JSON text. notice: where a sentence to the visitor goes.
    """

    demo: Demo
    fields: Mapping[str, Component]
    outputs: list[Component]
    draw: Callable[[Run, str], list[Any]]
    run: gr.State
    notice: gr.HTML

    def all_outputs(self, shell: Shell) -> list[Component]:
        """Everything that `show` fills, fields first."""
        return [*self.fields.values(), *self.result_outputs(shell)]

    def result_outputs(self, shell: Shell) -> list[Component]:
        return [*self.outputs, self.run, self.notice, shell.status, shell.page]

    def show(self, run: Run, language: str, link: bool = True) -> list[Any]:
        """Values for `all_outputs`: fill the fields, draw, say the notices, put the link in the address bar."""
        return [*(run.request.get(name, gr.skip()) for name in self.fields), *self.show_result(run, language, link)]

    def show_result(self, run: Run, language: str, link: bool = True) -> list[Any]:
        result = self.demo.result.model_validate(run.result)
        return [
            *self.draw(run, language),
            dump(run),
            notice(*getattr(result, "notices", []), language=language),
            status(run, language),
            address(to_link(run.demo, run.request)) if link else gr.skip(),
        ]

    def complain(self, shell: Shell, error: Exception | str, language: str, fields: bool = False) -> list[Any]:
        """Leave the screen as it is and say what is wrong."""
        outputs = self.all_outputs(shell) if fields else self.result_outputs(shell)
        said = notice(error, language=language)
        return [said if component is self.notice else gr.skip() for component in outputs]


def status(run: Run, language: str) -> str:
    """The status line as HTML: model, device, milliseconds."""
    text = say("pg_status", language, model=run.model, device=run.device, milliseconds=round(run.seconds * 1000))
    return f"<span class='pg-status'>{html.escape(text)}</span>"


def ask(parts: TabParts, shell: Shell, values: dict[str, Any], language: str) -> list[Any]:
    """Run the demo on `values` and return what `result_outputs` takes; errors become the notice."""
    try:
        return parts.show_result(call(parts.demo, values), language)
    except Exception as error:
        return parts.complain(shell, error, language)


def opened(parts: TabParts, shell: Shell, parameters: dict[str, str], language: str) -> list[Any]:
    """`all_outputs` for a share link; a broken or hostile one leaves the default page with a notice."""
    try:
        run = call(parts.demo, from_link(parameters))
        return parts.show(run, language)
    except Exception as error:
        said: Exception | str = error
        if not isinstance(error, Complaint) or error.key != "pg_err_link_broken":
            reason = notice_text(error, language)
            said = say("pg_err_link_failed", language, reason=reason)
        return parts.complain(shell, said, language, fields=True)


def notice_text(error: Exception, language: str) -> str:
    from playground.ui.errors import sentence

    return sentence(error, language)


def run_bar(parts: TabParts, shell: Shell) -> None:
    """Copy link, save run, open run: the same row in every tab."""
    with gr.Row(elem_classes="pg-bar"):
        copy = gr.Button(t("pg_copy_link"), size="sm", elem_id=f"{parts.demo.name}-copy")
        save = gr.Button(t("pg_save_run"), size="sm", elem_id=f"{parts.demo.name}-save")
        load = gr.UploadButton(
            t("pg_open_run"), size="sm", type="binary", file_types=[".json"], elem_id=f"{parts.demo.name}-open"
        )

    def copied(stored: str, lang: str) -> tuple[Any, Any]:
        run = Run.model_validate_json(stored)
        link = to_link(run.demo, run.request)
        if link is None:
            return gr.skip(), notice(Complaint("pg_err_link_long"), language=lang)
        return copy_link(), notice(say("pg_link_copied", lang), language=lang)

    def saved(stored: str) -> dict[str, Any]:
        return download(f"{parts.demo.name}.run.json", stored)

    def uploaded(data: bytes | None, lang: str) -> list[Any]:
        try:
            run = parse(data or b"", parts.demo.name)
            parts.demo.request.model_validate(run.request)
            return parts.show(run, lang)
        except Exception as error:
            # A file that is a Run but whose result does not fit the demo is as broken as any other.
            said = error if isinstance(error, Complaint) else Complaint("pg_err_run_broken")
            return parts.complain(shell, said, lang, fields=True)

    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    copy.click(copied, [parts.run, shell.lang], [shell.page, parts.notice], js=LANG_JS, **shared, **QUICK)
    save.click(saved, parts.run, shell.page, **shared, **QUICK)
    load.upload(uploaded, [load, shell.lang], parts.all_outputs(shell), js=LANG_JS, **shared, **QUICK)
