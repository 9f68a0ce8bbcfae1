"""A sub-tab of Masked LM as a visitor sees it, and whether its parts say the same."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Locator, Page, expect

from playground.messages import texts
from playground.paths import EXAMPLES
from playground.runs import from_link

_PREFIXES = {"corruption": "cor", "audit": "aud", "sweep": "swp", "surprise": "sur", "visible": "vis"}
NAMES = tuple(_PREFIXES)

# Typed arrays as lists: Plotly keeps what came packed as it unpacked it.
_DATA = """(id) => JSON.stringify(document.querySelector(`#${id} .pg-plot`)?.data ?? null,
    (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value))"""
_CHANGED = f"([id, before]) => ({_DATA})(id) !== before"
_OPACITY = "(id) => Number(getComputedStyle(document.getElementById(id)).opacity)"


class Experiment:
    """Drives one sub-tab of an open page."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.demo = page, name, f"masked_lm_{name}"
        prefix = _PREFIXES[name]
        self.figure = f"{prefix}-figure"
        self.plot = page.locator(f"#{self.figure} .pg-plot")
        self.text = page.locator(f"#{prefix}-text textarea")
        self.tokens = page.locator(f"#{prefix}-strip .pg-token")
        self.notice = page.locator(f"#{prefix}-notice .pg-notice")
        self.examples = page.locator(f"#{prefix}-examples button")
        self.recipes = page.locator(f"#{prefix}-recipe label")
        self.again = page.locator(f"#{prefix}-again")
        self.rows = page.locator(f"#{prefix}-table tr")
        self.status = page.locator("#pg-status")
        self.start, self.cancel, self.progress = (
            page.locator(f"#{self.demo}-{part}") for part in ("start", "cancel", "progress")
        )

    def look(self, language: str = "en") -> "Experiment":
        """Open it by its tab, which on a narrow screen may be in the menu."""
        choose(self.page, texts(language)[f"pg_sub_{self.demo}"])
        return self.drawn()

    def drawn(self) -> "Experiment":
        expect(self.plot.locator(".main-svg").first).to_be_visible(timeout=15_000)
        return self

    def stored(self, number: int = 1) -> dict[str, Any]:
        """The stored run of an example."""
        run: dict[str, Any] = json.loads((EXAMPLES / self.demo / f"{number:02}.json").read_text("utf-8"))
        return run

    def packed(self) -> str:
        """The figure's data as JSON text, to be compared."""
        return str(self.page.evaluate(_DATA, self.figure))

    def data(self) -> list[dict[str, Any]]:
        traces: list[dict[str, Any]] = json.loads(self.packed())
        return traces

    def changes(self, do: Callable[[], Any]) -> None:
        """Until the figure shows something else after `do`."""
        before = self.packed()
        do()
        self.changes_from(before)

    def changes_from(self, packed: str) -> None:
        """Until the figure shows something else than this."""
        self.page.wait_for_function(_CHANGED, arg=[self.figure, packed])

    def shows(self, packed: str) -> None:
        """Until the figure shows this."""
        self.page.wait_for_function(f"([id, wanted]) => ({_DATA})(id) === wanted", arg=[self.figure, packed])

    def cells(self) -> list[list[str]]:
        """The table's rows without their heads; its fold is opened where there is one."""
        if not self.rows.count():
            fold = re.compile("The numbers as a table|숫자를 표로 보기")
            self.page.get_by_role("button", name=fold).locator("visible=true").click()
            expect(self.rows.first).to_be_visible()
        cells = "(rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))"
        return [row for row in self.rows.evaluate_all(cells) if row]

    def dimmed(self, dim: bool) -> None:
        """Until the figure is, or is not."""
        self.page.wait_for_function(f"([id, dim]) => (({_OPACITY})(id) < 0.5) === dim", arg=[self.figure, dim])

    def asked(self) -> dict[str, Any]:
        """What the address asks of this experiment; nothing where it only names it."""
        parameters = dict(parse_qsl(urlsplit(self.page.url).query))
        assert parameters["tab"] == self.demo, parameters["tab"]
        return from_link(parameters) if "run" in parameters else {}

    def is_asked(self) -> None:
        """Until the address asks this experiment for something."""
        self.page.wait_for_url(re.compile(rf"tab={self.demo}&.*run="))

    def agrees(self) -> None:
        """The table, the figure and the strip say the same."""
        CHECKS[self.name](self)


