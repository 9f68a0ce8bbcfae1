"""What every tab shares: the language, the status line, the page, and the row of run buttons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component
from pydantic import ValidationError

from playground.demo import Demo
from playground.messages import Complaint, say
from playground.runs import Run, complaint_of, dump, from_link, parse, to_link
from playground.ui.clicks import Clicks, counter, latest
from playground.ui.errors import notice, sentence
from playground.ui.fetching import Fetching, call_if_here
from playground.ui.lanes import QUICK
from playground.ui.language import LANG_JS, t
from playground.ui.page import Page, Status, address, copy_link, download, status_line

_LONG = 10.0  # seconds: from here on milliseconds say nothing


class Shell(NamedTuple):
    """Components outside the tabs. lang: hidden, filled by LANG_JS; status: model, device and time."""

    lang: gr.Textbox
    status: Status
    page: Page


@dataclass(frozen=True)
class TabParts:
    """What the shell needs of a tab.

    fields: Request field -> the component that holds it, to be filled when a run is opened.
    outputs: components that show a result; draw(run, language) gives their values, without any model.
    run: a gr.State with the Run on the screen as JSON text, empty until something is drawn. notice: where a
    sentence to the visitor goes. on_load: events of opening the page, (function, inputs, outputs); the function gets
    the address's query and the language, too.
    unseen, waiting, arrived: outside the tabs, as a gr.State in a tab is said to change when the tab is drawn.
    waiting: the download that the answer waits for (Fetching.state); arrived: changes when it has ended.
    clicks: what was asked here, so that an older answer does not stay (ui.clicks).
    """

    demo: Demo
    fields: Mapping[str, Component]
    outputs: list[Component]
    draw: Callable[[Run, str], list[Any]]
    run: gr.State
    notice: gr.HTML
    on_load: list[tuple[Callable[..., Any], list[Component], list[Component]]] = field(default_factory=list)
    unseen: list[Component] = field(default_factory=list)
    waiting: gr.State = field(default_factory=lambda: gr.State(None, render=False))
    arrived: gr.State = field(default_factory=lambda: gr.State(0, render=False))
    clicks: gr.State = field(default_factory=counter)

    def __post_init__(self) -> None:
        """What one types in comes last. Gradio fills one field after the other, and one that says that it was changed
        sends what the others hold by then: it must find them filled."""
        order = sorted(self.fields, key=lambda name: isinstance(self.fields[name], gr.Textbox | gr.Number))
        object.__setattr__(self, "fields", {name: self.fields[name] for name in order})

    def all_outputs(self, shell: Shell) -> list[Component]:
        """Everything that `show` fills, fields first."""
        return [*self.fields.values(), *self.result_outputs(shell)]

    def result_outputs(self, shell: Shell) -> list[Component]:
        return [*self.outputs, self.waiting, self.run, self.notice, shell.status, shell.page]

    def show(self, run: Run, language: str, link: bool = True, stored: bool = True) -> list[Any]:
        """Values for `all_outputs`: fill the fields, draw, say the notices, put the link in the address bar.

        stored: the run was read from a file, so its time is not this machine's.
        """
        return [*self.filled(run.request), *self.show_result(run, language, link, stored)]

    def filled(self, request: Mapping[str, Any]) -> list[Any]:
        """The fields' values. What stands in a file is in no saved run and no link: its field is emptied, or the next
        run would learn from a file that is not the one it names."""
        of = self.demo.request.model_fields
        return [
            of[name].get_default() if name in of and of[name].exclude else request.get(name, gr.skip())
            for name in self.fields
        ]

    def show_result(self, run: Run, language: str, link: bool = True, stored: bool = False) -> list[Any]:
        result = self.demo.result.model_validate(run.result)
        return [
            *self.draw(run, language),
            gr.skip(),
            dump(run),
            notice(*getattr(result, "notices", []), language=language),
            status(run, language, stored),
            address(to_link(run.demo, run.request) or {"tab": run.demo}) if link else gr.skip(),
        ]

    def show_again(self, run: Run, language: str) -> list[Any]:
        """Like `show_result`, for the run on the screen: where it came from, the status line has said."""
        values = self.show_result(run, language)
        values[-2] = gr.skip()
        return values

    def complain(
        self,
        shell: Shell,
        error: Exception | str,
        language: str,
        values: dict[str, Any] | None = None,
        kind: str = "",
    ) -> list[Any]:
        """Values for `result_outputs` that leave the screen as it is and say what is wrong.

        values: what was asked; it goes into the address bar, so that a reload or a switch of the language keeps
        it. kind: as for `notice`.
        """
        link = to_link(self.demo.name, values) if values and _whole(self.demo, values) is not None else None
        told = error if isinstance(error, str) else self.named(error, language)
        said: dict[Component, Any] = {self.notice: notice(told, language=language, kind=kind)}
        if isinstance(error, Fetching):
            said[self.waiting] = error.state()
        if link:
            said[shell.page] = address(link)
        return [said.get(component, gr.skip()) for component in self.result_outputs(shell)]

    def named(self, error: Exception, language: str) -> Exception:
        """The same error with the label on the screen in place of the request's field, `rates.2` being the third."""
        problem = complaint_of(error) if isinstance(error, ValidationError) else error
        if not isinstance(problem, Complaint):
            return error
        name, _, place = str(problem.values.get("field", "")).partition(".")
        key = getattr(getattr(self.fields.get(name), "label", None), "key", None)
        if key is None:
            return problem
        label = f"“{say(key, language)}”" + (f" ({int(place) + 1})" if place.isdigit() else "")
        return Complaint(problem.key, **problem.values | {"field": label})


