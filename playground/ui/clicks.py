"""Clicks that each ask for an answer: none is lost, and no older answer comes after a newer one's.

An event of a click runs with trigger_mode="multiple". "once" drops clicks while an answer is on its way, and
"always_last" repeats the *first* of them: Gradio's page dispatches again what it sent before, with the old place in it.
"""

from collections.abc import Callable
from typing import Any, TypedDict

import gradio as gr


class Clicks(TypedDict):
    """In a gr.State, where all events of a visitor find the same dictionary."""

    begun: int


def counter() -> gr.State:
    """What `latest` counts in; to be made once in a tab."""
    return gr.State(Clicks(begun=0))


def latest(clicks: Clicks, answer: Callable[[], list[Any]]) -> list[Any]:
    """The answer, or nothing to show where another click began meanwhile."""
    clicks["begun"] += 1
    mine = clicks["begun"]
    values = answer()
    return values if clicks["begun"] == mine else [gr.skip()] * len(values)
