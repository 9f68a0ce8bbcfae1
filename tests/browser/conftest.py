"""Fixtures: one Chromium for all browser tests, and pages that report what must never happen."""

import re
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
    sync_playwright,
)

_BEFORE = 2.0  # seconds
ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_FAILED = pytest.StashKey[bool]()
# What Gradio's page says where its stream of answers is cut.
_CUT = re.compile(r"AbortError: signal is aborted|Unexpected error Connection errored out")
expect.set_options(timeout=30_000)  # a busy machine is no reason to fail

NewPage = Callable[..., Page]


@dataclass
class Watch:
    """What the pages of one test did: console errors, dialogs, and the address of every request."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    leaving: set[Page | None] = field(default_factory=set)
    cut: list[tuple[Page | None, float, str]] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("page", lambda page: page.on("domcontentloaded", lambda page: self.leaving.discard(page)))
        context.on("console", self._said)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))
        context.on("dialog", self._asked)
        context.on("request", self._sent)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        said = f"console: {message.text} ({message.location.get('url')})"
        # A page that is left cuts its stream, if one is open just then, before or after it asks for the next page;
        # nobody sees what it says of that.
        if not _CUT.search(message.text):
            self.errors.append(said)
        elif message.page not in self.leaving:
            self.cut.append((message.page, time.monotonic(), said))

    def _asked(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message!r}")
        dialog.dismiss()

    def _sent(self, request: Request) -> None:
        self.requests.append(request.url)
        if request.is_navigation_request() and request.frame.parent_frame is None:
            page, now = request.frame.page, time.monotonic()
            self.leaving.add(page)
            self.cut = [one for one in self.cut if one[0] != page or now - one[1] > _BEFORE]

    def problems(self) -> list[str]:
        left = [url for url in self.requests if not _stays(url)]
        return [*self.errors, *(said for _, _, said in self.cut), *(f"request left the machine: {url}" for url in left)]


def _stays(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or (parts.scheme == "http" and parts.hostname == "127.0.0.1")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


# Not for the whole session: an open Playwright leaves an event loop running in this thread, in which other
# tests could not start one of their own.
@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """Makes pages, each in a fresh context; afterwards: no console error, no dialog, no request to elsewhere."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        settings: dict[str, Any] = {"locale": "en-US", "viewport": {"width": 1440, "height": 900}} | options
        context = browser.new_context(**settings)
        context.set_default_timeout(30_000)
        contexts.append(context)
        watch.follow(context)
        return context.new_page()

    yield make
    problems = watch.problems()
    if problems or request.node.stash.get(_FAILED, False):
        _picture(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)
    assert watch.requests or not contexts, "a page was made, but nothing was asked of any server"


def _picture(contexts: list[BrowserContext], name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    safe = "".join(character if character.isalnum() or character in "-_" else "_" for character in name)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        page.screenshot(path=ARTIFACTS / f"{safe}-{number}.png", full_page=True)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A fresh page at 1440x900 in English."""
    return new_page()
