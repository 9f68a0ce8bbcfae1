"""The Masked LM tab as a visitor sees it: what the page shows is read from the page, never from the server."""

import base64
import json
import re
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page, Request, expect

# The restoring event on opening the page has ended, and a picture is drawn.
_READY = """() => performance.getEntriesByType('resource').some((entry) => entry.name.includes('/queue/data'))
    && document.querySelector('#mlm-figure .main-svg') !== null"""

# The strip's hidden places and the figure's panels are `places`, and every bar of the data is drawn.
_SHOWS = r"""(places) => {
    const plot = document.querySelector('#mlm-figure .pg-plot');
    if (!plot) return false;
    const hidden = [...document.querySelectorAll('#mlm-strip .pg-token')].flatMap(
        (button, place) => (button.textContent === '[MASK]' ? [place] : []));
    const panels = (plot.layout?.annotations ?? []).flatMap((note) => {
        const found = note.text.match(/^(?:Place )?(\d+)(?:번 자리)?:/);
        return found ? [Number(found[1])] : [];
    });
    const bars = (plot.data ?? []).reduce((sum, trace) => sum + trace.x.length, 0);
    const wanted = JSON.stringify(places);
    return JSON.stringify(hidden) === wanted && JSON.stringify(panels) === wanted
        && plot.querySelectorAll('.barlayer .point').length === bars;
}"""

# One panel a trace. Labels and percentages are the text that is drawn; values and colours are the data's.
_PANELS = """() => {
    const plot = document.querySelector('#mlm-figure .pg-plot');
    const titles = [...plot.querySelectorAll('.annotation-text')].map((title) => title.textContent);
    return (plot.data ?? []).map((trace, panel) => ({
        title: titles[panel],
        labels: [...plot.querySelectorAll('.' + trace.yaxis + 'tick text')].map((label) => label.textContent),
        values: trace.x,
        colors: trace.marker.color,
        texts: trace.text,
    }));
}"""

ORANGE = "#d95f02"


class Panel(NamedTuple):
    """One hidden place: its title, and its bars from top to bottom."""

    title: str
    labels: list[str]
    values: list[float]
    colors: list[str]
    texts: list[str]

    @property
    def orange(self) -> list[str]:
        """Labels of the bars that stand for the hidden word."""
        return [label for label, color in zip(self.labels, self.colors, strict=True) if color == ORANGE]


class Screen:
    """Drives one page; `open` first."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.text = page.locator("#mlm-text textarea")
        self.tokens = page.locator("#mlm-strip .pg-token")
        self.notice = page.locator("#mlm-notice .pg-notice")
        self.said = page.locator("#masked_lm-said .pg-notice")
        self.plot = page.locator("#mlm-figure .pg-plot")

    def open(self, query: str = "") -> "Screen":
        self.page.goto(f"{self.url}/{query}")
        self.page.wait_for_function(_READY)
        return self

    def wait_hidden(self, *places: int) -> None:
        """Until exactly these places are hidden in the strip and drawn in the figure."""
        self.page.wait_for_function(_SHOWS, arg=list(places))

    def toggle(self, place: int) -> None:
        self.tokens.nth(place).click()

    def strip(self) -> list[str]:
        return self.tokens.all_inner_texts()

    def panels(self) -> list[Panel]:
        return [Panel(**panel) for panel in self.page.evaluate(_PANELS)]

    def table(self) -> Locator:
        """The table, its fold opened."""
        table = self.page.locator("#mlm-table table")
        if not table.is_visible():
            self.page.get_by_role("button", name=re.compile("The numbers as a table|숫자를 표로 보기")).click()
        return table

    def expect_tokens(self, *tokens: str) -> None:
        """Until the strip shows these tokens between its two special ones."""
        expect(self.tokens).to_have_text(["[CLS]", *tokens, "[SEP]"])

    def still_predicts(self, sentence: str) -> None:
        """The page answers a good sentence, whatever it was given before."""
        self.text.fill(f"{sentence} [MASK] .")
        place = len(sentence.split()) + 1
        self.expect_tokens(*sentence.split(), "[MASK]", ".")
        self.wait_hidden(place)
        expect(self.notice).to_have_count(0)
        [panel] = self.panels()
        assert len(panel.labels) >= 1 and 0 < panel.values[0] <= 1


@contextmanager
def answered(page: Page, seconds: float = 15) -> Iterator[None]:
    """Until an answer to what is done inside has come to its end.

    Gradio's page may cut the stream of answers when it has read the last, and for a stream that is cut
    Playwright's `Response.finished()` waits for ever: so either end is listened for, and no longer than `seconds`.
    """
    ended: list[str] = []

    def end(request: Request) -> None:
        if "/queue/data" in request.url:
            ended.append(request.url)

    page.on("requestfinished", end)
    page.on("requestfailed", end)
    yield
    until = time.monotonic() + seconds
    while not ended:
        assert time.monotonic() < until, f"no answer ended within {seconds} s"
        page.wait_for_timeout(20)
    page.remove_listener("requestfinished", end)
    page.remove_listener("requestfailed", end)


def ask(url: str, text: str, positions: list[int], top_k: int = 8) -> dict[str, Any]:
    """The Result for a request, from the app's API."""
    body = json.dumps({"data": [text, "bert-mini", top_k, positions, None, 0]}).encode()
    endpoint = f"{url}/gradio_api/call/masked_lm"
    post = urllib.request.Request(endpoint, body, {"content-type": "application/json"})
    with urllib.request.urlopen(post, timeout=30) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{endpoint}/{event}", timeout=30) as stream:
        lines = stream.read().decode().splitlines()
    at = lines.index("event: complete")
    result: dict[str, Any] = json.loads(lines[at + 1].removeprefix("data: "))[0]
    return result


def link(request: Any, tab: str = "masked_lm", version: str = "1") -> str:
    """A query string as the app makes it, for requests that it would never make; bytes: already compressed."""
    packed = request if isinstance(request, bytes) else zlib.compress(json.dumps(request).encode())
    return f"?tab={tab}&v={version}&run={base64.urlsafe_b64encode(packed).decode().rstrip('=')}"