def choose(page: Page, label: str) -> None:
    """Click the tab with this label, or its line in the menu of those that do not fit."""
    tab = page.get_by_role("tab", name=label, exact=True)
    expect(page.get_by_role("tablist").nth(1)).to_be_visible()
    if not tab.is_visible():
        bar = page.locator(".pg-subtabs").locator("visible=true")  # the ideas' own bar has such a menu, too
        bar.get_by_role("button", name="More tabs").locator("visible=true").click()
        bar.locator(".overflow-dropdown").get_by_role("button", name=label, exact=True).click()
    else:
        tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")


def long_run(page: Page, demo: str, prefix: str) -> tuple[Locator, Locator]:
    """Look at an experiment that runs for long: its buttons Start and Cancel."""
    choose(page, texts("en")[f"pg_sub_{demo}"])
    expect(page.locator(f"#{prefix}-figure .main-svg").first).to_be_visible()
    return page.locator(f"#{demo}-start"), page.locator(f"#{demo}-cancel")


def _percent(cell: str) -> float:
    return float(cell.removeprefix("< ").split("%")[0]) / 100


def _corruption(shown: Experiment) -> None:
    chosen = {int(place): (word, answer) for place, _, _, word, answer, _ in shown.cells()}
    marked = shown.tokens.evaluate_all(
        "(all) => all.flatMap((token, place) => token.querySelector('small') ? [[place, token.innerText]] : [])"
    )
    assert {place: tuple(text.split("\n")) for place, text in marked} == chosen
    [bars] = shown.data()
    for share, label in zip(bars["x"], bars["y"], strict=True):
        right, of = sorted(map(int, re.findall(r"\d+", label.split("(")[-1])))
        assert abs(share - right / of) < 1e-9


def _audit(shown: Experiment) -> None:
    counted, _, distances = shown.data()
    assert sum(counted["y"]) == 10_000
    rows = shown.cells()
    assert [row[0] for row in rows] == distances["y"] and len(rows) == 4
    for row, (number, promised, _), distance in zip(rows, distances["customdata"], distances["x"], strict=True):
        assert abs(_percent(row[2]) - _percent(number)) < 1e-5
        assert row[1].split("%")[0] == f"{_percent(promised):.3%}".rstrip("%")
        assert (row[3] == "✓") == (abs(distance) <= 3)


def _sweep(shown: Experiment) -> None:
    _, accuracy, _, loss = shown.data()
    rows = shown.cells()
    assert [row[0] for row in rows] == [f"{rate:.0%}" for rate in accuracy["x"]]
    for row, share, nats in zip(rows, accuracy["y"], loss["y"], strict=True):
        assert abs(_percent(row[2]) - share) < 6e-4 and row[3].startswith(f"{nats:.2f} ")


def _surprise(shown: Experiment) -> None:
    [heat] = shown.data()
    bits = [value for row in heat["z"] for value in row]
    words = [word for row in heat["text"] for word in row]
    rows = shown.cells()
    assert len(rows) == sum(value is not None for value in bits) > 0
    for place, word, surprisal, _ in rows:
        assert words[int(place)] == word and abs(bits[int(place)] - float(surprisal)) < 0.051
    assert rows == sorted(rows, key=lambda row: -float(row[2]))


def _visible(shown: Experiment) -> None:
    _, masked, seen = shown.data()
    rows = shown.cells()
    names = shown.page.evaluate("(id) => document.querySelector(`#${id} .pg-plot`).layout.yaxis.ticktext", shown.figure)
    assert [row[1] for row in rows] == names
    for row, hidden, visible in zip(rows, masked["x"], seen["x"], strict=True):
        assert abs(_percent(row[2]) - hidden) < 6e-4 and abs(_percent(row[3]) - visible) < 6e-4


CHECKS = {
    "corruption": _corruption,
    "audit": _audit,
    "sweep": _sweep,
    "surprise": _surprise,
    "visible": _visible,
}
