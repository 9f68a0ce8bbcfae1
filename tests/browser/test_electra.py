"""ELECTRA as a visitor sees it: what was replaced and what was noticed, words swapped by hand, and the long runs."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from playground.messages import texts
from tests.browser.experiment import choose, long_run
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

TEXT = "The teacher opened the window because the classroom was too hot, and a small bird flew in."
_ENDED = 120_000  # ms: a busy machine
_HEAT = "() => document.querySelector('#ele-figure .pg-plot').calcdata[0][0].z.flatMap((row) => Array.from(row))"
_POINTS = "document.querySelector('#{id} .pg-plot')._fullData.reduce((sum, trace) => sum + trace.x.length, 0)"


class Shown(Tab):
    """The first sub-tab."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url, "electra", "ele")
        self.text = self.part("text textarea")
        self.columns = self.part("rows .pg-aligned > div:not(.pg-heads)")
        self.changed = self.page.locator("#ele-rows .pg-replaced, #ele-rows .pg-guessed")
        self.strip = self.part("strip .pg-token")
        self.counts = self.part("counts")

    def words(self, row: int) -> list[str]:
        """One of the three rows."""
        return self.columns.evaluate_all(f"(all) => all.map((one) => one.children[{row}].textContent)")


def test_masked_filled_and_judged_token_by_token(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.text.fill(TEXT)
    expect(shown.columns.nth(2).locator("span").first).to_have_text("teacher")
    expect(shown.changed).to_have_count(3)  # 15% of 19
    original, masked, sampled = (shown.words(row) for row in range(3))
    assert original[1:4] == ["the", "teacher", "opened"] and masked.count("[MASK]") == 3
    for before, hole, after in zip(original, masked, sampled, strict=True):
        assert hole == before == after or hole == "[MASK]"
    assert shown.strip.evaluate_all("(all) => all.map((one) => one.firstChild.textContent)") == sampled
    heat = page.evaluate(_HEAT)
    assert len(heat) >= len(sampled) and all(0 <= value <= 1 for value in heat[: len(sampled)])
    # Another seed: other places or words, the same text.
    page.locator("#ele-again").click()
    expect(shown.columns).not_to_have_text([f"{a}{b}{c}" for a, b, c in zip(original, masked, sampled, strict=True)])
    assert shown.words(0) == original
    shown.sets("rate", 1)
    expect(shown.changed).to_have_count(len(original) - 2)
    shown.sets("rate", 0)
    expect(shown.changed).to_have_count(0)
    expect(shown.notice).to_contain_text("tokens was masked")


def test_the_threshold_moves_hits_misses_and_false_alarms(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.sets("rate", 0.5)
    expect(shown.columns.nth(1)).to_be_visible()
    shown.sets("threshold", 0)
    expect(shown.counts).to_contain_text(re.compile(r"At 0\.00, hits: \d+ of \d+ replaced tokens, misses: 0"))
    expect(page.locator("#ele-strip .pg-miss")).to_have_count(0)
    shown.sets("threshold", 1)
    expect(shown.counts).to_contain_text(re.compile(r"At 1\.00, hits: 0 of .* false alarms: 0 of"))
    expect(page.locator("#ele-strip .pg-false, #ele-strip .pg-hit")).to_have_count(0)


def test_a_click_on_a_token_shows_where_it_looks(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.text.fill(TEXT)
    expect(shown.columns.nth(2).locator("span").first).to_have_text("teacher")
    shown.strip.nth(5).click()
    looks = page.locator("#ele-attention .pg-plot")
    expect(looks.locator(".main-svg").first).to_be_visible()
    bars = page.evaluate("Array.from(document.querySelector('#ele-attention .pg-plot')._fullData[0].y)")
    assert len(bars) == shown.strip.count() and abs(sum(bars) - 1) < 0.02
    title = looks.locator(".gtitle").text_content()
    shown.strip.nth(2).click()
    expect(looks.locator(".gtitle")).not_to_have_text(title or "")


def test_what_cannot_be_read_is_one_sentence_and_the_next_text_is_answered(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    for text, said in (
        ("dog " * 600, "602 tokens"),
        ("나는 어제 친구와 영화를 보았다.", "cannot read Korean"),
        ("the [MASK] came back", "Place 2 holds [MASK]"),
        ("   ", "There is nothing to read"),
    ):
        shown.text.fill(text)
        expect(shown.notice).to_contain_text(said)
    shown.text.fill("I like 🐕 very much")
    expect(shown.notice).to_contain_text("[UNK]")
    shown.text.fill("Dogs")
    expect(shown.columns).to_have_count(3)
    expect(shown.notice).to_have_count(0)


def test_a_word_swapped_by_hand_is_judged_and_moves_the_score(page: Page, app_url: str) -> None:
    Shown(page, app_url)
    choose(page, texts("en")["pg_sub_electra_by_hand"])
    page.locator("#elh-text textarea").fill(TEXT)
    strip, words, score = (page.locator(f"#elh-{name}") for name in ("strip .pg-token", "words .pg-token", "score"))
    expect(strip.nth(2)).to_contain_text("teacher")
    expect(score).to_contain_text("0 of 0 changes")
    strip.nth(2).click()
    expect(words).to_have_count(12)
    expect(page.locator("#elh-hint")).to_contain_text("“teacher” stood")
    # One of the generator's words that is not the original.
    other = words.locator("visible=true").filter(has_not_text=re.compile("^teacher")).first
    word = other.evaluate("(button) => button.firstChild.textContent")
    other.click()
    expect(strip.nth(2)).to_contain_text(word)
    expect(score).to_contain_text("of 1 changes")
    # A word of one's own, by the keyboard, in several pieces.
    strip.nth(5).click()
    expect(page.locator("#elh-hint")).to_contain_text("“window” stood")
    own = page.locator("#elh-own textarea, #elh-own input")
    own.fill("xylophone")
    own.press("Enter")
    expect(score).to_contain_text("of 2 changes")
    expect(own).to_have_value("")
    page.locator("#elh-back").click()
    expect(score).to_contain_text("of 1 changes")
    expect(strip.nth(5)).to_contain_text("window")
    page.locator("#elh-anew").click()
    expect(score).to_contain_text("of 0 changes")
    expect(strip.nth(2)).to_contain_text("teacher")
    own.fill("dog")
    own.press("Enter")
    expect(page.locator("#elh-notice .pg-notice")).to_contain_text("No token is chosen")


def test_a_measurement_grows_and_can_be_cancelled(page: Page, app_url: str) -> None:
    Shown(page, app_url)
    start, cancel = long_run(page, "electra_measure", "elm")
    page.locator("#elm-text textarea").fill(f"{TEXT} " * 200)  # longer than the click takes
    start.click()
    expect(page.locator("#elm-counts")).to_contain_text("of 200 sentences", timeout=_ENDED)
    cancel.click()
    expect(start).to_be_enabled(timeout=_ENDED)
    page.locator("#elm-text textarea").fill("Only one sentence.")
    start.click()
    expect(page.locator("#elm-notice .pg-notice")).to_contain_text("at least 2 are needed")


def test_the_small_race_runs_on_a_text_of_ones_own(page: Page, app_url: str, tmp_path: Path) -> None:
    Shown(page, app_url)
    start, _ = long_run(page, "electra_efficiency", "elf")
    notice = page.locator("#elf-notice .pg-notice")

    def upload(name: str, content: str) -> None:
        (tmp_path / name).write_text(content, encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            page.locator("#elf-upload").click()
        chooser.value.set_files(tmp_path / name)
        expect(page.locator("#elf-source textarea, #elf-source input")).to_have_value(name)

    upload("short.txt", "too short to learn from")
    start.click()
    expect(notice).to_contain_text("upload a longer one")
    upload("long.txt", " ".join(f"{TEXT} The {n} dogs saw {n % 7} cats near house {n % 13}." for n in range(400)))
    for name, value in (("steps", "20"), ("seeds", "1")):
        box = page.locator(f"#elf-{name} input[type=number]")
        box.fill(value)
        box.press("Enter")
    start.click()
    expect(page.locator("#elf-verdict")).to_contain_text("At equal compute", timeout=_ENDED)
    assert page.evaluate(_POINTS.replace("{id}", "elf-figure")) >= 2 * 3 * 6
    expect(page.locator("#elf-counts")).to_contain_text(re.compile(r"a loss at \d+ of \d+"))
