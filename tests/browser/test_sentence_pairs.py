"""Sentence pairs as a visitor sees them: two heads, the packed inputs, many pairs, and a head of one's own."""

import re

import pytest
from playwright.sync_api import Page, expect

from playground.messages import texts
from tests.browser.experiment import choose
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

FIRST, SECOND = "The baker lit the oven before sunrise.", "At seven the first bread was ready."
STORY = "A boat left the harbour. The wind grew stronger. The sailors took in the sails. Rain fell. They turned back."
_ENDED = 120_000  # ms: a busy machine
# Name of each head -> which pair -> how probable.
_BARS = """() => Object.fromEntries(document.querySelector('#prs-figure .pg-plot')._fullData.map((trace) =>
    [trace.name, Object.fromEntries(Array.from(trace.y).map((pair, place) => [pair, trace.x[place]]))]))"""
_SWAPPED = f"([head, value]) => Math.abs(({_BARS})()[head]['A, then B'] - value) < 1e-3"
_TRACES = "([id, least]) => document.querySelector(`#${id} .pg-plot`)._fullData.length >= least"


class Pairs(Tab):
    """The first sub-tab."""

    def __init__(self, page: Page, url: str, query: str = "") -> None:
        super().__init__(page, url, "sentence_pairs", "prs", query=query)
        self.first, self.second = self.part("first textarea"), self.part("second textarea")
        self.nsp, self.sop = self.part("nsp-strip .pg-token"), self.part("sop-strip .pg-token")

    def ask(self, first: str, second: str) -> None:
        self.first.fill(first)
        self.second.fill(second)


def test_both_heads_answer_and_a_swap_turns_the_rows_round(page: Page, app_url: str) -> None:
    shown = Pairs(page, app_url)
    shown.ask(FIRST, SECOND)
    words = ["[CLS]", *FIRST.lower()[:-1].split(), ".", "[SEP]", *SECOND.lower()[:-1].split(), ".", "[SEP]"]
    for strip in (shown.nsp, shown.sop):
        expect(strip).to_have_text([f"{word}{'A' if at < 10 else 'B'}" for at, word in enumerate(words)])
    before = page.evaluate(_BARS)
    assert set(before) == {texts("en")["pg_pairs_nsp"], texts("en")["pg_pairs_sop"]}
    assert all(0 < value < 1 for bars in before.values() for value in bars.values())

    shown.part("swap").click()
    expect(shown.first).to_have_value(SECOND)
    expect(shown.nsp.nth(1)).to_have_text("atA")
    for head, bars in before.items():
        page.wait_for_function(_SWAPPED, arg=[head, bars["B, then A"]])
    after = page.evaluate(_BARS)
    for head, bars in before.items():
        assert after[head]["B, then A"] == pytest.approx(bars["A, then B"], abs=1e-3)


def test_a_model_without_the_head_and_what_cannot_be_read_are_one_sentence(page: Page, app_url: str) -> None:
    shown = Pairs(page, app_url)
    shown.part("sop-model input").click()
    page.get_by_role("option", name=re.compile("albert-base-v2")).first.click()
    expect(shown.notice).to_contain_text("carries no head for")
    assert set(page.evaluate(_BARS)) == {texts("en")["pg_pairs_nsp"]}
    expect(shown.sop).to_have_count(0)
    expect(shown.nsp.first).to_be_visible()

    shown.first.fill("고양이가 강가에 앉아 있었다.")
    expect(shown.notice).to_contain_text("Korean")
    shown.first.fill(FIRST)
    expect(shown.notice).to_contain_text("carries no head for")
    shown.sets("layer", 7)
    expect(shown.notice).to_contain_text("bert-mini has 6")
    shown.sets("layer", 6)
    expect(shown.notice).to_contain_text("carries no head for")


def test_both_heads_are_asked_about_a_story_of_ones_own(page: Page, app_url: str) -> None:
    Pairs(page, app_url)
    choose(page, texts("en")["pg_sub_sentence_pairs_claim"])
    expect(page.locator("#clm-figure .main-svg").first).to_be_visible()
    expect(page.locator("#clm-table")).to_contain_text("86.5")  # what the paper measured
    start = page.locator("#sentence_pairs_claim-start")
    page.locator("#clm-text textarea").fill(STORY)
    start.click()
    expect(page.locator("#clm-figure .gtitle")).to_contain_text("4 pairs", timeout=_ENDED)
    expect(start).to_be_enabled(timeout=_ENDED)
    page.wait_for_function(_TRACES, arg=["clm-figure", 2])
    page.locator("#clm-text textarea").fill("Only one. And another.")
    start.click()
    expect(page.locator("#clm-notice .pg-notice")).to_contain_text("at least 5")


def test_a_head_is_trained_and_judges_ones_own_sentences(page: Page, app_url: str) -> None:
    Pairs(page, app_url)
    choose(page, texts("en")["pg_sub_sentence_pairs_probe"])
    expect(page.locator("#prb-figure .main-svg").first).to_be_visible()
    start = page.locator("#sentence_pairs_probe-start")
    page.locator("#prb-task").get_by_label("next: next or from elsewhere?").click()
    page.locator("#prb-first textarea").fill(FIRST)
    page.locator("#prb-second textarea").fill(SECOND)
    start.click()
    said = page.locator("#prb-answer")
    expect(said).not_to_contain_text("Your sentences", timeout=_ENDED)  # those of the stored run are gone
    expect(said).to_contain_text("Your sentences", timeout=_ENDED)
    expect(start).to_be_enabled(timeout=_ENDED)
    points = page.evaluate("Array.from(document.querySelector('#prb-figure .pg-plot')._fullData[0].y)")
    assert len(points) == 5 and all(0.4 < value <= 1 for value in points)
