"""Few-shot prompting as a visitor sees it: prompts and bars that follow the shots, a text that streams, the curve."""

import re
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground.messages import texts
from playground.runs import to_link
from tests.browser.experiment import choose, long_run

pytestmark = pytest.mark.browser

_ENDED = 120_000  # ms: a busy machine
_BARS = "(id) => Array.from(document.querySelector(`#${id ?? 'fsh-figure'} .pg-plot`)._fullData[0].x)"
# Seconds from a click on the second button until the first can be pressed again, as the page's own clock has it: the
# test's way to the browser and back is not the visitor's.
_UNTIL_ENABLED = """async ([start, cancel]) => {
    const clicked = performance.now();
    document.querySelector(cancel).click();
    const waits = () => document.querySelector(start).disabled && performance.now() - clicked < 60000;
    while (waits()) await new Promise((soon) => setTimeout(soon, 10));
    return (performance.now() - clicked) / 1000;
}"""
# A click on Cancel is answered within a second, says the specification. Any answer of a server whose cores all compute
# something else (other tests, a training run) may take so many seconds more.
_WITHIN, _BUSY = 1.0, 2.0
_POINTS = "(id) => document.querySelector(`#${id} .pg-plot`)._fullData.reduce((sum, trace) => sum + trace.x.length, 0)"


class Shown:
    """The first sub-tab."""

    def __init__(self, page: Page, url: str, query: str = "") -> None:
        self.page = page
        page.goto(f"{url}/?tab=few_shot{query}")
        expect(page.locator("#fsh-figure .main-svg").first).to_be_visible()
        self.prompt = page.locator("#fsh-prompt")
        self.passage = page.locator("#fsh-prompt .pg-passage")
        self.marks = page.locator("#fsh-prompt mark")
        self.query = page.locator("#fsh-query textarea, #fsh-query input")
        self.notice = page.locator("#fsh-notice .pg-notice")
        self.rows = page.locator("#fsh-examples-table [role=row][data-index]")
        self.labels = page.locator("#fsh-labels textarea")

    def shots(self, value: str) -> None:
        box = self.page.locator("#fsh-shots input[type=number]")
        box.fill(value)
        box.press("Enter")

    def seed(self, value: str) -> None:
        box = self.page.locator("#fsh-seed input")
        box.fill(value)
        box.press("Enter")

    def go_on(self, name: str) -> None:
        """By the link to another experiment."""
        self.page.get_by_role("link", name=texts("en")[f"pg_fsh_to_{name}"], exact=True).click()

    def take_own(self, examples: int) -> None:
        """Make the examples on the screen one's own."""
        self.shots(str(examples))
        expect(self.marks).to_have_count(examples)
        self.open_own()
        self.page.locator("#fsh-take").click()
        expect(self.rows).to_have_count(examples)

    def open_own(self) -> None:
        self.page.get_by_role("button", name=texts("en")["pg_fsh_own"]).click()
        expect(self.labels).to_be_visible()


def _type(box: Locator, value: str) -> None:
    """Until it stays: a field in a fold that was just opened gets its first value a moment later."""
    for _ in range(20):
        box.fill(value)
        box.page.wait_for_timeout(150)
        if box.input_value() == value:
            return
    raise AssertionError(box.input_value())


