"""Fine-tuning as a visitor sees it: a race that grows, is cancelled and is found again; and a model that is taken."""

import re
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from playground.examples import stored
from playground.messages import texts
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

_PATIENCE = 180_000  # ms: a busy machine
_POINTS = """(id) => (document.querySelector(`#${id} .pg-plot`)?._fullData ?? [])
    .filter((trace) => trace.mode === 'lines+markers').reduce((sum, trace) => sum + trace.x.length, 0)"""
_WORDS = (("good", "great"), ("bad", "poor"))


class FineTuning(Tab):
    """One of the sub-tabs that runs for long."""

    def __init__(self, page: Page, url: str, name: str = "fine_tune", prefix: str = "ft", query: str = "") -> None:
        super().__init__(page, url, name, prefix, query=query)
        bar = ("start", "cancel", "progress")
        self.start, self.cancel, self.progress = (page.locator(f"#{name}-{part}") for part in bar)

    def only(self, name: str, *labels: str) -> None:
        """Leave just these boxes of a group ticked."""
        boxes = self.part(f"{name} label")
        for place in range(boxes.count()):
            box = boxes.nth(place)
            ticked = box.locator("input")
            if ticked.is_checked() != (box.inner_text().strip() in labels):
                ticked.click()

    def upload(self, path: Path) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.part("upload").click()
        chooser.value.set_files(path)
        expect(self.part("source textarea").or_(self.part("source input")).first).to_have_value(path.name)

    def points(self) -> int:
        """Of all curves."""
        return int(self.page.evaluate(_POINTS, f"{self.prefix}-figure"))

    def ended(self) -> None:
        expect(self.start).to_be_enabled(timeout=_PATIENCE)


def _file(folder: Path, rows: int = 60) -> Path:
    """60 rows are 46 to learn from and 14, 7 of each label, to judge by."""
    lines = []
    for n in range(rows):
        label, word = _WORDS[n % 2]
        lines.append(f"{label},the {('soup', 'film', 'room', 'trip')[n % 4]} was {word} on day {n}")
    path = folder / "mine.csv"
    path.write_text("label,sentence\n" + "\n".join(lines), encoding="utf-8")
    return path


def test_a_race_grows_outlives_its_page_and_is_cancelled(page: Page, app_url: str) -> None:
    shown = FineTuning(page, app_url)
    expect(shown.part("table")).to_contain_text("96.4")  # BERT's own, quoted
    assert shown.points() == len(stored("fine_tune")[0].result["curves"])
    shown.only("labels", "8", "16", "32")
    shown.start.click()
    working = re.compile(r"Working: [\d,]+ of [\d,]+ \(")
    expect(shown.progress).to_have_text(working, timeout=_PATIENCE)
    expect(shown.start).to_be_disabled()
    few = f"(id) => {{ const n = ({_POINTS})(id); return n >= 2 && n < 12; }}"
    page.wait_for_function(few, arg="ft-figure", timeout=_PATIENCE)
    page.wait_for_url("**run=*")
    [run] = parse_qs(urlsplit(page.url).query)["run"]
    page.close()
    again = FineTuning(page.context.new_page(), app_url, query=f"&run={run}")
    expect(again.progress).to_have_text(working, timeout=_PATIENCE)
    assert again.part("labels input:checked").count() == 3
    again.page.wait_for_function(f"(id) => ({_POINTS})(id) >= 5", arg="ft-figure", timeout=_PATIENCE)
    again.cancel.click()
    again.ended()
    expect(again.notice).to_contain_text("Cancelled at ")
    assert again.points() >= 5


