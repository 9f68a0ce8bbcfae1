"""Reading comprehension as a visitor sees it: the answer in its place, none at all, several, and scores."""

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from playground.messages import texts
from tests.browser.experiment import choose, long_run
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

PASSAGE = "Ada  Thornbury opened the museum\nin 1921. 🎨 It holds four hundred paintings, most of them Dutch."


class Reader(Tab):
    def __init__(self, page: Page, url: str, query: str = "") -> None:
        super().__init__(page, url, "squad", "sqd", figure="curves", query=query)
        self.question = self.page.locator("#sqd-question textarea, #sqd-question input")
        self.passage = self.part("passage textarea")
        self.mark = self.part("marked mark")
        self.verdict = self.part("verdict")
        self.answers = self.part("answers .pg-token")

    def ask(self, question: str, passage: str) -> None:
        self.passage.fill(passage)
        self.question.fill(question)


def test_the_answer_is_marked_in_the_visitors_own_characters(page: Page, app_url: str) -> None:
    shown = Reader(page, app_url)
    expect(shown.mark).to_have_text("Rosa Marini")
    shown.ask("When was the museum opened?", PASSAGE)
    expect(shown.mark).to_have_text("1921")
    assert page.locator("#sqd-marked .pg-passage").evaluate("(box) => box.textContent") == PASSAGE
    expect(shown.verdict).to_contain_text("Answer: “1921”.")
    # Another of the answers is marked by a click, and nothing is asked anew.
    status = page.locator("#pg-status").inner_text()
    second = shown.answers.nth(1).evaluate("(button) => button.firstChild.textContent")
    shown.answers.nth(1).click()
    expect(shown.mark).to_have_text(re.compile(re.escape(second).replace(r"\\ ", r"\\s+")))
    assert page.locator("#pg-status").inner_text() == status

    shown.question.fill("")
    expect(shown.notice).to_have_text("There is no question: type one.")
    shown.question.fill("Who opened the museum?")
    expect(shown.notice).to_have_count(0)
    expect(shown.mark).to_contain_text("Thornbury")


def test_the_threshold_decides_whether_there_is_an_answer(page: Page, app_url: str) -> None:
    shown = Reader(page, app_url)
    box = page.locator("#sqd-threshold input[type=number]")
    box.fill("-15")
    box.press("Enter")
    expect(shown.verdict).to_contain_text("No answer.")
    expect(shown.mark).to_have_count(0)
    box.fill("15")
    box.press("Enter")
    expect(shown.verdict).to_contain_text("Answer: “Rosa Marini”")
    expect(shown.mark).to_have_text("Rosa Marini")


def test_long_right_to_left_and_korean_passages_in_korean(page: Page, app_url: str) -> None:
    shown = Reader(page, app_url, "&lang=ko")
    shown.ask("When was the museum opened?", "Nothing of note happened in this town. " * 400 + PASSAGE)
    expect(shown.mark).to_have_text("1921", timeout=60_000)
    expect(shown.verdict).to_contain_text(re.compile(r"윈도 \d\d개로 나누어"))
    shown.passage.fill("a" * 20_001)
    expect(shown.notice).to_contain_text("지문이 20,001자예요")
    shown.passage.fill("국립중앙박물관은 2005년에 용산으로 옮겨 다시 문을 열었다.")
    expect(shown.notice).to_contain_text("한국어를 읽지 못해요")
    shown.passage.fill("افتتح المتحف عام 1921 في المدينة القديمة.")
    expect(shown.notice).to_have_count(0)
    expect(page.locator("#sqd-marked .pg-passage")).to_have_attribute("dir", "auto")


def test_a_passage_of_ours_brings_its_questions(page: Page, app_url: str) -> None:
    shown = Reader(page, app_url)
    asked = page.locator("#sqd-suggested .pg-token")
    expect(asked.first).to_have_text("How many women were among the riders?")
    picker = page.locator("#sqd-pick input")
    picker.click()
    options = page.get_by_role("option")
    expect(options).to_have_count(16)
    expect(options.filter(has_text="⤓")).to_have_count(3)
    before = asked.first.inner_text()
    options.filter(has_text="Ink").click()
    expect(shown.passage).to_have_value(re.compile("ink"))
    expect(asked.first).not_to_have_text(before)
    expect(shown.notice).to_have_count(0)
    wanted = asked.nth(1).inner_text()
    asked.nth(1).click()
    expect(shown.question).to_have_value(wanted)
    expect(page).to_have_url(re.compile("run="))
    picker.click()
    options.filter(has_text="막걸리").click()
    expect(shown.question).to_have_value("막걸리는 무엇으로 빚나요?")
    expect(shown.notice).to_contain_text("cannot read Korean")


def test_several_questions_are_saved_as_csv(page: Page, app_url: str) -> None:
    Reader(page, app_url)
    choose(page, texts("en")["pg_sub_squad_many"])
    rows = page.locator("#sqm-table tr")
    expect(rows).to_have_count(7)
    page.locator("#sqm-passage textarea").fill(PASSAGE)
    page.locator("#sqm-questions textarea").fill("When was the museum opened?\n\nWho opened the museum?\n")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("1921")
    with page.expect_download() as saved:
        page.locator("#sqm-csv").click()
    lines = list(csv.reader(Path(saved.value.path()).read_text("utf-8").splitlines()))
    assert len(lines) == 3 and lines[1][:2] == ["When was the museum opened?", "1921"]


def test_a_reader_is_scored_on_a_file_and_a_broken_one_is_one_sentence(
    page: Page, app_url: str, tmp_path: Path
) -> None:
    Reader(page, app_url)
    start, _ = long_run(page, "squad_scoring", "sqs")
    notice = page.locator("#sqs-notice .pg-notice")
    expect(page.locator("#sqs-scores")).to_contain_text("136 of 136 questions")

    def upload(name: str, content: str) -> None:
        (tmp_path / name).write_text(content, encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            page.locator("#sqs-upload").click()
        chooser.value.set_files(tmp_path / name)
        expect(page.locator("#sqs-source textarea, #sqs-source input")).to_have_value(name)

    (tmp_path / "huge.json").write_bytes(b'{"data": [' + b" " * 30_000_000)
    with page.expect_file_chooser() as chooser:
        page.locator("#sqs-upload").click()
    chooser.value.set_files(tmp_path / "huge.json")
    expect(notice).to_have_text("The file has 30 MB; at most 8 MB are read: upload a part of it.")
    upload("broken.json", '{"data": [')
    start.click()
    expect(notice).to_contain_text("The file is no JSON text (line 1)")
    questions = [
        {"question": "When was it opened?", "answers": [{"text": "1921"}]},
        {"question": "Why?", "answers": []},
    ]
    upload("good.json", json.dumps({"data": [{"paragraphs": [{"context": PASSAGE, "qas": questions}]}]}))
    start.click()
    expect(page.locator("#sqs-scores")).to_contain_text("2 of 2 questions on 1 passages (good.json)")
    expect(start).to_be_enabled()
    expect(notice).to_have_count(0)