def test_prompt_and_bars_follow_the_shots_and_the_task(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.shots("3")
    expect(shown.marks).to_have_count(3)
    bars = page.evaluate(_BARS)
    assert abs(sum(bars) - 1) < 0.01
    shown.shots("6")
    expect(shown.marks).to_have_count(6)
    page.wait_for_function(f"(before) => JSON.stringify(({_BARS})()) !== JSON.stringify(before)", arg=bars)
    before = shown.passage.text_content() or ""
    page.locator("#fsh-redraw").click()
    expect(shown.passage).not_to_have_text(before)
    expect(shown.marks).to_have_count(6)
    shown.shots("0")
    expect(shown.marks).to_have_count(0)
    expect(shown.prompt).to_contain_text(re.compile(r"with 0 examples: \d+ tokens of at most 1,024"))
    page.locator("#fsh-pattern label").nth(2).click()
    expect(shown.prompt).to_contain_text("=>")
    before = shown.query.input_value()
    page.locator("#fsh-other").click()
    expect(shown.query).not_to_have_value(before)
    expect(shown.prompt).to_contain_text(shown.query.input_value())
    page.locator("#fsh-calibrate input").check()
    expect(page.locator("#fsh-figure .legendtext").first).to_be_visible()


def test_examples_of_ones_own(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.take_own(4)
    expect(page.locator("#fsh-task input")).to_have_value(texts("en")["pg_fsh_task_own"])
    expect(shown.marks).to_have_count(4)
    page.locator("#fsh-delete").click()
    expect(shown.marks).to_have_count(3)
    *rows, query = (shown.passage.text_content() or "").split("\n\n")
    order = np.random.default_rng(2).permutation(3)
    assert len(rows) == 3 and list(order) != [0, 1, 2]
    shown.seed("2")
    page.locator("#fsh-shuffle").click()
    expect(shown.passage).to_have_text("\n\n".join([*(rows[place] for place in order), query]))
    page.locator("#fsh-add").click()
    expect(shown.rows).to_have_count(4)
    for value, said in (("good\ngood\nbad", "“good” stands 2 times"), ("부엌\n침실", "cannot read Korean")):
        _type(shown.labels, value)
        expect(shown.notice).to_contain_text(said)
    _type(shown.labels, "in\ninside")
    expect(shown.notice).to_contain_text("“inside” begins with “in”")
    expect(shown.marks).to_have_count(3)  # the row that was added is not edited yet


def test_labels_of_ones_own_for_the_examples_on_the_screen(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.shots("4")
    expect(shown.marks).to_have_count(4)
    shown.open_own()
    _type(shown.labels, "lovely\nawful")
    expect(page.locator("#fsh-task input")).to_have_value(texts("en")["pg_fsh_task_own"])
    expect(page.locator("#fsh-figure .ytick text").filter(has_text="awful")).to_have_count(1)
    expect(shown.marks).to_have_count(4)


def test_a_prompt_is_continued_in_the_next_experiment(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.shots("2")
    expect(shown.marks).to_have_count(2)
    prompt = shown.passage.text_content() or ""
    shown.go_on("generation")
    expect(page.locator("#fgn-text textarea")).to_have_value(prompt)
    expect(page.locator("#fgn-stops textarea, #fgn-stops input")).to_have_value("\\n")
    expect(page.locator("#fgn-notice .pg-notice")).to_contain_text("press Start")
    page.locator("#few_shot_generation-start").click()
    expect(page.locator("#fgn-written")).to_contain_text(prompt.splitlines()[0])  # no more the stored run
    ended = re.compile("A stop string came after|tokens were asked for")
    expect(page.locator("#fgn-written .pg-small")).to_have_text(ended, timeout=_ENDED)
    assert "\n" not in (page.locator("#fgn-written mark").text_content() or "")
    stopped = "A stop" in (page.locator("#fgn-written .pg-small").text_content() or "")
    unseen = expect(page.locator("#fgn-strip .pg-token.pg-unseen"))  # drawn a moment after the text
    unseen.not_to_have_count(0) if stopped else unseen.to_have_count(0)


def test_each_example_of_ones_own_is_left_out(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.take_own(4)
    page.locator("#fsh-delete").click()
    expect(shown.marks).to_have_count(3)
    shown.go_on("leave_out")
    expect(page.locator("#flo-task input")).to_have_value(texts("en")["pg_fsh_task_own"])
    expect(page.locator("#flo-figure .main-svg").first).to_be_visible()
    page.wait_for_function(f"() => ({_BARS})('flo-figure').length === 3")
    bars = page.evaluate(_BARS, "flo-figure")
    page.locator("#flo-query textarea, #flo-query input").fill("A lovely day.")
    changed = f"(before) => JSON.stringify(({_BARS})('flo-figure')) !== JSON.stringify(before)"
    page.wait_for_function(changed, arg=bars)
    assert len(page.evaluate(_BARS, "flo-figure")) == 3


def test_what_cannot_be_asked_is_one_sentence(page: Page, app_url: str) -> None:
    shown = Shown(page, app_url)
    shown.query.fill("  ")
    expect(shown.notice).to_contain_text("There is no query")
    shown.query.fill("word " * 2000)
    expect(shown.notice).to_contain_text("reads at most 1,024: shorten it")
    shown.query.fill("A lovely day.")
    expect(shown.prompt).to_contain_text("A lovely day.")
    expect(shown.notice).to_have_count(0)
    # The box holds whatever is typed: it is moved to the nearest number that is offered.
    shown.shots("33")
    expect(shown.prompt).to_contain_text("with 32 examples")
    expect(shown.notice).to_have_count(0)
    expect(page.locator(".toast-wrap")).to_have_text("")


def test_an_example_that_is_too_long_is_one_sentence(page: Page, app_url: str) -> None:
    examples = [{"input": "a plate", "label": "kitchen"}, {"input": "word " * 2000, "label": "bedroom"}]
    link = to_link("few_shot", {"query": "a spoon", "examples": examples})
    assert link is not None
    shown = Shown(page, app_url, "&" + urlencode({"v": link["v"], "run": link["run"]}))
    expect(shown.notice).to_contain_text("Example 2 alone has")
    expect(shown.notice).to_contain_text("reads at most 1,024: shorten it")


def test_what_a_link_asks_for_stays_on_the_screen(page: Page, app_url: str) -> None:
    """Its fields are filled one after the other, and each that is typed in asks when it changes."""
    link = to_link("few_shot", {"query": "Germany", "task": "capital", "shots": 2, "seed": 5})
    assert link is not None
    shown = Shown(page, app_url, "&" + urlencode(link))
    expect(shown.query).to_have_value("Germany")
    expect(shown.marks).to_have_count(2)
    page.wait_for_timeout(1500)  # an answer to a half-filled form would be here by now
    expect(shown.marks).to_have_count(2)
    expect(shown.prompt).to_contain_text("Input: Germany")
    expect(page.locator("#fsh-figure .ytick text").filter(has_text="Berlin")).to_have_count(1)


def test_a_text_streams_and_is_cancelled_within_a_second(page: Page, app_url: str) -> None:
    Shown(page, app_url)
    choose(page, texts("en")["pg_sub_few_shot_generation"])
    expect(page.locator("#fgn-figure .main-svg").first).to_be_visible()
    count = page.locator("#fgn-count input[type=number]")
    count.fill("200")
    count.press("Enter")
    page.locator("#fgn-text textarea").fill("The old man")
    tokens, start, cancel = (
        page.locator(one)
        for one in ("#fgn-strip .pg-token", "#few_shot_generation-start", "#few_shot_generation-cancel")
    )
    start.click()
    expect(page.locator("#fgn-written")).to_contain_text("tokens so far", timeout=_ENDED)
    expect(cancel).to_be_enabled()
    took = page.evaluate(_UNTIL_ENABLED, ["#few_shot_generation-start", "#few_shot_generation-cancel"])
    expect(page.locator("#fgn-notice .pg-notice")).to_contain_text("Cancelled at")
    there = tokens.count()
    assert took < _WITHIN + _BUSY and 0 < there < 200, (took, there)
    tokens.nth(0).click()
    expect(page.locator("#fgn-others .bars .point").first).to_be_attached()


def test_a_chosen_token_shows_its_alternatives(page: Page, app_url: str) -> None:
    Shown(page, app_url)
    choose(page, texts("en")["pg_sub_few_shot_surprisal"])
    page.locator("#fsu-text textarea").fill("She walked to the river with her dog.")
    tokens = page.locator("#fsu-strip .pg-token")
    expect(tokens.filter(has_text="river")).to_have_count(1)
    title = page.locator("#fsu-others .gtitle")
    before = title.text_content() or ""
    tokens.nth(0).click()
    expect(page.locator("#fsu-strip .pg-token.pg-picked")).to_have_count(1)
    tokens.nth(1).click()
    expect(title).not_to_have_text(before)
    expect(page.locator("#fsu-facts")).to_contain_text("Perplexity")


def test_the_curve_grows_and_can_be_cancelled(page: Page, app_url: str) -> None:
    Shown(page, app_url)
    start, cancel = long_run(page, "few_shot_curve", "fcv")
    for name, value in (("draws", "8"), ("orders", "4"), ("queries", "64")):
        box = page.locator(f"#fcv-{name} input[type=number]")
        box.fill(value)
        box.press("Enter")
    start.click()
    expect(page.locator("#fcv-figure .gtitle")).to_contain_text("64 queries", timeout=_ENDED)
    # Four are the ends of the lines of chance and majority.
    page.wait_for_function(f"() => ({_POINTS})('fcv-figure') > 4", timeout=_ENDED)
    cancel.click()
    expect(start).to_be_enabled(timeout=_ENDED)
    expect(page.locator("#fcv-notice .pg-notice")).to_contain_text("Cancelled at")
    assert page.evaluate(_POINTS, "fcv-figure") > 4
