"""The calculator as a visitor sees it: the map and the numbers follow what is set."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.experiment import choose
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

_TILES = """() => {
    const [tiles] = document.querySelector('#alb-treemap .pg-plot').data;
    return Object.fromEntries(tiles.ids.map((id, place) => [id, tiles.values[place]]));
}"""


class Calculator(Tab):
    def __init__(self, page: Page, url: str, query: str = "") -> None:
        super().__init__(page, url, "albert", "alb", figure="treemap", query=query)
        self.title = self.part("treemap .gtitle")
        self.checked = self.part("checked")

    def box(self, name: str) -> Locator:
        return self.part(f"{name} input[type=number]")

    def shows(self, total: int) -> None:
        """Until title, map and Transformers' count agree on the total."""
        expect(self.title).to_contain_text(f"{total:,}")
        expect(self.checked).to_contain_text(re.compile(rf"✓ .*{total:,}"))
        tiles = self.page.evaluate(_TILES)
        groups = [tiles.get(group, 0) for group in ("embeddings", "encoder", "heads")]
        assert sum(groups) == total == sum(tiles.values()) - sum(groups)


def test_the_map_follows_the_sliders_and_nonsense_is_one_sentence(page: Page, app_url: str) -> None:
    shown = Calculator(page, app_url)
    shown.shows(11_683_584)
    shown.sets("num-layers", 24)
    shown.shows(11_683_584)  # all share one set
    page.locator("#alb-sharing").get_by_label("nothing (BERT)").click()
    shown.shows(11_683_584 + 23 * 7_087_872)
    expect(page.locator("#alb-preset input")).to_have_value("your own sizes")

    shown.sets("num-heads", 7)
    expect(shown.notice).to_have_text(
        "A hidden width of 768 cannot be split among 7 heads: take 6 heads, or another width."
    )
    shown.shows(11_683_584 + 23 * 7_087_872)
    shown.sets("num-heads", 6)
    expect(shown.notice).to_have_count(0)
    shown.sets("embedding-size", 900)
    expect(shown.notice).to_contain_text("factorising needs E to be at most H")
    page.locator("#alb-preset input").click()
    page.get_by_role("option", name="ALBERT-xxlarge", exact=True).click()
    shown.shows(222_595_584)
    expect(shown.box("hidden-size")).to_have_value("4096")
    expect(shown.notice).to_have_count(0)


def test_a_preset_is_passed_on_by_its_link_and_read_in_korean(page: Page, new_page: NewPage, app_url: str) -> None:
    shown = Calculator(page, app_url)
    page.locator("#alb-preset input").click()
    page.get_by_role("option", name="BERT-large", exact=True).click()
    shown.shows(334_607_360)
    page.wait_for_url("**run=*")
    page.get_by_role("button", name=re.compile("Part by part")).click()
    rows = page.locator("#alb-table tr")
    expect(rows).to_have_count(9)  # no projection
    expect(rows.last).to_contain_text("334,607,360")

    other = Calculator(new_page(), app_url, "&lang=ko&" + page.url.split("?", 1)[1].replace("tab=albert&", ""))
    other.shows(334_607_360)
    expect(other.title).to_contain_text("파라미터 334,607,360개")
    expect(other.checked).to_contain_text("BertModel")
    expect(other.box("num-layers")).to_have_value("24")


def test_the_papers_tables_have_their_badges(page: Page, app_url: str) -> None:
    Calculator(page, app_url)
    choose(page, texts("en")["pg_sub_albert_published"])
    expect(page.locator("#pub-figure .main-svg").first).to_be_visible()
    rows = page.locator("#pub-rows tr")
    expect(rows).to_have_count(9)
    expect(page.locator("#pub-rows")).to_contain_text("No single rule gives all the printed numbers.")
    page.locator("#pub-table").get_by_label("models (Tables 1, 2)").click()
    expect(rows).to_have_count(7)
    expect(rows.nth(6)).to_contain_text(re.compile("✗.none"))
    expect(page.locator("#pub-rows")).to_contain_text("No rule at all gives: ALBERT-xlarge, ALBERT-xxlarge.")


def test_a_model_of_ones_own_is_timed_round_by_round(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/?tab=albert_stopwatch")
    expect(page.locator("#stw-figure .main-svg").first).to_be_visible()
    expect(page.locator("#stw-table tr")).to_have_count(7)
    start, notice = page.locator("#albert_stopwatch-start"), page.locator("#stw-notice .pg-notice")
    models = page.locator("#stw-models input[type=checkbox]")
    for place in range(6):
        models.nth(place).uncheck()
    start.click()
    expect(notice).to_have_text("No model is chosen: choose at least 1.")
    models.nth(5).check()
    page.get_by_role("button", name="The sizes of yours").click()
    for name, value in (("embedding-size", 8), ("hidden-size", 16), ("num-layers", 2), ("intermediate-size", 32)):
        _sets(page.locator(f"#stw-{name} input[type=number]"), str(value))
    start.click()
    expect(page.locator("#stw-table tr")).to_have_count(2)
    expect(start).to_be_enabled()
    expect(notice).to_have_count(0)
    expect(page.locator("#stw-table tr").nth(1)).to_contain_text(re.compile(r"yours.*0\.3M.*MiB.*\d+\.\d.±"))


def _sets(box: Locator, value: str) -> None:
    """Type until it stays: Gradio writes a field's first value a moment after the fold around it was opened."""
    for _ in range(20):
        box.fill(value)
        box.press("Enter")
        box.page.wait_for_timeout(300)
        if box.input_value() == value:
            return
    raise AssertionError(f"{value} did not stay in its box, which holds {box.input_value()}")
