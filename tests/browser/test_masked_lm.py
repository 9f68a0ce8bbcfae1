"""Masked LM, operated: type, hide and show words by mouse and keyboard, and read the bars."""

import json
import re
from queue import Queue

import pytest
from playwright.sync_api import Page, Route, expect

from playground.paths import EXAMPLES
from tests.browser.conftest import NewPage
from tests.browser.screen import Panel, Screen, ask

pytestmark = pytest.mark.browser


def _agree(panel: Panel, prediction: dict[str, object]) -> None:
    """The panel's first bars are the prediction's candidates; the hidden word, and only it, is orange."""
    candidates = prediction["candidates"]
    assert isinstance(candidates, list)
    assert panel.labels[: len(candidates)] == [candidate["token"] for candidate in candidates]
    assert panel.values[: len(candidates)] == pytest.approx([c["probability"] for c in candidates], abs=1e-5)
    [orange] = panel.orange
    assert orange.split(" (rank")[0] == prediction["original"]


def test_the_first_picture_is_there_before_any_click(page: Page, app_url: str) -> None:
    """It is the first stored example, with its bars drawn and its words hidden."""
    stored = json.loads((EXAMPLES / "masked_lm" / "01.json").read_text("utf-8"))
    screen = Screen(page, app_url).open()
    screen.wait_hidden(*stored["request"]["positions"])
    expect(screen.text).to_have_value(stored["request"]["text"])
    panels = screen.panels()
    assert len(panels) == len(stored["result"]["predictions"]) > 0
    for panel, prediction in zip(panels, stored["result"]["predictions"], strict=True):
        _agree(panel, prediction)
    expect(screen.plot).to_be_in_viewport()
    expect(page.locator("#pg-status")).to_contain_text("bert-mini")
    assert "run=" not in page.url  # nothing was done yet, so the address is as it was typed


