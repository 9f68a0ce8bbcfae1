"""Fine-tuning as a visitor sees it: a race that grows, is cancelled and is found again; and a model that is taken."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.examples import stored
from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.experiment import choose

pytestmark = pytest.mark.browser

_ENDED = 180_000  # ms: a busy machine
_POINTS = """(id) => (document.querySelector(`#${id} .pg-plot`)?._fullData ?? [])
    .filter((trace) => trace.mode === 'lines+markers').reduce((sum, trace) => sum + trace.x.length, 0)"""


def _open(page: Page, url: str, tab: str = "fine_tune", figure: str = "ft-figure", query: str = "") -> None:
    page.goto(f"{url}/?tab={tab}{query}")
    expect(page.locator(f"#{figure} .main-svg").first).to_be_visible()


def _only(page: Page, name: str, *labels: str) -> None:
    """Leave just these boxes of a group ticked."""
    boxes = page.locator(f"#{name} label")
    for place in range(boxes.count()):
        box = boxes.nth(place)
        ticked = box.locator("input")
        if ticked.is_checked() != (box.inner_text().strip() in labels):
            ticked.click()


def _number(page: Page, name: str, value: str) -> None:
    box = page.locator(f"#{name} input[type=number], input#{name}")
    box.first.fill(value)
    box.first.press("Enter")


def _upload(page: Page, path: Path, name: str) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(f"#{name}-upload").click()
    chooser.value.set_files(path)


def _buttons(page: Page, demo: str) -> tuple[Locator, Locator]:
    return page.locator(f"#{demo}-start"), page.locator(f"#{demo}-cancel")


def _file(folder: Path, rows: int = 60, name: str = "mine.csv") -> Path:
    words = (("good", "great"), ("bad", "poor"))
    lines = [
        f"{label},the {thing} was {word} on day {n}"
        for n in range(rows)
        for (label, word), thing in [(words[n % 2], ("soup", "film", "room", "trip")[n % 4])]
    ]
    path = folder / name
    path.write_text("label,sentence\n" + "\n".join(lines), encoding="utf-8")
    return path


def test_a_race_grows_outlives_its_page_and_is_cancelled(page: Page, app_url: str) -> None:
    _open(page, app_url)
    start, cancel = _buttons(page, "fine_tune")
    expect(page.locator("#ft-table")).to_contain_text("96.4")
    assert page.evaluate(_POINTS, "ft-figure") == len(stored("fine_tune")[0].result["curves"])
    _only(page, "ft-labels", "8", "16", "32")
    start.click()
    expect(page.locator("#fine_tune-progress")).to_have_text(re.compile(r"Working: \d+ of [\d,]+"))
    expect(start).to_be_disabled()
    page.wait_for_function(f"(id) => {{ const n = ({_POINTS})(id); return n >= 2 && n < 12; }}", arg="ft-figure")
    page.wait_for_url("**run=*")
    again = page.context.new_page()
    again.goto(page.url)
    page.close()
    start, cancel = _buttons(again, "fine_tune")
    expect(again.locator("#fine_tune-progress")).to_have_text(re.compile(r"Working: \d+ of [\d,]+"), timeout=_ENDED)
    assert again.locator("#ft-labels input:checked").count() == 3
    again.wait_for_function(f"(id) => ({_POINTS})(id) >= 5", arg="ft-figure", timeout=_ENDED)
    cancel.click()
    expect(start).to_be_enabled(timeout=_ENDED)
    expect(again.locator("#ft-notice .pg-notice")).to_contain_text("Cancelled at ")
    assert again.evaluate(_POINTS, "ft-figure") >= 5


def test_what_cannot_be_learned_from_is_one_sentence(page: Page, app_url: str, tmp_path: Path) -> None:
    _open(page, app_url)
    start, _ = _buttons(page, "fine_tune")
    notice, source = page.locator("#ft-notice .pg-notice"), page.locator("#ft-source textarea, #ft-source input")
    for name, content, said in (
        ("three.csv", "good,a\nbad,b\ngood,c", "3 sentences"),
        ("one.csv", "\n".join(f"good,sentence {n}" for n in range(30)), "at least two different labels"),
        ("many.csv", "\n".join(f"{n % 2},sentence {n}" for n in range(10_001)), "10,001 sentences"),
        ("wide.csv", "\n".join(f"{n % 2},a,b" for n in range(30)), "3 columns"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        _upload(page, tmp_path / name, "ft")
        expect(source).to_have_value(name)
        start.click()
        expect(notice).to_contain_text(said, timeout=_ENDED)
        expect(start).to_be_enabled()
    _only(page, "ft-methods")
    start.click()
    expect(notice).to_contain_text("at least one of the four")
    _only(page, "ft-methods", texts("en")["pg_ft_frozen"])
    _upload(page, _file(tmp_path), "ft")
    expect(source).to_have_value("mine.csv")
    _only(page, "ft-labels", "8", "32")
    start.click()
    expect(page.locator("#ft-table")).to_contain_text("45 sentences to learn from (bad, good)", timeout=_ENDED)
    expect(start).to_be_enabled(timeout=_ENDED)
    expect(notice).to_have_count(0)
    assert page.evaluate(_POINTS, "ft-figure") == 2
    page.locator("#ft-bundled").click()
    expect(source).to_have_value("")


def test_two_encoders_learn_side_by_side(page: Page, app_url: str, tmp_path: Path) -> None:
    _open(page, app_url)
    choose(page, texts("en")["pg_sub_fine_tune_encoders"])
    expect(page.locator("#fte-figure .main-svg").first).to_be_visible()
    start, _ = _buttons(page, "fine_tune_encoders")
    _upload(page, _file(tmp_path), "fte")
    _only(page, "fte-labels", "8", "16")
    _number(page, "fte-seeds", "1")
    page.locator("#fte-method").get_by_label(texts("en")["pg_ft_frozen"]).check()
    start.click()
    expect(page.locator("#fte-table")).to_contain_text("Seeds done: 1", timeout=_ENDED)
    expect(start).to_be_enabled(timeout=_ENDED)
    assert page.evaluate(_POINTS, "fte-figure") == 4
    expect(page.locator("#fte-table")).to_contain_text("electra-mini-discriminator")


def test_maps_of_every_layer_and_position(page: Page, app_url: str) -> None:
    _open(page, app_url)
    choose(page, texts("en")["pg_sub_fine_tune_where"])
    expect(page.locator("#ftw-figure .main-svg").first).to_be_visible()
    sizes = "document.querySelector('#ftw-figure .pg-plot').data.map((trace) => [trace.z.length, trace.z[0].length])"
    assert page.evaluate(sizes) == [[7, 11], [7, 11]]
    expect(page.locator("#ftw-said")).to_contain_text("After: [CLS] at layer")
    start, cancel = _buttons(page, "fine_tune_where")
    _number(page, "ftw-labels", "32")
    start.click()
    expect(page.locator("#fine_tune_where-progress")).to_have_text(re.compile(r"Working: \d+ of"))
    cancel.click()
    expect(start).to_be_enabled(timeout=_ENDED)
    expect(page.locator("#ftw-notice .pg-notice")).to_contain_text("Cancelled")


def test_rates_and_batches_over_the_same_tokens(page: Page, app_url: str) -> None:
    _open(page, app_url)
    choose(page, texts("en")["pg_sub_fine_tune_rates"])
    expect(page.locator("#ftr-figure .main-svg").first).to_be_visible()
    start, _ = _buttons(page, "fine_tune_rates")
    _only(page, "ftr-rates", "5e-5", "1e-2")
    _only(page, "ftr-batches", "16", "32")
    _number(page, "ftr-labels", "64")
    start.click()
    expect(page.locator("#ftr-table tr")).to_have_count(5, timeout=_ENDED)
    expect(start).to_be_enabled(timeout=_ENDED)
    ends = "document.querySelector('#ftr-figure .pg-plot').data.map((trace) => trace.x.at(-1))"
    assert len(set(page.evaluate(ends))) == 1


def test_four_forms_are_drawn_while_one_types(page: Page, app_url: str) -> None:
    _open(page, app_url)
    choose(page, texts("en")["pg_sub_fine_tune_forms"])
    expect(page.locator("#ftf-figure .main-svg").first).to_be_visible()
    page.locator("#ftf-text textarea").fill("Anna lives in Oslo.")
    rows = page.locator("#ftf-forms .pg-aligned")
    expect(rows).to_have_count(4)
    expect(rows.nth(0).locator(".pg-replaced")).to_have_text(["[CLS]A"])
    expect(rows.nth(1).locator(".pg-replaced")).to_have_text(["[CLS]A"])
    words = ["anna", "lives", "in", "oslo", "."]
    expect(rows.nth(2).locator(".pg-replaced")).to_have_text([f"{word}B" for word in words])
    expect(rows.nth(3).locator(".pg-replaced")).to_have_text([f"{word}A" for word in words])
    page.locator("#ftf-question textarea").fill("Where does Anna live?")
    expect(page.locator("#ftf-forms")).to_contain_text("oslo", ignore_case=True)
    page.locator("#ftf-text textarea").fill("나는 어제 친구와 영화를 보았다.")
    expect(page.locator("#ftf-notice .pg-notice")).to_contain_text("cannot read Korean")


def test_a_model_is_trained_and_taken_away(page: Page, app_url: str, tmp_path: Path) -> None:
    _open(page, app_url)
    choose(page, texts("en")["pg_sub_fine_tune_keep"])
    expect(page.locator("#ftk-figure .main-svg").first).to_be_visible()
    download = page.locator("#ftk-download")
    expect(download).to_be_disabled()
    _upload(page, _file(tmp_path), "ftk")
    _number(page, "ftk-epochs", "1")
    start, _ = _buttons(page, "fine_tune_keep")
    start.click()
    name = page.locator("#ftk-name textarea, #ftk-name input")
    expect(name).to_have_value(re.compile(r"trained/[\w-]{24}"), timeout=_ENDED)
    expect(page.locator("#ftk-said")).to_contain_text("held-out sentences")
    expect(download).to_be_enabled()
    with page.expect_download() as arrived:
        download.click()
    arrived.value.save_as(tmp_path / "model.zip")
    inside = {Path(entry).name for entry in zipfile.ZipFile(tmp_path / "model.zip").namelist()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= inside


@pytest.mark.parametrize(
    ("tab", "part"),
    [
        ("fine_tune", "ft-figure"),
        ("fine_tune_encoders", "fte-figure"),
        ("fine_tune_where", "ftw-figure"),
        ("fine_tune_rates", "ftr-figure"),
        ("fine_tune_forms", "ftf-figure"),
        ("fine_tune_keep", "ftk-figure"),
    ],
)
def test_a_telephone_shows_all_of_it(new_page: NewPage, app_url: str, tab: str, part: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    _open(page, app_url, tab, part, "&lang=ko")
    for element in ("document.documentElement", "document.body"):
        assert page.evaluate(f"{element}.scrollWidth") <= 390
