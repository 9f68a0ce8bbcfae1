"""Long runs on the screen: Start, Cancel, a progress bar, and a picture that grows.

A run lives in ui/jobs.py and outlives a reload: the browser keeps its unguessable id and watches it again. On ZeroGPU a
worker cannot be watched again, so there the run is the event itself and ends with the page.
"""

import html
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.demo import Demo, Progress
from playground.messages import Complaint, say
from playground.runs import SCHEMA_VERSION, Run
from playground.ui.errors import notice
from playground.ui.jobs import JOBS, Snapshot
from playground.ui.lanes import ZERO_GPU, device_name, on_device
from playground.ui.language import LANG_JS, t
from playground.ui.shell import Shell, TabParts

_WATCH: dict[str, Any] = {"concurrency_id": "watch", "concurrency_limit": 64}  # a watcher computes nothing


@dataclass(frozen=True)
class LongBar:
    start: gr.Button
    cancel: gr.Button
    progress: gr.HTML


def long_bar(demo: Demo) -> LongBar:
    """The row of buttons, and the progress below it."""
    with gr.Row(elem_classes="pg-long"):
        start = gr.Button(t("pg_start"), variant="primary", elem_id=f"{demo.name}-start", min_width=120)
        cancel = gr.Button(t("pg_cancel"), interactive=False, elem_id=f"{demo.name}-cancel", min_width=120)
    return LongBar(start, cancel, gr.HTML("", elem_id=f"{demo.name}-progress", elem_classes="pg-notice-box"))


@dataclass(frozen=True)
class Event:
    """What a job yields: how far it is, and the Run so far (None as long as there is nothing to show)."""

    done: int
    total: int
    run: Run | None


def work(demo: Demo, request: Any) -> Generator[Event, None, None]:
    """Run the demo, its Progress and Result wrapped as Events."""
    started = time.perf_counter()
    steps = on_device(demo)(request)
    try:
        for step in steps:
            last = not isinstance(step, Progress)
            result = step if last else getattr(step, "result", None)
            run = None
            if result is not None:
                run = Run(
                    schema_version=SCHEMA_VERSION,
                    demo=demo.name,
                    request=request.model_dump(),
                    result=result.model_dump(),
                    model=getattr(request, "model", ""),
                    device=device_name(),
                    seconds=round(time.perf_counter() - started, 4),
                )
            yield Event(1, 1, run) if last else Event(step.done, step.total, run)
    finally:
        steps.close()


def wire_long(parts: TabParts, shell: Shell, bar: LongBar) -> None:
    """Make Start and Cancel work, and find a run again after a reload."""
    demo = parts.demo
    job = gr.BrowserState("", storage_key=f"pg-{demo.name}")
    results = parts.result_outputs(shell)
    outputs = [*results, bar.progress, bar.start, bar.cancel, job]
    idle = ["", gr.update(interactive=True), gr.update(interactive=False)]

    def begin(*inputs: Any) -> Iterator[list[Any]]:
        *values, lang = inputs
        asked = dict(zip(parts.fields, values, strict=True))
        try:
            request = demo.request.model_validate(asked)
            generator = work(demo, request)
            if ZERO_GPU:
                for event in generator:
                    yield [*_shown(event, lang), *_busy(event, lang), gr.skip()]
                yield [*[gr.skip()] * len(results), *idle, gr.skip()]
                return
            job_id = JOBS.start(generator)
        except Exception as error:
            yield [*parts.complain(shell, error, lang, asked), *idle, gr.skip()]
            return
        yield from watch(job_id, lang)

    def watch(job_id: str, lang: str) -> Iterator[list[Any]]:
        for snapshot in JOBS.watch(job_id):
            if snapshot.ended:
                yield [*_ended(snapshot, lang), *idle, ""]
            elif not snapshot.events:
                waiting = say("pg_long_waiting", lang, ahead=snapshot.ahead) if snapshot.ahead else ""
                yield [*[gr.skip()] * len(results), *_busy(Event(0, 1, None), lang, waiting), job_id]
            else:
                last = snapshot.events[-1]
                yield [*_shown(last, lang), *_busy(last, lang), job_id]

    def resume(job_id: str, lang: str) -> Iterator[list[Any]]:
        if job_id:
            try:
                yield from watch(job_id, lang)
                return
            except Complaint:  # the app was started anew, or the run ended long ago
                pass
        yield [gr.skip()] * (len(outputs) - 1) + [""]

    def _shown(event: Event, lang: str) -> list[Any]:
        if event.run is None:
            return [gr.skip()] * len(results)
        return parts.show_result(event.run, lang)

    def _ended(snapshot: Snapshot, lang: str) -> list[Any]:
        last = snapshot.events[-1] if snapshot.events else Event(0, 1, None)
        values = _shown(last, lang)
        if snapshot.error is not None:
            values[results.index(parts.notice)] = notice(snapshot.error, language=lang)
        elif snapshot.state == "cancelled":
            said = say("pg_long_cancelled", lang, done=last.done, total=last.total)
            values[results.index(parts.notice)] = notice(said, language=lang)
        return values

    def cancel(job_id: str) -> None:
        JOBS.cancel(job_id)

    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    running = bar.start.click(
        begin, [*parts.fields.values(), shell.lang], outputs, js=LANG_JS, trigger_mode="once", **shared, **_WATCH
    )
    if ZERO_GPU:
        bar.cancel.click(lambda: idle, None, [bar.progress, bar.start, bar.cancel], cancels=[running], **shared)
    else:
        bar.cancel.click(cancel, job, None, queue=False, **shared)
        parts.on_load.append((resume, [job, shell.lang], outputs))


def _busy(event: Event, lang: str, said: str = "") -> list[Any]:
    """The progress bar, and the buttons of a run that is under way."""
    said = said or say("pg_long_running", lang, done=event.done, total=event.total)
    share = f"{100 * event.done / max(1, event.total):.0f}"
    shown = (
        f"<div class='pg-notice pg-progress' role='progressbar' aria-valuenow='{share}' style='--done:{share}%'>"
        f"{html.escape(said)}</div>"
    )
    return [shown, gr.update(interactive=False), gr.update(interactive=True)]