def test_a_word_is_hidden_and_shown_by_click(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    screen.toggle(6)
    screen.wait_hidden(14)
    screen.text.fill("The cat sat on the mat.")
    # The text is another one, so nothing of it is hidden: the figure says what to do.
    screen.expect_tokens("the", "cat", "sat", "on", "the", "mat", ".")
    screen.wait_hidden()
    expect(screen.plot).to_contain_text("Click a word to hide it.")

    screen.toggle(6)
    screen.wait_hidden(6)
    screen.expect_tokens("the", "cat", "sat", "on", "the", "[MASK]", ".")
    [prediction] = ask(app_url, "The cat sat on the mat.", [6])["predictions"]
    [panel] = screen.panels()
    _agree(panel, prediction)
    assert panel.title.startswith("Place 6: mat was hidden")
    assert f"rank {prediction['original_rank']:,}" in panel.title
    cells = screen.table().locator("tr").nth(1).locator("td")
    expect(cells.nth(0)).to_have_text("6")
    expect(cells.nth(1)).to_have_text("mat")
    expect(cells.nth(2)).to_have_text(f"{prediction['original_rank']:,}")
    below = screen.table().locator("tr").nth(2)
    for label, percentage in zip(panel.labels[:8], panel.texts[:8], strict=True):
        expect(below).to_contain_text(f"{label.strip('“”')} {percentage}")

    screen.toggle(2)
    screen.wait_hidden(2, 6)
    assert [panel.title.split(" was")[0] for panel in screen.panels()] == ["Place 2: cat", "Place 6: mat"]
    screen.toggle(6)
    screen.wait_hidden(2)
    screen.toggle(2)
    screen.wait_hidden()
    screen.expect_tokens("the", "cat", "sat", "on", "the", "mat", ".")


def test_everything_works_with_the_keyboard_alone(page: Page, app_url: str) -> None:
    """Tab reaches the tokens, Enter and space hide and show, and the focus stays where it was."""
    screen = Screen(page, app_url).open()
    screen.wait_hidden(6, 14)
    focused = "document.activeElement.matches('#mlm-strip .pg-token')"
    for _ in range(40):  # the languages, every tab and sub-tab, and the text come first
        page.keyboard.press("Tab")
        if page.evaluate(focused):
            break
    page.keyboard.press("Tab")  # past [CLS], which cannot be hidden, the first stop is `the`: now `capital`
    expect(screen.tokens.nth(2)).to_be_focused()
    page.keyboard.press("Enter")
    screen.wait_hidden(2, 6, 14)
    expect(screen.tokens.nth(2)).to_be_focused()
    expect(screen.tokens.nth(2)).to_have_attribute("aria-pressed", "true")
    assert screen.panels()[0].title.startswith("Place 2: capital was hidden")
    page.keyboard.press("Space")
    screen.wait_hidden(6, 14)
    expect(screen.tokens.nth(2)).to_be_focused()

    for _ in range(40):  # on to the slider, through the rest of the strip and the examples
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#mlm-topk input[type=range]')"):
            break
    page.keyboard.press("ArrowLeft")
    ranks = [int(re.findall(r"rank ([\d,]+)", panel.title)[0].replace(",", "")) for panel in screen.panels()]
    wanted = [7 + (rank > 7) for rank in ranks]  # a hidden word that is no candidate has a bar all the same
    page.wait_for_function(
        """(wanted) => JSON.stringify(wanted) === JSON.stringify(
            document.querySelector('#mlm-figure .pg-plot').data.map((trace) => trace.x.length))""",
        arg=wanted,
    )


def test_a_typed_mask_is_a_hole_whose_word_nobody_knows(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    screen.text.fill("She drank a cup of [MASK] in the kitchen.")
    screen.wait_hidden(6)
    screen.expect_tokens("she", "drank", "a", "cup", "of", "[MASK]", "in", "the", "kitchen", ".")
    expect(screen.tokens.nth(6)).to_be_disabled()
    [panel] = screen.panels()
    assert panel.title.startswith("Place 6: [MASK] was typed") and panel.orange == []
    assert len(panel.labels) == 8 and panel.values == sorted(panel.values, reverse=True)
    screen.toggle(4)
    screen.wait_hidden(4, 6)
    assert [panel.orange != [] for panel in screen.panels()] == [True, False]


def test_the_number_of_candidates(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    screen.text.fill("Snow is [MASK].")
    screen.wait_hidden(3)
    [before] = screen.panels()
    slider = page.get_by_label("range slider for Candidates")
    drawn = "(count) => document.querySelectorAll('#mlm-figure .barlayer .point').length === count"
    slider.press("End")
    page.wait_for_function(drawn, arg=25)
    [most] = screen.panels()
    assert most.labels[:8] == before.labels and most.values[:8] == pytest.approx(before.values)
    slider.press("Home")
    page.wait_for_function(drawn, arg=1)
    number = page.get_by_label("number input for Candidates")
    number.fill("3")
    page.wait_for_function(drawn, arg=3)
    assert screen.panels()[0].labels == before.labels[:3]


def test_a_number_that_is_no_step_shows_as_the_one_that_is_used(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    screen.text.fill("Snow is [MASK].")
    screen.wait_hidden(3)
    number = page.get_by_label("number input for Candidates")
    drawn = "(count) => document.querySelectorAll('#mlm-figure .barlayer .point').length === count"
    for typed, used in (("2.7", 3), ("99", 25), ("", 1), ("-4", 1), ("5", 5)):
        number.fill(typed)
        number.press("Tab")
        expect(number).to_have_value(str(used))
        page.wait_for_function(drawn, arg=used)


def _next(page: Page, asked: Queue[Route]) -> Route:
    while asked.empty():
        page.wait_for_timeout(20)
    return asked.get()


def test_a_late_answer_takes_no_click_back(page: Page, app_url: str) -> None:
    """The word is clicked while the answer to another setting is on its way."""
    screen = Screen(page, app_url).open()
    screen.text.fill("The dog and the man.")
    screen.expect_tokens("the", "dog", "and", "the", "man", ".")
    screen.toggle(2)
    screen.wait_hidden(2)
    asked: Queue[Route] = Queue()
    page.route("**/queue/join**", lambda route: asked.put(route))
    page.get_by_label("number input for Candidates").fill("3")
    setting = _next(page, asked)
    screen.toggle(5)
    click = _next(page, asked)
    setting.continue_()
    page.wait_for_function("() => document.querySelector('#mlm-figure .pg-plot').data[0].x.length < 8")
    assert screen.strip().count("[MASK]") == 2
    click.continue_()
    screen.wait_hidden(2, 5)


def test_an_edit_leaves_hidden_words_hidden(page: Page, app_url: str) -> None:
    """Typing, letter by letter, before and behind a hidden word."""
    screen = Screen(page, app_url).open()
    screen.wait_hidden(6, 14)
    screen.text.press("Home")
    screen.text.press_sequentially("Yes, ")
    screen.wait_hidden(8, 16)
    assert [panel.title.split(" was")[0] for panel in screen.panels()] == ["Place 8: paris", "Place 16: berlin"]
    screen.text.press("End")
    screen.text.press_sequentially(" Is it?")
    expect(screen.tokens.nth(-2)).to_have_text("?")
    screen.wait_hidden(8, 16)
    for _ in range(5):
        screen.text.press("Control+Home")
        screen.text.press("Delete")
    screen.wait_hidden(6, 14)
    assert [panel.orange[0].split(" ")[0] for panel in screen.panels()] == ["paris", "berlin"]


def test_an_example_fills_the_whole_tab(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open()
    page.locator("#mlm-examples button").nth(2).click()
    screen.wait_hidden(5, 9, 11)
    expect(screen.text).to_have_value("The river flooded its bank after three days of heavy rain.")
    assert [panel.title.split(" was")[0].split(": ")[1] for panel in screen.panels()] == ["bank", "of", "rain"]


def test_pasting_and_deleting_count_as_typing(new_page: NewPage, app_url: str) -> None:
    """Neither is a key press with a character, which is all that Gradio's text box listens to."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    screen = Screen(page, app_url).open()
    page.evaluate("navigator.clipboard.writeText('A dog barked.')")
    screen.text.press("Control+A")
    screen.text.press("Control+V")
    screen.expect_tokens("a", "dog", "barked", ".")
    screen.text.press("Backspace")
    screen.expect_tokens("a", "dog", "barked")
    screen.text.press("Control+Z")
    screen.expect_tokens("a", "dog", "barked", ".")
