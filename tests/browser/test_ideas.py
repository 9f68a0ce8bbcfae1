"""To look at another idea is to open its page: nothing that was typed or asked is lost on the way."""

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.experiment import Experiment, choose
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

TYPED = "A cat sat on the [MASK] all day."


def _idea(page: Page, name: str) -> Locator:
    return page.locator("#pg-ideas").get_by_role("tab", name=texts("en")[f"pg_tab_{name}"], exact=True).first


def _go(page: Page, name: str) -> None:
    _idea(page, name).click()
    page.wait_for_url(f"**tab={name}*")
    expect(_idea(page, name)).to_have_attribute("aria-selected", "true")


def _away_and_back(page: Page, url: str) -> Screen:
    """Ask something, look at another idea, and come back."""
    screen = Screen(page, url).open()
    screen.text.fill(TYPED)
    screen.wait_hidden(6)
    _go(page, "squad")
    expect(page.locator("#sqd-curves .main-svg").first).to_be_visible()
    _go(page, "masked_lm")
    return screen


def test_what_was_asked_is_there_again(page: Page, app_url: str) -> None:
    screen = _away_and_back(page, app_url)
    expect(screen.text).to_have_value(TYPED)
    screen.wait_hidden(6)
    page.go_back()
    expect(_idea(page, "squad")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#sqd-curves .main-svg").first).to_be_visible()


def test_so_is_what_was_only_typed_in_another_experiment_of_the_idea(page: Page, app_url: str) -> None:
    """Numbers of a long run that was not started; and the idea opens at the experiment that was looked at last."""
    Screen(page, app_url).open()
    sweep = Experiment(page, "sweep").look()
    sweep.text.fill("Nothing was started yet. It is only typed, and it stays.")
    visible = Experiment(page, "visible").look()
    _go(page, "squad")
    expect(page.locator("#sqd-curves .main-svg").first).to_be_visible()
    _idea(page, "masked_lm").click()
    page.wait_for_url("**tab=masked_lm_visible*")
    visible.drawn()
    choose(page, texts("en")["pg_sub_masked_lm_sweep"])
    expect(sweep.text).to_have_value("Nothing was started yet. It is only typed, and it stays.")
    sweep.drawn()


def test_two_visitors_keep_their_own(new_page: NewPage, app_url: str) -> None:
    mine, other = new_page(), new_page()
    screen = Screen(mine, app_url).open()
    screen.text.fill(TYPED)
    screen.wait_hidden(6)
    _go(mine, "squad")
    theirs = Screen(other, app_url)
    other.goto(f"{app_url}/?tab=squad")
    _go(other, "masked_lm")
    expect(theirs.text).not_to_have_value(TYPED)
    expect(theirs.text).not_to_have_value("")


def test_a_phone_finds_the_ideas_in_the_menu(new_page: NewPage, app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    Screen(page, app_url).open()
    bar = page.locator("#pg-ideas > .tab-wrapper, #pg-ideas .tab-wrapper").first
    bar.get_by_role("button", name="More tabs").click()
    bar.locator(".overflow-dropdown").get_by_role("button", name=texts("en")["pg_tab_electra"], exact=True).click()
    page.wait_for_url("**tab=electra*")
    expect(page.locator("#ele-text textarea").first).to_be_visible()


def test_a_browser_that_keeps_nothing_opens_the_examples(new_page: NewPage, app_url: str) -> None:
    page = new_page()
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('forbidden') }})")
    screen = _away_and_back(page, app_url)
    expect(screen.text).not_to_have_value("")
    screen.still_predicts("the sun rises in the")