def test_what_cannot_be_learned_from_is_one_sentence(page: Page, app_url: str, tmp_path: Path) -> None:
    shown = FineTuning(page, app_url)
    for name, content, said in (
        ("three.csv", "good,a\nbad,b\ngood,c", "the file has 3 sentences"),
        ("one.csv", "\n".join(f"good,sentence {n}" for n in range(30)), "at least two different labels"),
        ("many.csv", "\n".join(f"{n % 2},sentence {n}" for n in range(10_001)), "10,001 sentences"),
        ("wide.csv", "\n".join(f"{n % 2},a,b" for n in range(30)), "3 columns"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        shown.upload(tmp_path / name)
        shown.start.click()
        expect(shown.notice).to_contain_text(said, timeout=_PATIENCE)
        shown.ended()
    shown.only("methods")
    shown.start.click()
    expect(shown.notice).to_contain_text("at least one of the four")
    shown.only("methods", texts("en")["pg_ft_frozen"])
    shown.upload(_file(tmp_path))
    shown.only("labels", "8", "32")
    shown.start.click()
    expect(shown.part("table")).to_contain_text("46 sentences to learn from (bad, good)", timeout=_PATIENCE)
    expect(shown.part("table")).to_contain_text("judged by 14 others")
    shown.ended()
    expect(shown.notice).to_have_count(0)
    assert shown.points() == 2
    shown.part("bundled").click()
    expect(shown.part("source textarea").or_(shown.part("source input")).first).to_have_value("")


def test_two_encoders_learn_side_by_side(page: Page, app_url: str, tmp_path: Path) -> None:
    shown = FineTuning(page, app_url, "fine_tune_encoders", "fte")
    others = len(stored("fine_tune_encoders")[0].request["other_models"])
    shown.upload(_file(tmp_path))
    shown.only("labels", "8", "16")
    shown.sets("seeds", 1)
    shown.part("method").get_by_label(texts("en")["pg_ft_frozen"]).check()
    shown.start.click()
    expect(shown.part("table")).to_contain_text("Seeds done: 1", timeout=_PATIENCE)
    shown.ended()
    assert shown.points() == 2 * (1 + others)
    expect(shown.part("table")).to_contain_text("electra-mini-discriminator")


def test_maps_of_every_layer_and_position(page: Page, app_url: str) -> None:
    shown = FineTuning(page, app_url, "fine_tune_where", "ftw")
    result = stored("fine_tune_where")[0].result
    sizes = "document.querySelector('#ftw-figure .pg-plot').data.map((trace) => [trace.z.length, trace.z[0].length])"
    assert page.evaluate(sizes) == [[1 + result["layers"], len(result["positions"])]] * 2
    expect(shown.part("said")).to_contain_text("After: [CLS] at layer")
    shown.sets("labels", 32)
    shown.start.click()
    expect(shown.progress).to_have_text(re.compile(r"Working: [\d,]+ of"), timeout=_PATIENCE)
    shown.cancel.click()
    shown.ended()
    expect(shown.notice).to_contain_text("Cancelled")


def test_rates_and_batches_over_the_same_tokens(page: Page, app_url: str) -> None:
    shown = FineTuning(page, app_url, "fine_tune_rates", "ftr")
    shown.only("rates", "5e-5", "1e-2")
    shown.only("batches", "16", "32")
    shown.sets("labels", 64)
    shown.start.click()
    expect(shown.part("table tr")).to_have_count(1 + 2 * 2, timeout=_PATIENCE)
    shown.ended()
    ends = "document.querySelector('#ftr-figure .pg-plot').data.map((trace) => trace.x.at(-1))"
    assert len(set(page.evaluate(ends))) == 1


def test_four_forms_are_drawn_while_one_types(page: Page, app_url: str) -> None:
    shown = Tab(page, app_url, "fine_tune_forms", "ftf")
    shown.part("text textarea").fill("Anna lives in Oslo.")
    rows = shown.part("forms .pg-aligned")
    expect(rows).to_have_count(4)
    expect(rows.nth(0).locator(".pg-replaced")).to_have_text(["[CLS]A"])
    expect(rows.nth(1).locator(".pg-replaced")).to_have_text(["[CLS]A"])
    words = ["anna", "lives", "in", "oslo", "."]
    expect(rows.nth(2).locator(".pg-replaced")).to_have_text([f"{word}B" for word in words])
    expect(rows.nth(3).locator(".pg-replaced")).to_have_text([f"{word}A" for word in words])
    shown.part("question textarea").fill("Where does Anna live?")
    expect(shown.part("forms")).to_contain_text("oslo", ignore_case=True)
    shown.part("text textarea").fill("나는 어제 친구와 영화를 보았다.")
    expect(shown.notice).to_contain_text("cannot read Korean")


def test_a_model_is_trained_taken_away_and_teaches(page: Page, app_url: str, tmp_path: Path) -> None:
    shown = FineTuning(page, app_url, "fine_tune_keep", "ftk")
    download = shown.part("download")
    expect(download).to_be_disabled()
    shown.upload(_file(tmp_path))
    shown.sets("epochs", 1)
    shown.start.click()
    name = shown.part("name textarea").or_(shown.part("name input")).first
    expect(name).to_have_value(re.compile(r"trained/[\w-]{24}"), timeout=_PATIENCE)
    expect(shown.part("said")).to_contain_text("held-out sentences")
    expect(download).to_be_enabled()
    with page.expect_download() as arrived:
        download.click()
    arrived.value.save_as(tmp_path / "model.zip")
    inside = {Path(entry).name for entry in zipfile.ZipFile(tmp_path / "model.zip").namelist()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= inside
    trained = name.input_value()
    compared = Tab(page, app_url, "distillation_compare", "dic")
    teacher = compared.part("model input")
    teacher.fill(trained)
    teacher.press("Enter")
    # What this teacher was taught to say, and the bundled one was not.
    page.wait_for_function(
        "() => document.querySelector('#dic-figure .pg-plot').data.some((trace) => trace.y.includes('good'))"
    )
