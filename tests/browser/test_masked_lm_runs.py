"""Masked LM, kept and passed on: share links, saved runs, and files and links that are none."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from playground.paths import EXAMPLES
from tests.browser.conftest import NewPage
from tests.browser.screen import Screen, link

pytestmark = pytest.mark.browser

_DAMAGED = "The link is damaged or of another version, so the page opened as it is by default."
_NO_RUN = "This file is not a run that was saved here: choose a .run.json file."
_BOMB = zlib.compress(b'{"text":"' + b"a" * 20_000_000 + b'"}', 9)  # 20 MB of text in 20 KB, too long for a link
_SMALL_BOMB = zlib.compress(b'{"text":"' + b"a" * 3_000_000 + b'"}', 9)  # 3 MB in 3 KB, short enough
_MARKUP = "<img src=x onerror=alert(1)>"
_GOOD = {"text": "The cat sat on the mat.", "positions": [2]}

BROKEN = {
    "markup": "?tab=masked_lm&v=1&run=<script>alert(1)</script>",
    "cut off": link(_GOOD)[:-9],
    "20 KB": "?tab=masked_lm&v=1&run=" + "A" * 20_000,
    "a zip bomb": link(_BOMB),
    "a small zip bomb": link(_SMALL_BOMB),
    "another version": link(_GOOD, version="2"),
    "no version": link(_GOOD).replace("&v=1", ""),
    "no such tab": link(_GOOD, tab="nowhere"),
    "not a request": link(["a list"]),
    "not UTF-8": "?tab=masked_lm&v=1&run=%ff%fe%00",
    "too many parameters": link(_GOOD, version="0") + "".join(f"&a{number}=1" for number in range(30)),
}
FAILED = {
    "an unknown field": (link({"text": "a", _MARKUP: 1}), _MARKUP),
    "a wrong type": (link({"text": ["a"]}), "“Your text” is not a text"),
    "nothing to read": (link({"text": " "}), "type a sentence"),
    "a lone surrogate": (link({"text": "a \ud800 b"}), "U+D800"),
    "a model that is not offered": (link({"text": "a", "model": _MARKUP}), _MARKUP),
    "a model named by a lone surrogate": (link({"text": "a", "model": "\ud800"}), "not offered"),
    "a number without end": (link({"text": "a", "top_k": 10**400}), "“Candidates” is 1000"),
}


def _open_file(screen: Screen, data: bytes, name: str = "masked_lm.run.json") -> None:
    with screen.page.expect_file_chooser() as chooser:
        screen.page.locator("#masked_lm-open").click()
    chooser.value.set_files({"name": name, "mimeType": "application/json", "buffer": data})


def _stored(**changes: Any) -> dict[str, Any]:
    run: dict[str, Any] = json.loads((EXAMPLES / "masked_lm" / "02.json").read_text("utf-8"))
    return run | changes


def test_a_link_opens_what_its_sender_saw(new_page: NewPage, app_url: str) -> None:
    """The address bar holds it, the button copies it, and another visitor gets the same words and bars."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    screen = Screen(page, app_url).open()
    screen.text.fill("Two 💡 cost €5 & the “rest” is <i>free</i> [MASK]")
    expect(screen.tokens.nth(2)).to_have_text("[UNK]")
    screen.toggle(1)
    hole = screen.tokens.count() - 2
    screen.wait_hidden(1, hole)
    page.get_by_label("range slider for Candidates").press("ArrowRight")
    page.wait_for_function("document.querySelector('#mlm-figure .pg-plot').data[1].x.length === 9")
    page.wait_for_function("location.search.includes('run=')")
    page.locator("#masked_lm-copy").click()
    expect(screen.said).to_have_text("The link to what you see is on the clipboard.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url and len(copied) < 600

    other = Screen(new_page(), app_url).open(copied.removeprefix(app_url + "/"))
    other.wait_hidden(1, hole)
    expect(other.text).to_have_value("Two 💡 cost €5 & the “rest” is <i>free</i> [MASK]")
    expect(other.page.get_by_label("number input for Candidates")).to_have_value("9")
    assert other.strip() == screen.strip()
    assert other.panels() == screen.panels()
    other.page.reload()
    other.wait_hidden(1, hole)


def test_a_broken_link_opens_the_default_page_and_says_so(page: Page, app_url: str) -> None:
    for name, query in BROKEN.items():
        screen = Screen(page, app_url).open(query)
        expect(screen.notice, name).to_have_text(_DAMAGED)
        screen.wait_hidden(6, 14)
        expect(screen.text, name).to_have_value(re.compile("^The capital of France"))
    screen.still_predicts("birds can")


def test_a_link_that_asks_for_the_impossible_says_what(page: Page, app_url: str) -> None:
    for name, (query, reason) in FAILED.items():
        screen = Screen(page, app_url).open(query)
        expect(screen.notice, name).to_contain_text("The link could not be followed: ")
        expect(screen.notice, name).to_contain_text(reason)
        expect(screen.notice.locator("img")).to_have_count(0)
        screen.wait_hidden(6, 14)
    screen.still_predicts("birds can")


def test_a_sound_link_that_cannot_be_answered_keeps_what_it_asked(page: Page, app_url: str) -> None:
    screen = Screen(page, app_url).open(link({"text": "A dog runs.", "model": "FacebookAI/roberta-base"}))
    expect(screen.notice).to_contain_text("cannot be reached")
    expect(screen.text).to_have_value("A dog runs.")
    screen.wait_hidden(6, 14)  # the default run, dimmed
    expect(page.locator("#mlm-model input")).to_have_value(re.compile("roberta-base"))


def test_what_is_no_longer_true_is_dimmed_and_the_link_is_to_what_was_typed(new_page: NewPage, app_url: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    screen = Screen(page, app_url).open()
    page.locator("#masked_lm-copy").click()
    expect(screen.said).to_be_visible()
    first = page.evaluate("navigator.clipboard.readText()")
    assert "run=" in first  # of the page as it was opened
    opacity = "(part) => Number(getComputedStyle(document.querySelector(part)).opacity)"
    assert page.evaluate(opacity, "#mlm-figure") == 1
    screen.text.fill("나는 학교에 갔다.")
    expect(screen.notice).to_contain_text("cannot read Korean")
    for part in ("#mlm-figure", "#mlm-strip", "#masked_lm-save"):
        page.wait_for_function(f"(part) => ({opacity})(part) < 0.5", arg=part)
    page.wait_for_function("(first) => location.href !== first", arg=first)
    page.locator("#masked_lm-copy").click()
    page.wait_for_function("(url) => navigator.clipboard.readText().then((text) => text === url)", arg=page.url)
    assert page.url != first
    screen.still_predicts("birds can")
    for part in ("#mlm-figure", "#mlm-strip", "#masked_lm-save"):
        page.wait_for_function(f"(part) => ({opacity})(part) === 1", arg=part)


def test_a_saved_run_is_redrawn_from_its_file_alone(new_page: NewPage, app_url: str, tmp_path: Path) -> None:
    page = new_page(accept_downloads=True)
    screen = Screen(page, app_url).open()
    screen.text.fill("She drank a cup of tea.")
    screen.expect_tokens("she", "drank", "a", "cup", "of", "tea", ".")
    screen.toggle(6)
    screen.wait_hidden(6)
    with page.expect_download() as download:
        page.locator("#masked_lm-save").click()
    expect(screen.said).to_contain_text("Saved as masked_lm.run.json")
    assert download.value.suggested_filename == "masked_lm.run.json"
    download.value.save_as(tmp_path / "saved.json")
    saved = (tmp_path / "saved.json").read_bytes()

    other = Screen(new_page(), app_url).open()
    _open_file(other, saved)
    other.wait_hidden(6)
    expect(other.text).to_have_value("She drank a cup of tea.")
    assert other.panels() == screen.panels() and other.strip() == screen.strip()
    other.page.wait_for_url(page.url)  # the address bar holds its link, as after any prediction

    # No model says this: what is drawn is what the file says.
    run = json.loads(saved)
    run["result"]["predictions"][0]["candidates"][0] = {"token": "aardvark", "probability": 0.987}
    _open_file(other, json.dumps(run).encode())
    expect(other.plot).to_contain_text("aardvark")
    [panel] = other.panels()
    assert panel.labels[0] == "aardvark" and panel.values[0] == 0.987 and panel.texts[0] == "98.7%"


def test_markup_in_a_saved_run_is_shown_as_text(page: Page, app_url: str) -> None:
    """In the strip, the bars, the panel's title and the table."""
    run = _stored()
    hidden, other = run["result"]["predictions"][:2]
    run["result"]["tokens"][1] = "<script>alert(1)</script>"
    hidden["original"] = "<b>bold</b>"
    hidden["candidates"][0]["token"] = _MARKUP
    other["candidates"][0]["token"] = "<s>"
    screen = Screen(page, app_url).open()
    _open_file(screen, json.dumps(run).encode())
    expect(screen.tokens.nth(1)).to_have_text("<script>alert(1)</script>")
    screen.wait_hidden(*run["request"]["positions"])
    first, second = screen.panels()[:2]
    assert first.labels[0] == _MARKUP and second.labels[0] == "<s>"
    assert first.title.startswith(f"Place {hidden['position']}: <b>bold</b> was hidden")
    cells = screen.table().locator("tr").nth(1).locator("td")
    expect(cells.nth(1)).to_have_text("<b>bold</b>")
    expect(screen.table().locator("tr").nth(2)).to_contain_text(_MARKUP)
    expect(page.locator("#mlm-strip, #mlm-table, #mlm-figure").locator("img, script, b, s")).to_have_count(0)


def test_a_file_that_is_no_run_gets_one_sentence(page: Page, app_url: str) -> None:
    good = _stored()
    surrogate = json.loads(json.dumps(good))
    surrogate["result"]["predictions"][0]["candidates"][0]["token"] = "\ud800"
    panels = good["result"] | {"predictions": good["result"]["predictions"] * 60}
    files = {
        "not JSON": (b"\x89PNG\r\n", _NO_RUN),
        "empty": (b"", _NO_RUN),
        "deep": (b"[" * 100_000, _NO_RUN),
        "JSON of something else": (b'{"a": 1}', _NO_RUN),
        "a version to come": (json.dumps(_stored(schema_version=2)).encode(), _NO_RUN),
        "a request of wrong types": (json.dumps(_stored(request={"text": ["a"], "top_k": "x"})).encode(), _NO_RUN),
        "a result of wrong types": (json.dumps(_stored(result={"tokens": 1})).encode(), _NO_RUN),
        "a lone surrogate": (json.dumps(surrogate).encode(), _NO_RUN),
        "more panels than words can be hidden": (json.dumps(_stored(result=panels)).encode(), _NO_RUN),
        "another tab's": (json.dumps(_stored(demo="elsewhere")).encode(), "This run belongs to “elsewhere”"),
        "too large": (b" " * 400_000, "The run has 390 KB; at most 300 KB can be saved or opened."),
    }
    screen = Screen(page, app_url).open()
    for number, (name, (data, sentence)) in enumerate(files.items()):
        screen.still_predicts(subject := f"{number} birds")
        _open_file(screen, data)
        expect(screen.said, name).to_contain_text(sentence)
        screen.wait_hidden(3)  # the screen is left as it was
        expect(screen.text, name).to_have_value(f"{subject} [MASK] .")
