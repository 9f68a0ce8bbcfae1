"""Long runs on the screen: Start, Cancel, a progress bar, and a picture that grows.

A run lives in ui/jobs.py and outlives a reload and a switch of the language: the browser keeps its unguessable id and
watches it again, also for a while after its end. On ZeroGPU a worker cannot be watched again, so there the run is the
event itself and ends with the page.
"""

import html
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

from playground.demo import Demo, Progress
from playground.messages import Complaint, Notice, say
from playground.runs import Run, to_link
from playground.ui.errors import notice
from playground.ui.fetching import begun, follow
from playground.ui.jobs import JOBS, Snapshot
from playground.ui.lanes import ZERO_GPU, made, on_device
from playground.ui.language import LANG_JS, t
from playground.ui.shell import Shell, TabParts

_WATCH: dict[str, Any] = {"concurrency_id": "watch", "concurrency_limit": 64}  # a watcher computes nothing


@dataclass(frozen=True)
class LongBar:
    start: gr.Button
    cancel: gr.Button
    progress: gr.HTML
    pause: gr.Button | None = None

    @property
    def buttons(self) -> list[gr.Button]:
        return [self.start, self.cancel, *([] if self.pause is None else [self.pause])]


def long_bar(demo: Demo, pause: bool = False) -> LongBar:
    """The row of buttons, and the progress below it. pause: with a button for it, where a run outlives its event."""
    with gr.Row(elem_classes="pg-long"):
        start = gr.Button(t("pg_start"), variant="primary", elem_id=f"{demo.name}-start", min_width=120)
        cancel = gr.Button(t("pg_cancel"), interactive=False, elem_id=f"{demo.name}-cancel", min_width=120)
        rest = None
        if pause and not ZERO_GPU:
            rest = gr.Button(t("pg_pause"), interactive=False, elem_id=f"{demo.name}-pause", min_width=120)
    return LongBar(start, cancel, gr.HTML("", elem_id=f"{demo.name}-progress", elem_classes="pg-notice-box"), rest)


@dataclass(frozen=True)
class Event:
    """What a job yields: how far it is, and the Run so far (None as long as there is nothing to show).

    said: what it does instead, as long as its model is being downloaded.
    """

    done: int
    total: int
    run: Run | None
    said: Notice | None = None


def work(demo: Demo, request: Any) -> Generator[Event, None, None]:
    """Run the demo, its Progress and Result wrapped as Events; first of all, fetch its model."""
    while (model := begun(demo, request)) is not None:
        for said in follow(model):
            yield Event(int(said.values.get("done", 0)), int(said.values.get("total", 1)), None, said)
    started = time.perf_counter()
    steps = on_device(demo)(request)
    try:
        for step in steps:
            last = not isinstance(step, Progress)
            result = step if last else getattr(step, "result", None)
            run = None
            if result is not None:
                run = made(demo, request, result, started)
            yield Event(1, 1, run) if last else Event(step.done, step.total, run)
    finally:
        steps.close()


