"""Attention and inputs as a visitor sees them: a head, a token, a block, layers, tokens and their rows."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.experiment import choose
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

_MAP = """() => {
    const plot = document.querySelector('#att-map .pg-plot');
    const z = plot?.calcdata?.[0]?.[0]?.z;
    return z && { title: plot.layout.title.text, rows: Array.from(plot.data[0].y),
        z: Array.from(z, (row) => Array.from(row)) };
}"""
_OTHER = f"(before) => {{ const now = ({_MAP})(); return now && JSON.stringify(now) !== before; }}"
_HEADS = "() => document.querySelector('#att-mosaic .pg-plot').data[1].customdata.map((pair) => pair.join('-'))"
_MASKS = """() => document.querySelector('#sid-masks .pg-plot').calcdata.map(
    (one) => Array.from(one[0].z, (row) => Array.from(row)))"""


class Shown(Tab):
    """The first sub-tab of attention."""

    def __init__(self, page: Page, url: str, query: str = "") -> None:
        super().__init__(page, url, "attention", "att", "map", query)
        self.text, self.second = (self.part(f"{name} textarea") for name in ("text", "second"))
        self.strip = self.part("strip .pg-token")

    @property
    def map(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(_MAP)
        return found

    def packed(self) -> str:
        return str(self.page.evaluate(f"JSON.stringify(({_MAP})())"))

    def changed(self, before: str) -> dict[str, Any]:
        self.page.wait_for_function(_OTHER, arg=before)
        return self.map


def test_a_head_is_chosen_and_the_map_changes(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    first = shown.map
    assert (
        first["title"] == "Attention, layer 2, head 9" and len(first["z"]) == len(first["rows"]) == shown.strip.count()
    )
    assert all(abs(sum(row) - 1) < 0.1 for row in first["z"])
    before = shown.packed()
    shown.sets("layer", 1)
    changed = shown.changed(before)
    assert changed["title"] == "Attention, layer 1, head 9" and changed["z"] != first["z"]
    # Click the third head of the first row of the mosaic.
    before = shown.packed()
    plot = page.locator("#att-mosaic .pg-plot .nsewdrag").first
    size = plot.bounding_box()
    assert size is not None
    plot.click(position={"x": size["width"] * 2.5 / 12, "y": size["height"] * 0.5 / 6})
    assert shown.changed(before)["title"] == "Attention, layer 1, head 3"
    expect(page.locator("#att-head input[type=number]")).to_have_value("3")
    # By keyboard, too; 0 is the mean.
    before = shown.packed()
    page.locator("#att-head input[type=range]").press("Home")
    assert shown.changed(before)["title"] == "Attention, layer 1, head mean"


def test_a_token_is_clicked_and_the_text_shows_where_it_looks(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.text.fill("The dog came back to the river.")
    expect(shown.strip.nth(2)).to_contain_text("dog")
    shown.sets("layer", 1)
    page.wait_for_function(f"() => ({_MAP})()?.title === 'Attention, layer 1, head 9'")
    shown.sets("head", 3)  # looks at the token before
    page.wait_for_function(f"() => ({_MAP})()?.title === 'Attention, layer 1, head 3'")
    shown.strip.nth(4).click()
    expect(shown.strip.nth(4)).to_have_class(re.compile("pg-picked"))
    shown.strip.nth(3).locator("small").wait_for()
    shares = shown.strip.evaluate_all(
        "(all) => all.map((one) => parseFloat(one.querySelector('small')?.textContent ?? 0))"
    )
    assert max(shares) == shares[3] > 50 and 90 < sum(shares) < 101
    expect(page.locator("#att-said")).to_contain_text(re.compile(r"\d+ KB for 72 heads"))


def test_two_texts_have_blocks_and_one_has_none(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    whole, before = shown.map, shown.packed()
    page.locator("#att-block").get_by_label("A → B").click()
    block = shown.changed(before)
    assert len(block["z"]) == 11 and len(block["z"][0]) == 7 and len(whole["z"]) == 21
    expect(page.locator("#att-said")).to_contain_text("stays in A")
    before = shown.packed()
    shown.second.fill("")
    assert len(shown.changed(before)["z"]) == 13
    expect(page.locator("#att-said")).not_to_contain_text("stays in A")
    expect(shown.notice).to_have_count(0)


def test_heads_are_ordered_by_what_they_do(page: Page, app_url: str) -> None:
    Shown(page, app_url)
    placed = page.evaluate(_HEADS)
    assert placed[:3] == ["1-1", "1-2", "1-3"] and len(placed) == 72
    page.locator("#att-sort input").click()
    page.get_by_role("option", name="on the token before", exact=True).click()
    page.wait_for_function(f"() => ({_HEADS})()[0] === '1-3'")
    page.get_by_role("button", name="What each head does").click()
    rows = page.locator("#att-heads tr")
    expect(rows).to_have_count(25)
    expect(rows.nth(1)).to_contain_text("1-3")


def test_512_tokens_513_tokens_and_one(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.second.fill("")
    expect(shown.strip).to_have_count(13)
    shown.text.fill("dog " * 510)
    expect(shown.strip).to_have_count(512)
    expect(page.locator("#att-said")).to_contain_text("2 × 2")
    size = re.search(r"(\d+) KB", page.locator("#att-said").inner_text())
    assert size is not None and int(size[1]) <= 300
    shown.text.fill("dog " * 511)
    expect(shown.notice).to_contain_text("513 tokens; bert-mini reads at most 512")
    shown.text.fill("dog")
    expect(shown.strip).to_have_count(3)
    expect(shown.notice).to_have_count(0)
    shown.text.fill("나는 어제 친구와 영화를 보았다.")
    expect(shown.notice).to_contain_text("klue/bert-base")


def test_a_link_shows_the_same_in_korean_and_dark(page: Page, new_page: NewPage, app_url: str) -> None:
    shown = Shown(page, app_url)
    before = shown.packed()
    page.locator("#att-rollout input").check()
    assert shown.changed(before)["title"] == "Rollout, layers 1 to 2"
    page.wait_for_url("**run=*")
    other = Shown(
        new_page(), app_url, "&lang=ko&__theme=dark&" + page.url.split("?", 1)[1].replace("tab=attention&", "")
    )
    page.wait_for_timeout(300)
    other.page.wait_for_function(f"() => ({_MAP})()?.title === '롤아웃, 1층부터 2층까지'")
    assert other.map["z"] == shown.map["z"]
    ink = other.page.evaluate("getComputedStyle(document.querySelector('#att-map .gtitle')).fill")
    assert sum(map(int, re.findall(r"\d+", ink)[:3])) > 400


def test_a_prediction_forms_layer_by_layer(page: Page, app_url: str) -> None:
    shown = Tab(page, app_url, "attention_lens", "len")
    strip = shown.part("strip .pg-token")
    shown.part("text textarea").fill("The children played in the garden.")
    expect(strip).to_have_count(9)
    strip.nth(4).click()
    expect(shown.part("figure .gtitle")).to_have_text("Place 4: what each layer would say")
    final = page.evaluate("document.querySelector('#len-figure .pg-plot').data[0].text.at(-1)[0]")
    expect(shown.part("rising .legendtext").first).to_have_text(f"last layer's choice: {final}")
    strip.nth(0).wait_for()
    assert strip.nth(0).is_disabled()


def test_a_blank_is_read_from_both_sides_and_from_the_left(page: Page, app_url: str) -> None:
    shown = Tab(page, app_url, "attention_sides", "sid")
    words = shown.part("strip .pg-token")
    shown.part("text textarea").fill("The captain steered the ship into the harbour.")
    expect(words).to_have_count(8)
    words.nth(4).click()
    expect(words.nth(4)).to_have_class(re.compile("pg-picked"))
    expect(words.nth(5)).to_have_class(re.compile("pg-unseen"))
    assert words.nth(0).is_disabled()  # nothing stands before it
    # GPT's mask is a triangle, BERT's is full.
    full, half = page.evaluate(_MASKS)
    assert all(all(row) for row in full)
    assert all(bool(value) == (column <= row) for row, line in enumerate(half) for column, value in enumerate(line))
    expect(shown.part("table")).to_contain_text("32,000 words")
    shown.part("text textarea").fill("Harbour")
    expect(shown.notice).to_have_count(1)


def test_published_scores_and_errata(page: Page, app_url: str) -> None:
    shown = Tab(page, app_url, "attention_published", "big")
    expect(shown.part("errata .pg-erratum")).to_have_count(6)
    expect(shown.part("errata")).to_contain_text("9,000 parameters instead of 50,000")
    shown.part("board").get_by_label("BERT and ALBERT: RACE").click()
    expect(shown.part("figure .gtitle")).to_have_text("RACE: accuracy in %")
    expect(shown.part("source")).to_contain_text("Lan et al. 2020")


def test_text_becomes_tokens_in_two_languages(page: Page, app_url: str) -> None:
    shown = Tab(page, app_url, "inputs", "tok")
    shown.part("text textarea").fill("Unbelievable cafe\u0301s 😀")
    shown.part("second textarea").fill("한국어")
    columns = shown.part("rows .pg-aligned").first.locator(":scope > div:not(.pg-heads)")  # below: a second one
    surfaces = "(all) => all.map((one) => one.firstChild.textContent).filter((text) => text !== '·')"
    expect(columns.filter(has_text="😀")).to_have_count(1)
    expect(columns.filter(has_text="국")).to_have_count(1)
    assert "".join(columns.evaluate_all(surfaces)) == "Unbelievablecafe\u0301s😀한국어"
    expect(shown.part("rows .pg-cut").first).to_be_visible()
    expect(shown.part("notice")).to_contain_text("[UNK]")


def test_rows_of_a_token_and_the_way_through_the_sub_tabs(page: Page, app_url: str) -> None:
    shown = Tab(page, app_url, "inputs_embeddings", "emb", "rows")
    shown.part("strip .pg-token").nth(0).click()
    expect(shown.part("rows .gtitle")).to_contain_text("[CLS]")
    expect(shown.part("said")).to_contain_text("row 101 of the token table")
    expect(shown.part("said")).to_contain_text("it is ignored")
    choose(page, texts("en")["pg_sub_inputs_tasks"])
    expect(page.locator("#tsk-figure .main-svg").first).to_be_visible()
    reads = page.locator("#tsk-gpt .pg-read")
    expect(reads).to_have_count(2)
    page.locator("#tsk-task").get_by_label("multiple choice").click()
    expect(page.locator("#tsk-bert .pg-sequence")).to_have_count(2)
    page.locator("#tsk-options textarea").fill("one\ntwo\nthree")
    expect(page.locator("#tsk-bert .pg-sequence")).to_have_count(3)
    choose(page, texts("en")["pg_sub_inputs_residual"])
    expect(page.locator("#res-figure .main-svg").first).to_be_visible()
    box = page.locator("#res-layers input[type=number]")
    box.fill("4")
    box.press("Enter")
    expect(page.locator("#res-said")).to_contain_text("N = 8 additions, 1/√N = 0.354")
