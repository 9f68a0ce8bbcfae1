"""Clicks faster than their answers: the newest one's answer is what stays."""

import threading
from concurrent.futures import ThreadPoolExecutor

import gradio as gr

from playground.app import build
from playground.ui.clicks import Clicks, counter, latest


def test_an_older_answer_that_comes_later_shows_nothing() -> None:
    clicks, begun, goes_on = Clicks(begun=0), threading.Event(), threading.Event()

    def slow() -> list[str]:
        begun.set()
        assert goes_on.wait(30)
        return ["old", "old"]

    with ThreadPoolExecutor(1) as pool:
        older = pool.submit(latest, clicks, slow)
        assert begun.wait(30)
        assert latest(clicks, lambda: ["new", "new"]) == ["new", "new"]
        goes_on.set()
        assert older.result(30) == [gr.skip(), gr.skip()]
    assert latest(clicks, lambda: ["alone"]) == ["alone"]


def test_each_tab_counts_for_itself() -> None:
    assert counter().value == Clicks(begun=0)


def test_clicks_on_strips_and_maps_are_none_of_them_dropped() -> None:
    """Gradio's own way drops a click while one is pending; its always_last would answer the older one twice."""
    app = build()
    names = {"att-mosaic", "att-map", "att-strip", "len-strip", "sid-strip", "emb-strip"}
    modes = {
        app.blocks[target].elem_id: event.trigger_mode
        for event in app.fns.values()
        for target, kind in event.targets
        if kind == "select" and target is not None
    }
    assert {name: modes[name] for name in names} == dict.fromkeys(names, "multiple")
