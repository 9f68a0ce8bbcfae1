"""The fold below the bars: where the hidden places look. Nothing is computed for it while it is closed."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from playground.runs import from_link
from tests.browser.conftest import NewPage
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

_HEAT = """() => {
    const plot = document.querySelector('#mlm-attention .pg-plot');
    if (!plot?.data?.length || !plot.querySelector('.main-svg')) return null;
    const z = Array.from(plot.calcdata[0][0].z, (row) => Array.from(row));  // in the data they are still packed
    return { rows: plot.data[0].y, z, read: plot.layout.xaxis.ticktext, title: plot.layout.title.text };
}"""
_NEW = (
    f"(before) => {{ const now = ({_HEAT})(); return now && JSON.stringify(now) !== JSON.stringify(before) && now; }}"
)


class Fold:
    """The fold of one page; `heat` is what its figure shows."""

    def __init__(self, page: Page) -> None:
        self.page, self.heat = page, {}
        self.head = page.get_by_role("button", name=re.compile("Where does the mask look|마스크는 어디를 볼까요"))
        self.figure = page.locator("#mlm-attention .main-svg").first

    def changed(self) -> "Fold":
        """Wait for another heatmap than the last."""
        self.heat: dict[str, Any] = self.page.wait_for_function(_NEW, arg=self.heat).json_value()
        return self

    def request(self) -> dict[str, Any]:
        return from_link(dict(parse_qsl(urlsplit(self.page.url).query)))

    def waits_for(self, **asked: int | None) -> None:
        """Until the address holds these settings."""
        for _ in range(100):
            if "run=" in self.page.url and asked.items() <= self.request().items():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{asked} are not in {self.request()}")


def test_the_fold_shows_where_each_hidden_place_looks(new_page: NewPage, app_url: str) -> None:
    page = new_page()
    screen, fold = Screen(page, app_url).open(), Fold(page)
    screen.text.fill("The cat sat on the mat.")
    screen.expect_tokens("the", "cat", "sat", "on", "the", "mat", ".")
    for place in (2, 6):
        screen.toggle(place)
    screen.wait_hidden(2, 6)
    fold.waits_for(layer=None, positions=[2, 6])
    expect(fold.figure).to_have_count(0)

    fold.head.click()
    heat = fold.changed().heat
    assert heat["rows"] == ["place 2", "place 6"] and heat["title"] == "Attention, layer 6, head mean"
    assert heat["read"] == ["[CLS]", "the", "[MASK]", "sat", "on", "the", "[MASK]", ".", "[SEP]"]
    assert [sum(row) for row in heat["z"]] == pytest.approx([1, 1], abs=1e-3)
    fold.waits_for(layer=6, head=0)
    for part, most in (("layer", "6"), ("head", "12")):
        expect(page.locator(f"#mlm-{part} input[type=range]")).to_have_attribute("max", most)

    page.locator("#mlm-layer input[type=range]").press("Home")
    assert fold.changed().heat["title"] == "Attention, layer 1, head mean"
    page.locator("#mlm-head input[type=range]").press("End")
    assert fold.changed().heat["title"] == "Attention, layer 1, head 12"
    screen.toggle(3)
    screen.wait_hidden(2, 3, 6)
    assert fold.changed().heat["rows"] == ["place 2", "place 3", "place 6"]
    fold.waits_for(layer=1, head=12, positions=[2, 3, 6])

    other = Fold(new_page(locale="ko-KR"))
    other.page.goto(page.url)
    korean = other.changed().heat
    assert korean["z"] == fold.heat["z"] and korean["title"] == "어텐션, 층 1, 헤드 12"
    expect(other.page.locator("#mlm-layer input[type=number]")).to_have_value("1")


def test_a_closed_fold_asks_for_nothing(page: Page, app_url: str) -> None:
    """Closed by hand, and by an example that was stored without it."""
    screen, fold = Screen(page, app_url).open(), Fold(page)
    screen.wait_hidden(6, 14)
    fold.head.click()
    fold.changed()
    fold.waits_for(layer=6)
    fold.head.click()
    expect(fold.figure).to_be_hidden()
    screen.toggle(2)
    screen.wait_hidden(2, 6, 14)
    fold.waits_for(layer=None)

    fold.head.click()
    assert len(fold.changed().heat["rows"]) == 3
    page.locator("#mlm-examples button").nth(2).click()
    screen.wait_hidden(5, 9, 11)
    expect(fold.figure).to_be_hidden()
    fold.waits_for(layer=None)
    expect(page.locator("#pg-status")).to_contain_text("stored run: ")
    fold.head.click()
    assert len(fold.changed().heat["rows"]) == 3
    screen.text.fill("Nothing is hidden here.")
    screen.wait_hidden()
    expect(fold.figure).to_have_count(0)  # and the fold stays open, for the next word that is hidden
    screen.toggle(1)
    assert fold.changed().heat["rows"] == ["place 1"]