def _whole(demo: Demo, values: dict[str, Any]) -> dict[str, Any] | None:
    """The request that these values make, defaults and all; None where they make none."""
    try:
        return demo.request.model_validate(values).model_dump(mode="json")
    except ValueError:
        return None


def status(run: Run, language: str, stored: bool = False) -> dict[str, Any]:
    """The status line: model, device, time, and whether they are a stored run's."""
    key = "pg_status_stored" if stored else "pg_status"
    text = say(
        key,
        language,
        model=run.model or say("pg_no_model", language),
        device=run.device,
        time=f"{run.seconds:,.0f} s" if run.seconds >= _LONG else f"{run.seconds * 1000:,.0f} ms",
    )
    return status_line(run.demo, text)


def ask(parts: TabParts, shell: Shell, values: dict[str, Any], language: str, kind: str = "stale-input") -> list[Any]:
    """Run the demo on `values` and return what `result_outputs` takes; errors become the notice of that kind."""
    try:
        return parts.show_result(call_if_here(parts.demo, values), language)
    except Exception as error:
        return parts.complain(shell, error, language, values, kind)


def opened(parts: TabParts, shell: Shell, parameters: dict[str, str], language: str) -> list[Any]:
    """`all_outputs` for a share link; a broken or hostile one leaves the default page with a notice.

    A sound request that cannot be answered now (its model is not here, say) fills the fields all the same.
    """
    fields = [gr.skip()] * len(parts.fields)
    try:
        asked = from_link(parameters)
    except Complaint as error:
        return [*fields, *parts.complain(shell, error, language)]
    try:
        if parts.demo.progress:  # a long run is started by a person, never by opening a page
            parts.demo.request.model_validate(asked)
            raise Complaint("pg_note_press_start")
        return parts.show(call_if_here(parts.demo, asked), language, stored=False)
    except Exception as error:
        if isinstance(error, Fetching):
            error.link = parameters
        whole = _whole(parts.demo, asked)
        if whole is not None and _selectable(parts, whole):
            # What the link leaves out, too: a field that kept its value would ask for something else.
            return [*parts.filled(whole), *parts.complain(shell, error, language, kind="stale-input")]
        said = say("pg_err_link_failed", language, reason=sentence(parts.named(error, language), language))
        return [*fields, *parts.complain(shell, said, language)]


def _selectable(parts: TabParts, asked: dict[str, Any]) -> bool:
    """Whether the dropdowns offer what a link asks for."""
    return all(
        one in [value for _, value in field.choices]
        for name, field in parts.fields.items()
        if isinstance(field, gr.Dropdown) and not field.allow_custom_value and name in asked
        for one in (asked[name] if field.multiselect else [asked[name]])
    )


def run_bar(parts: TabParts, shell: Shell) -> None:
    """Copy link, save run, open run: the same row in every tab, with a line of its own for what came of it."""
    said = gr.HTML("", elem_id=f"{parts.demo.name}-said", elem_classes="pg-notice-box pg-fading")
    with gr.Row(elem_classes="pg-bar"):
        copy = gr.Button(t("pg_copy_link"), size="sm", elem_id=f"{parts.demo.name}-copy")
        save = gr.Button(t("pg_save_run"), size="sm", elem_id=f"{parts.demo.name}-save", elem_classes="pg-save")
        load = gr.UploadButton(
            t("pg_open_run"), size="sm", type="binary", file_types=[".json"], elem_id=f"{parts.demo.name}-open"
        )

    def copied(stored: str, lang: str) -> tuple[Any, Any]:
        if not stored:
            return gr.skip(), notice(Complaint("pg_err_no_run"), language=lang)
        run = Run.model_validate_json(stored)
        link = to_link(run.demo, run.request)
        if link is None:
            return gr.skip(), notice(Complaint("pg_err_link_long"), language=lang)
        return copy_link(link), notice(say("pg_link_copied", lang), language=lang, kind="done")

    def saved(stored: str, lang: str) -> tuple[Any, Any]:
        if not stored:
            return gr.skip(), notice(Complaint("pg_err_no_run"), language=lang)
        name = f"{parts.demo.name}.run.json"
        return download(name, stored), notice(say("pg_run_saved", lang, name=name), language=lang, kind="done")

    def uploaded(data: bytes | None, clicks: Clicks, lang: str) -> list[Any]:
        return latest(clicks, lambda: read(data, lang))

    def read(data: bytes | None, lang: str) -> list[Any]:
        try:
            run = parse(data or b"", parts.demo.name)
            parts.demo.request.model_validate(run.request)
            return [*parts.show(run, lang), ""]
        except Exception as error:
            # A file that is a Run but whose result does not fit the demo is as broken as any other.
            problem = error if isinstance(error, Complaint) else Complaint("pg_err_run_broken")
            untouched = [gr.skip()] * len(parts.all_outputs(shell))
            return [*untouched, notice(problem, language=lang)]

    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    copy.click(copied, [parts.run, shell.lang], [shell.page, said], js=LANG_JS, **shared, **QUICK)
    save.click(saved, [parts.run, shell.lang], [shell.page, said], js=LANG_JS, **shared, **QUICK)
    load.upload(
        uploaded,
        [load, parts.clicks, shell.lang],
        [*parts.all_outputs(shell), said],
        js=LANG_JS,
        **shared,
        **QUICK,
    )
