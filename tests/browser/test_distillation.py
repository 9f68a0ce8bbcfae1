"""Distillation as a visitor sees it: a run that grows, is found again, paused and cancelled, and taken along."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from safetensors.torch import load_file

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

_PATIENCE = 180_000  # ms: a busy machine
_POINTS = "(document.querySelector('#dis-figure .pg-plot')?._fullData?.at(0)?.x?.length ?? 0)"


class Distillation(Tab):
    """The first sub-tab."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url, "distillation", "dis")
        self.start, self.pause, self.cancel, self.progress = (
            page.locator(f"#distillation-{name}") for name in ("start", "pause", "cancel", "progress")
        )

    def small(self, steps: int) -> None:
        """A student that learns in seconds."""
        for name, value in (("layers", 1), ("steps", steps), ("batch", 4)):
            self.sets(name, value)
        for name, value in (("start", "1"), ("map", "6")):
            self.line(name).fill(value)

    def line(self, name: str) -> Locator:
        return self.part(f"{name} textarea").or_(self.part(f"{name} input")).first


def test_a_run_grows_is_found_again_rests_and_is_cancelled_with_its_student(page: Page, app_url: str) -> None:
    shown = Distillation(page, app_url)
    shown.small(800)  # so long that it goes on when it is to be paused
    stored = page.evaluate(_POINTS)
    shown.start.click()
    expect(shown.progress).to_contain_text(re.compile(r"Working: [\d,]+ of 2,400 \(\d+%\)"), timeout=_PATIENCE)
    # As long as all is loaded, the stored run stays, with all its points.
    young = f"(stored) => {_POINTS} > 1 && {_POINTS} < stored && {_POINTS}"
    first = page.wait_for_function(young, arg=stored, timeout=_PATIENCE).json_value()
    page.wait_for_function(f"(before) => {_POINTS} > before", arg=first, timeout=_PATIENCE)
    shown.pause.click()
    expect(shown.progress).to_contain_text("Paused at", timeout=_PATIENCE)
    expect(shown.pause).to_have_text("Go on")
    again = page.context.new_page()
    again.goto(page.url)
    page.close()
    expect(again.locator("#distillation-progress")).to_contain_text("Paused at", timeout=_PATIENCE)
    again.locator("#distillation-pause").click()
    expect(again.locator("#dis-said table").first).to_contain_text("Control: same start", timeout=_PATIENCE)
    again.locator("#distillation-cancel").click()
    expect(again.locator("#distillation-start")).to_be_enabled(timeout=_PATIENCE)
    expect(again.locator("#dis-notice")).to_contain_text("Cancelled at")
    again.locator("#dis-download").click()
    expect(again.locator("#dis-file a[download]").first).to_be_visible(timeout=_PATIENCE)


def test_a_finished_student_is_downloaded_and_compared(page: Page, app_url: str, tmp_path: Path) -> None:
    shown = Distillation(page, app_url)
    shown.small(5)
    shown.start.click()
    expect(shown.progress).to_contain_text("Working", timeout=_PATIENCE)
    expect(shown.start).to_be_enabled(timeout=_PATIENCE)
    expect(page.locator("#dis-said a")).to_be_visible()
    page.locator("#dis-download").click()
    link = page.locator("#dis-file a[download]").first
    expect(link).to_be_visible(timeout=_PATIENCE)
    with page.expect_download() as given:
        link.click()
    given.value.save_as(tmp_path / "student.zip")
    with zipfile.ZipFile(tmp_path / "student.zip") as archive:
        archive.extractall(tmp_path)
    names = {path.name for path in (tmp_path / "student").iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= names
    tensors = load_file(tmp_path / "student" / "model.safetensors")
    assert tensors["bert.embeddings.word_embeddings.weight"].shape == (30_522, 384)
    page.locator("#dis-said a").click()
    expect(page.locator("#dic-figure .main-svg").first).to_be_visible(timeout=_PATIENCE)
    expect(page.locator("#dic-student input, #dic-student textarea").first).to_have_value(re.compile(r"[\w-]{24}"))
    expect(page.locator("#dic-notice .pg-notice")).to_have_count(0)


def test_what_cannot_be_is_one_sentence(page: Page, app_url: str) -> None:
    shown = Distillation(page, app_url)
    shown.part("tinybert").click()
    expect(shown.line("map")).to_have_value("3, 6")
    shown.line("map").fill("2, 9")
    no_layer = "The teacher has no layer 9: its layers run from 1 to 6."
    expect(shown.part("pairs")).to_have_text(no_layer)
    shown.start.click()
    expect(shown.notice).to_have_text(no_layer, timeout=_PATIENCE)
    shown.line("start").fill("1, x")
    shown.start.click()
    expect(shown.notice).to_contain_text("“1, x” names no layers", timeout=_PATIENCE)
    shown.sets("width", 396)
    shown.sets("heads", 16)
    expect(page.locator("#dis-sizes")).to_contain_text("cannot be divided among 16 heads", timeout=_PATIENCE)


def test_presets_and_pairs_follow_the_teacher(page: Page, app_url: str) -> None:
    shown = Distillation(page, app_url)
    pairs, width = shown.part("pairs"), shown.part("width input[type=number]")
    expect(pairs).to_contain_text("Nothing imitates layers now")
    shown.part("tinybert").click()
    expect(width).to_have_value("156")
    expect(shown.line("map")).to_have_value("3, 6")
    expect(pairs).to_contain_text("Begins at random")
    expect(pairs).to_contain_text("what 3 of the teacher's do")
    shown.part("pick-top").click()
    expect(pairs).to_contain_text("the teacher's first 5 do")
    shown.part("distilbert").click()
    expect(width).to_have_value("384")
    expect(pairs.locator("tr").nth(1)).to_have_text(re.compile("begins the student's layer1·2·3·"))


def test_a_command_is_given(page: Page, app_url: str) -> None:
    Distillation(page, app_url)
    page.locator("#dis-command").click()
    code = page.locator("#dis-launch .cm-content")
    expect(code).to_contain_text("cat > run.json")
    code.click()
    page.keyboard.press("Control+End")  # only the lines in sight are in the page
    expect(code).to_contain_text("accelerate launch -m playground.demos.distillation")
