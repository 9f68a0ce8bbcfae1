"""Whatever a visitor does in a tab asks for an answer: no older answer comes after a newer one's.

Fields that are filled together, or typed in one after the other, each ask, and Gradio answers them side by side. So
does a click. An event of a click runs with trigger_mode="multiple". "once" drops clicks while an answer is on its way,
and "always_last" repeats the *first* of them: Gradio's page dispatches again what it sent before, with the old place
in it.
"""

from collections.abc import Callable
from typing import Any, TypedDict

import gradio as gr


class Clicks(TypedDict):
    """In a gr.State, where all events of a visitor find the same dictionary."""

    begun: int


def counter() -> gr.State:
    """What `latest` counts in, once in a tab (TabParts.clicks)."""
    return gr.State(Clicks(begun=0))


def latest(clicks: Clicks, answer: Callable[[], list[Any]]) -> list[Any]:
    """The answer, or nothing to show where something else was asked meanwhile."""
    clicks["begun"] += 1
    mine = clicks["begun"]
    values = answer()
    return values if clicks["begun"] == mine else [gr.skip()] * len(values)
