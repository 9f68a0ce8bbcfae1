"""The page's language: what the server sends, what the page says, and what its events answer are always one."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, Route, expect

from playground.demo import Demo
from playground.demos.masked_lm import DEMO as MASKED_LM
from playground.demos.masked_lm.sweep import DEMO as SWEEP
from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

_DRAWN = {"en": "was hidden", "ko": "가린 단어"}


class Visitor(NamedTuple):
    """A browser's own language, what it tells the server, what the address asks for, and what is to be seen."""

    locale: str
    accepted: str
    query: str
    seen: str


_VISITORS = [
    Visitor("ko-KR", "", "", "ko"),
    Visitor("ko-KR", "", "?lang=en", "en"),
    Visitor("en-US", "", "?lang=ko", "ko"),
    # What the server is told is not always the browser's own language: what it chose wins.
    Visitor("en-US", "ko-KR,ko;q=0.9,en;q=0.8", "", "ko"),
    Visitor("ko-KR", "*", "", "en"),
]


def _says(page: Page, language: str) -> None:
    """Labels, the figure of an event, and the help that is fetched."""
    mine, other = texts(language), texts("ko" if language == "en" else "en")
    for key in ("pg_tab_masked_lm", "pg_mlm_text", "pg_model", "pg_help"):
        expect(page.get_by_text(mine[key], exact=True).first).to_be_visible()
        expect(page.get_by_text(other[key], exact=True)).to_have_count(0)
    expect(page.locator("#mlm-figure .pg-plot")).to_contain_text(_DRAWN[language])
    expect(page.get_by_text(re.compile("__i18n__|pg_[a-z]"))).to_have_count(0)


def _help(page: Page, demo: Demo, language: str) -> None:
    """Open the fold of the experiment that is looked at: it explains this one, in this language."""
    fold = page.get_by_role("button", name=texts(language)["pg_help"]).filter(visible=True)
    fold.click()
    told = demo.help if language == "en" else texts("ko")[f"pg_help_{demo.name}"]
    bold = re.search(r"\*\*(.+?)\*\*", told)
    begins = bold[1] if bold else told.strip().splitlines()[0]
    expect(page.get_by_text(re.sub(r"[*_`]", "", begins)).filter(visible=True).first).to_be_visible()


def _asked_in(route: Route, accepted: str) -> None:
    """Chromium itself always asks in the language that it is set to."""
    route.fulfill(response=route.fetch(headers=route.request.headers | {"accept-language": accepted}))


@pytest.mark.parametrize("visitor", _VISITORS, ids=lambda visitor: "-".join(filter(None, visitor)))
def test_all_of_the_page_speaks_one_language(new_page: NewPage, app_url: str, visitor: Visitor) -> None:
    page = new_page(locale=visitor.locale)
    if visitor.accepted:
        page.route(f"{app_url}/{visitor.query}", lambda route: _asked_in(route, visitor.accepted))
    Screen(page, app_url).open(visitor.query)
    _says(page, visitor.seen)
    _help(page, MASKED_LM, visitor.seen)
    # The page did not have to be sent again.
    assert page.url == f"{app_url}/{visitor.query}"


def test_help_is_fetched_when_its_fold_is_opened(page: Page, app_url: str) -> None:
    """Not before; each experiment's own."""
    page.goto(f"{app_url}/?tab=masked_lm_sweep&lang=ko")
    expect(page.locator("#swp-figure .main-svg").first).to_be_visible()
    inside = page.locator(".prose").filter(has_text=texts("ko")["pg_help_masked_lm_sweep"].split("**")[1])
    expect(inside).to_have_count(0)
    _help(page, SWEEP, "ko")
    expect(inside.filter(visible=True).first).to_be_visible()


def test_gradios_settings_switch_the_language_too(page: Page, app_url: str) -> None:
    """In place, they would find no labels: the page is sent again, with the work that is in its address."""
    screen = Screen(page, app_url).open()
    screen.text.fill("The dog chased the [MASK].")
    page.wait_for_function("location.search.includes('run=')")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Language", exact=True).click()
    page.get_by_role("option", name="한국어").click()
    page.wait_for_url("**lang=ko*")
    expect(screen.plot).to_contain_text("5번 자리: 직접 입력한 [MASK]")
    expect(screen.text).to_have_value("The dog chased the [MASK].")
    expect(page.get_by_text(texts("ko")["pg_mlm_text"], exact=True)).to_be_attached()
