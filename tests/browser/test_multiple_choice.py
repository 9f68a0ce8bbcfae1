"""Options as a visitor types them."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

_BARS = "() => Array.from(document.querySelector('#mch-figure .pg-plot').data[0].x)"


def test_options_are_bars_that_sum_to_one_and_one_alone_is_no_choice(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/?tab=multiple_choice")
    expect(page.locator("#mch-figure .main-svg").first).to_be_visible()
    assert len(page.evaluate(_BARS)) == 4
    options, notice = page.locator("#mch-options textarea"), page.locator("#mch-notice .pg-notice")
    options.fill("He closed the barn.\n\nThe violin has four strings.")
    page.wait_for_function(f"() => ({_BARS})().length === 2")
    assert abs(sum(page.evaluate(_BARS)) - 1) < 1e-4
    expect(notice).to_contain_text("no head that was trained to choose")
    options.fill("He closed the barn.")
    expect(notice).to_have_text("There are 1 options: at least 2 are needed, one a line.")
    assert len(page.evaluate(_BARS)) == 2
    options.fill("a\nb\nc")
    page.wait_for_function(f"() => ({_BARS})().length === 3")
    page.get_by_role("button", name="What was read for each option?").click()
    expect(page.locator("#mch-packed .pg-passage")).to_have_count(3)
    expect(page.locator("#mch-packed mark").first).to_be_visible()


def test_it_is_drawn_in_korean(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/?tab=multiple_choice&lang=ko")
    expect(page.locator("#mch-figure .main-svg").first).to_be_visible()
    expect(page.locator("#mch-figure")).to_contain_text(re.compile("선택지별 확률"))