def wire_long(parts: TabParts, shell: Shell, bar: LongBar) -> None:
    """Make Start and Cancel work, and find a run again after a reload."""
    demo = parts.demo
    # Outside the tabs: what is in a tab is not there before the tab is looked at, and neither is its value.
    job = gr.BrowserState("", storage_key=f"pg-{demo.name}", render=False)
    parts.unseen.append(job)
    results = parts.result_outputs(shell)
    buttons = [bar.progress, *bar.buttons]
    outputs = [*results, *buttons, job]
    idle = ["", gr.update(interactive=True), *[gr.update(interactive=False)] * (len(buttons) - 2)]

    def begin(*inputs: Any) -> Iterator[list[Any]]:
        *values, lang = inputs
        asked = dict(zip(parts.fields, values, strict=True))
        try:
            request = demo.request.model_validate(asked)
            generator = work(demo, request)
            if ZERO_GPU:
                for event in generator:
                    now = Snapshot("running", 0, event)
                    yield [*_screen("", now, lang)[:-1], gr.skip()]
                yield [*[gr.skip()] * len(results), *idle, gr.skip()]
                return
            job_id = JOBS.start(generator)
        except Exception as error:
            yield [*parts.complain(shell, error, lang, asked, kind="stale-input"), *idle, gr.skip()]
            return
        for snapshot in JOBS.watch(job_id):
            yield _screen(job_id, snapshot, lang)

    def resume(job_id: str, search: str, lang: str) -> Iterator[list[Any]]:
        left: list[Any] = [gr.skip()] * len(parts.fields)
        filled = False
        try:
            for snapshot in JOBS.watch(job_id):
                run = snapshot.last.run if snapshot.last is not None else None
                if snapshot.ended and not filled and _other(run, search):
                    break
                # Once: they may be changed while the run goes on.
                fields = left if filled or run is None else parts.filled(run.request)
                filled = filled or run is not None
                yield [*fields, *_screen(job_id, snapshot, lang)]
        except Complaint:  # there was none, or the app was started anew, or the run ended long ago
            pass
        if not filled:
            yield [gr.skip()] * (len(left) + len(outputs))

    def _screen(job_id: str, snapshot: Snapshot, lang: str) -> list[Any]:
        """Values for `outputs`."""
        last: Event | None = snapshot.last
        if last is not None and last.run is not None:
            values = parts.show_result(last.run, lang)
        else:
            values = [gr.skip()] * len(results)
            values[results.index(parts.notice)] = ""  # of what was before
        if said := _said(snapshot, last, lang):
            values[results.index(parts.notice)] = notice(said, language=lang)
        if snapshot.ended:
            return [*values, *idle, job_id]
        waiting = say("pg_long_waiting", lang, ahead=snapshot.ahead) if snapshot.ahead else ""
        resting = [gr.update(value=say("pg_resume" if snapshot.paused else "pg_pause", lang), interactive=True)]
        rest = resting if bar.pause is not None else []
        return [*values, *_busy(last, lang, waiting, snapshot.paused), *rest, job_id]

    def cancel(job_id: str) -> None:
        JOBS.cancel(job_id)

    def pause(job_id: str) -> None:
        JOBS.pause(job_id)

    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    running = bar.start.click(
        begin, [*parts.fields.values(), shell.lang], outputs, js=LANG_JS, trigger_mode="once", **shared, **_WATCH
    )
    if ZERO_GPU:
        bar.cancel.click(lambda: idle, None, buttons, cancels=[running], **shared)
    else:
        bar.cancel.click(cancel, job, None, queue=False, **shared)
        if bar.pause is not None:
            bar.pause.click(pause, job, None, queue=False, **shared)
        parts.on_load.append((resume, [job], [*parts.fields.values(), *outputs]))


def _other(run: Run | None, search: str) -> bool:
    """Whether the address is a link to another run of the same experiment."""
    asked = dict(parse_qsl(search.lstrip("?"))) if len(search) < 10_000 else {}
    if run is None or asked.get("tab") != run.demo or "run" not in asked:
        return False
    return asked["run"] != (to_link(run.demo, run.request) or asked)["run"]


def _said(snapshot: Snapshot, last: Event | None, lang: str) -> Exception | str:
    """Why a run ended before its end; nothing when it did not."""
    if snapshot.error is not None:
        return snapshot.error
    if snapshot.state not in ("cancelled", "abandoned", "rested"):
        return ""
    if last is None or last.said is not None:
        return say("pg_long_never", lang)
    return say(f"pg_long_{snapshot.state}", lang, done=last.done, total=last.total)


def _busy(last: Event | None, lang: str, said: str = "", paused: bool = False) -> list[Any]:
    """The progress bar, and Start and Cancel of a run that is under way."""
    if last is None:
        said, share = said or say("pg_long_starting", lang), "0"
    else:
        key = "pg_long_paused" if paused else "pg_long_running"
        share = f"{100 * last.done / max(1, last.total):.0f}"
        said = last.said.sentence(lang) if last.said else say(key, lang, done=last.done, total=last.total, share=share)
    said = html.escape(said)
    shown = (
        f"<div class='pg-notice pg-progress' role='progressbar' aria-valuenow='{share}' aria-label='{said}'"
        f" style='--done:{share}%'>{said}</div>"
    )
    return [shown, gr.update(interactive=False), gr.update(interactive=True)]
