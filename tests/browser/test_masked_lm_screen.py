"""Masked LM on other screens: in Korean, in the dark, on a telephone; and how heavy the page is."""

import re

import pytest
from playwright.sync_api import Page, expect

from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

_LABELS = ("pg_tab_masked_lm", "pg_mlm_text", "pg_mlm_top_k", "pg_model", "pg_copy_link", "pg_save_run", "pg_help")
_COLORS = """() => ({
    font: document.querySelector('#mlm-figure .pg-plot')._fullLayout.font.color,
    drawn: getComputedStyle(document.querySelector('#mlm-figure .ytick text')).fill,
    page: (() => {  // the first thing behind the figure that is not transparent
        let behind = document.querySelector('#mlm-figure .pg-plot');
        while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
        return getComputedStyle(behind).backgroundColor;
    })(),
})"""


def _luminance(color: str) -> float:
    """Relative luminance (WCAG 2) of `#rrggbb` or `rgb(r, g, b)`."""
    if color.startswith("#"):
        parts = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    else:
        parts = [int(float(number)) for number in re.findall(r"[\d.]+", color)[:3]]
    linear = [c / 12.92 if (c := part / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _is_korean(screen: Screen) -> None:
    korean = texts("ko")
    for key in _LABELS:
        expect(screen.page.get_by_text(korean[key], exact=True).first).to_be_visible()
    expect(screen.page.locator("html")).to_have_attribute("lang", "ko")
    for panel in screen.panels():
        assert re.match(r"\d+번 자리: 가린 단어 \S+", panel.title), panel.title
        assert "확률" in panel.title and "엔트로피" in panel.title
    expect(screen.plot.locator(".x2title, .xtitle")).to_have_text(korean["pg_mlm_axis"])
    expect(screen.tokens.nth(1)).to_have_attribute("title", re.compile("클릭"))


def test_korean_by_address(page: Page, app_url: str) -> None:
    """Labels, the figure, the table and the sentence about a mistake."""
    screen = Screen(page, app_url).open("?lang=ko")
    expect(screen.plot).to_contain_text("가린 단어")
    screen.wait_hidden(6, 14)
    _is_korean(screen)
    expect(screen.table().locator("th").first).to_have_text(texts("ko")["pg_mlm_col_place"])
    screen.text.fill("나는 학교에 갔다.")
    expect(screen.notice).to_have_text(re.compile("bert-mini.*영어로 학습.*고르세요.*klue/bert-base"))
    screen.text.fill("   ")
    expect(screen.notice).to_have_text(texts("ko")["pg_err_empty"])


def test_korean_by_the_browsers_own_language(new_page: NewPage, app_url: str) -> None:
    screen = Screen(new_page(locale="ko-KR"), app_url).open()
    expect(screen.plot).to_contain_text("가린 단어")
    screen.wait_hidden(6, 14)
    expect(screen.page.get_by_text(texts("ko")["pg_mlm_text"], exact=True)).to_be_visible()


def test_switching_the_language_keeps_the_work(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    screen.text.fill("The dog chased the cat.")
    screen.expect_tokens("the", "dog", "chased", "the", "cat", ".")
    screen.toggle(5)
    screen.wait_hidden(5)
    before = screen.panels()
    page.get_by_role("button", name="한국어").click()
    page.wait_for_url("**lang=ko*")
    expect(screen.plot).to_contain_text("가린 단어")
    screen.wait_hidden(5)
    expect(screen.text).to_have_value("The dog chased the cat.")
    _is_korean(screen)
    [panel] = screen.panels()
    assert panel.values == pytest.approx(before[0].values, abs=1e-5)
    page.get_by_role("button", name="English").click()
    page.wait_for_url("**lang=en*")
    expect(screen.plot).to_contain_text("was hidden")
    screen.wait_hidden(5)
    expect(screen.text).to_have_value("The dog chased the cat.")
    assert [panel.title for panel in screen.panels()] == [panel.title for panel in before]


def test_switching_the_language_keeps_what_could_not_be_answered(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    screen.text.fill("나는 학교에 갔다.")
    expect(screen.notice).to_contain_text("cannot read Korean")
    page.wait_for_function("location.search.includes('run=')")
    page.get_by_role("button", name="한국어").click()
    page.wait_for_url("**lang=ko*")
    expect(screen.notice).to_contain_text("한국어를 읽지 못해요")
    expect(screen.text).to_have_value("나는 학교에 갔다.")


def test_light_and_dark_are_both_legible(page: Page, app_url: str) -> None:
    seen = {}
    for theme in ("light", "dark"):
        screen = Screen(page, app_url).open(f"?__theme={theme}")
        screen.wait_hidden(6, 14)
        seen[theme] = colors = page.evaluate(_COLORS)
        assert _luminance(colors["drawn"]) == pytest.approx(_luminance(colors["font"]), abs=0.01)
        assert _contrast(colors["drawn"], colors["page"]) >= 4.5, colors
    assert seen["light"]["font"] != seen["dark"]["font"]
    assert _luminance(seen["light"]["page"]) > 0.5 > _luminance(seen["dark"]["page"])


def test_a_telephone_shows_everything(new_page: NewPage, app_url: str) -> None:
    """At 390 pixels nothing has to be scrolled sideways, and every part can be reached and used."""
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    screen = Screen(page, app_url).open()

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate("document.body.scrollWidth <= window.innerWidth")

    fits()
    parts = [
        "#mlm-text textarea",
        "#mlm-strip",
        "#mlm-model input",
        "#mlm-topk input[type=range]",
        "#mlm-figure .main-svg",
    ]
    parts += ["#masked_lm-copy", "#masked_lm-save", "#masked_lm-open", ".pg-languages", "#pg-status", "[role=tab]"]
    for part in (page.locator(part).first for part in parts):
        part.scroll_into_view_if_needed()
        expect(part).to_be_in_viewport()
        box = part.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390, (part, box)
    screen.tokens.nth(2).tap()
    screen.wait_hidden(2, 6, 14)
    expect(screen.table()).to_be_visible()
    page.get_by_role("button", name="How it works").click()
    expect(page.get_by_text("continue the word before them")).to_be_visible()
    fits()
    screen.text.fill("x" * 300 + " [MASK] Donaudampfschifffahrtsgesellschaft")
    expect(screen.tokens.nth(2)).to_have_text("[MASK]")
    fits()
