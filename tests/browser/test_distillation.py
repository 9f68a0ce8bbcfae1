"""Distillation as a visitor sees it: a run that grows, is found again, paused and cancelled, and taken along."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from safetensors.torch import load_file

pytestmark = pytest.mark.browser

_PATIENCE = 180_000  # ms: a busy machine
_POINTS = "(document.querySelector('#dis-figure .pg-plot')?._fullData?.at(0)?.x?.length ?? 0)"


def _open(page: Page, url: str) -> Page:
    page.goto(f"{url}/?tab=distillation")
    expect(page.locator("#dis-figure .main-svg").first).to_be_visible(timeout=_PATIENCE)
    return page


def _type(page: Page, name: str, value: str) -> None:
    box = page.locator(f"#dis-{name} input[type=number]")
    for _ in range(20):
        box.fill(value)
        box.press("Enter")
        page.wait_for_timeout(200)
        if box.input_value() == value:
            return
    raise AssertionError(f"{name} stays {box.input_value()}")


def _small(page: Page) -> None:
    """A student that learns in seconds."""
    for name, value in (("layers", "1"), ("steps", "40"), ("batch", "4")):
        _type(page, name, value)
    for name, value in (("start", "1"), ("map", "6")):
        page.locator(f"#dis-{name} input, #dis-{name} textarea").first.fill(value)


def test_a_run_grows_is_found_again_rests_and_is_cancelled_with_its_student(page: Page, app_url: str) -> None:
    _open(page, app_url)
    start, pause, progress = (page.locator(f"#distillation-{name}") for name in ("start", "pause", "progress"))
    _small(page)
    _type(page, "steps", "800")  # so long that it goes on when it is to be paused
    start.click()
    expect(progress).to_contain_text(re.compile(r"Working: \d+ of 2400"), timeout=_PATIENCE)
    first = page.wait_for_function(f"() => {_POINTS} > 1 && {_POINTS}", timeout=_PATIENCE).json_value()
    page.wait_for_function(f"(before) => {_POINTS} > before", arg=first, timeout=_PATIENCE)
    pause.click()
    expect(progress).to_contain_text("Paused at", timeout=_PATIENCE)
    expect(pause).to_have_text("Go on")
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
    _open(page, app_url)
    _small(page)
    _type(page, "steps", "5")
    page.locator("#distillation-start").click()
    expect(page.locator("#distillation-progress")).to_contain_text("Working", timeout=_PATIENCE)
    expect(page.locator("#distillation-start")).to_be_enabled(timeout=_PATIENCE)
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
    _open(page, app_url)
    notice = page.locator("#dis-notice .pg-notice")
    page.locator("#dis-map input, #dis-map textarea").first.fill("2, 4, 9")
    page.locator("#distillation-start").click()
    expect(notice).to_have_text("The teacher has no layer 9: its layers run from 1 to 6.", timeout=_PATIENCE)
    page.locator("#dis-start input, #dis-start textarea").first.fill("1, x")
    page.locator("#distillation-start").click()
    expect(notice).to_contain_text("start", timeout=_PATIENCE)
    _type(page, "width", "396")
    _type(page, "heads", "16")
    expect(page.locator("#dis-sizes")).to_contain_text("cannot be divided among 16 heads", timeout=_PATIENCE)


def test_a_command_is_given(page: Page, app_url: str) -> None:
    _open(page, app_url)
    page.locator("#dis-command").click()
    code = page.locator("#dis-launch .cm-content")
    expect(code).to_contain_text("cat > run.json")
    code.click()
    page.keyboard.press("Control+End")  # only the lines in sight are in the page
    expect(code).to_contain_text("accelerate launch -m playground.demos.distillation")
