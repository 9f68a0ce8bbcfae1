"""Errors as one sentence that says what to do: a notice on the screen, a gr.Error over the API."""

import html
import logging
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any

import gradio as gr
from pydantic import ValidationError

from playground.messages import Complaint, Notice, say
from playground.runs import complaint_of

_LOG = logging.getLogger("playground")


def sentence(error: Exception, language: str) -> str:
    """What the visitor reads; anything unforeseen goes to the log with its trace and is said to be our fault."""
    if isinstance(error, ValidationError):
        error = complaint_of(error)
    if isinstance(error, Complaint):
        return error.sentence(language)
    if isinstance(error, gr.Error):  # from a ZeroGPU worker, where it was put into words already
        return str(error.message)
    _LOG.error("unforeseen", exc_info=error)
    return say("pg_err_unforeseen", language, kind=type(error).__name__)


def notice(*items: Exception | Notice | str, language: str, kind: str = "") -> str:
    """HTML of the notice line: errors, notices and plain texts, escaped, one a line; empty for none.

    kind: `done` for good news; `stale` when the result on the screen is not that of the inputs any more,
    `stale-input` when its row of tokens is not either: theme.css dims what is no longer true.
    """
    texts = [
        item
        if isinstance(item, str)
        else item.sentence(language)
        if isinstance(item, Notice)
        else sentence(item, language)
        for item in items
    ]
    classes = f"pg-notice pg-{kind}" if kind else "pg-notice"
    return f"<div class='{classes}' role='status'>{'<br>'.join(map(html.escape, texts))}</div>" if texts else ""


def as_gr_error(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function or generator so that only gr.Error leaves it: its text alone survives a ZeroGPU worker."""

    def turned(error: Exception) -> gr.Error:
        return gr.Error(sentence(error, "en"), print_exception=False)

    if isgeneratorfunction(function):

        @wraps(function)
        def stream(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from function(*args, **kwargs)
            except gr.Error:
                raise
            except Exception as error:
                raise turned(error) from error

        return stream

    @wraps(function)
    def once(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except gr.Error:
            raise
        except Exception as error:
            raise turned(error) from error

    return once
