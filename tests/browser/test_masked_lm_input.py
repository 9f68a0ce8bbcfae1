"""Masked LM, given what nobody should type: a sentence for each, nothing executed, and it goes on working."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

REFUSED = {
    "nothing": ("", "There is nothing to read: type a sentence."),
    "blanks": (" \n\t  ", "There is nothing to read: type a sentence."),
    "only special tokens": (
        "[CLS] [SEP] [PAD]",
        "The text holds only special tokens such as [CLS] and [SEP]: add a word.",
    ),
    "Korean": (
        "나는 학교에 갔다.",
        "bert-mini was trained on English and cannot read Korean: "
        "choose klue/bert-base, which the Hugging Face Hub has.",
    ),
    "50,000 characters": ("word " * 10_000, "The text has 50,000 characters; at most 5,000 are read here: shorten it."),
    "too many tokens": (
        "a " * 2_000,
        re.compile(r"The text has 2,002 tokens; bert-mini reads at most \d+: shorten it\."),
    ),
    "17 holes": ("[MASK] " * 17, "17 places are hidden; at most 16 can be at once: show some of them."),
    "a control character": (
        "a bell \x07 rings",
        "The text holds the unreadable character U+0007 at place 8: delete it.",
    ),
}
_SET = """(text) => {
    const box = document.querySelector('#mlm-text textarea');
    box.value = text;
    box.dispatchEvent(new InputEvent('input', { bubbles: true }));
}"""

_BOTH = """async ([text, number]) => {
    const change = (box, value, event) => {
        box.value = value;
        box.dispatchEvent(new InputEvent('input', { bubbles: true }));
        if (event) box.dispatchEvent(new Event(event, { bubbles: true }));
    };
    change(document.querySelector('#mlm-text textarea'), text);
    await new Promise((resolve) => setTimeout(resolve, 15));
    change(document.querySelector('#mlm-topk input[type=number]'), number, 'change');
}"""
_SLOW = """(slow) => {
    window.realFetch ??= window.fetch;
    let asked = 0;
    window.fetch = async (...request) => {
        if (String(request[0]?.url ?? request[0]).includes('/queue/join') && ++asked === slow)
            await new Promise((resolve) => setTimeout(resolve, 500));
        return window.realFetch(...request);
    };
}"""
_BARS = "(n) => document.querySelector('#mlm-figure .pg-plot').data[0].x.length === n"


def test_what_cannot_be_read_gets_one_sentence(page: Page, app_url: str) -> None:
    """The last picture stays, and the next good sentence is answered."""
    screen = Screen(page, app_url).open()
    for number, (name, (text, sentence)) in enumerate(REFUSED.items()):
        screen.text.fill(text)
        expect(screen.notice, name).to_have_text(sentence)
        assert screen.panels(), name
        screen.still_predicts(f"{number} birds")
    page.evaluate(_SET, "a lone \ud800 surrogate")  # no keyboard makes one, a script can
    expect(screen.notice).to_have_text("The text holds the unreadable character U+D800 at place 8: delete it.")
    screen.still_predicts("birds can")


def test_markup_is_text_everywhere(page: Page, app_url: str) -> None:
    """In the strip, the bars and the table; the fixture of the page fails on any dialog."""
    screen = Screen(page, app_url).open()
    screen.text.fill("<script>alert(1)</script><b>x</b>")
    spaced = "< script > alert ( 1 ) < / script > < b > x < / b >"
    screen.expect_tokens(*spaced.split())
    for place in (1, 13):  # the first `<`, and the `b` of `<b>`
        screen.toggle(place)
    screen.wait_hidden(1, 13)
    first, second = screen.panels()
    assert first.title.startswith("Place 1: < was hidden") and second.title.startswith("Place 13: b was hidden")
    [orange] = first.orange
    assert orange.split(" ")[0] == "“<”"
    expect(screen.table().locator("tr").nth(1).locator("td").nth(1)).to_have_text("<")
    inside = page.locator("#mlm-strip, #mlm-table, #mlm-figure, #mlm-notice")
    expect(inside.locator("script, b")).to_have_count(0)
    screen.still_predicts("birds can")


def test_the_number_box_keeps_within_what_the_slider_offers(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    number = page.get_by_label("number input for Candidates")
    for typed, counted in (("99", 25), ("", 1), ("-4", 1), ("12", 12)):
        screen.text.fill("A [MASK] dog.")
        number.fill(typed)
        number.press("Enter")
        page.wait_for_function(_BARS, arg=counted)
    expect(page.locator(".toast-wrap")).to_have_text("")
    screen.still_predicts("birds can")


@pytest.mark.parametrize("slow", [1, 2])
def test_two_changes_at_once_are_answered_as_one(page: Page, app_url: str, slow: int) -> None:
    """The number changes before the new sentence is answered, and one of the questions is slow on its way."""
    screen = Screen(page, app_url).open()
    for words, counted in ((2, 25), (1, 3)):
        page.evaluate(_SLOW, slow)
        page.evaluate(_BOTH, ["a dog " * words + "[MASK].", str(counted)])
        screen.wait_hidden(2 * words + 1)
        page.wait_for_function(_BARS, arg=counted)
        page.wait_for_timeout(600)  # no late answer undoes it
        [panel] = screen.panels()
        assert len(panel.values) == counted
        expect(screen.notice).to_have_count(0)


def test_emoji_and_many_holes(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    screen.text.fill("I love 🍕 and 👩‍👩‍👧‍👦 so much [MASK]")
    expect(screen.notice).to_contain_text("Tokens that bert-mini has no word for: ")
    expect(screen.tokens.nth(3)).to_have_text("[UNK]")
    [panel] = screen.panels()
    assert 0 < panel.values[0] < 1
    screen.toggle(3)
    hole = screen.tokens.count() - 2
    screen.wait_hidden(3, hole)
    screen.text.fill("[MASK] " * 12)
    screen.wait_hidden(*range(1, 13))
    assert all(len(panel.labels) == 8 for panel in screen.panels())
    expect(screen.notice).to_have_count(0)
    screen.still_predicts("birds can")
