"""The sweep, which takes a while: progress, Cancel, a reload on the way, and what goes on beside it."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.experiment import Experiment, choose
from tests.browser.screen import Screen, link

pytestmark = pytest.mark.browser

_LONG = "The little boy took his dog to the park every morning before school, and nobody knew why. " * 7
_ENDED = 60_000  # ms: a busy machine
# The numbers of points that the curve had.
_WATCH = """() => {
    const plot = document.querySelector('#swp-figure .pg-plot');
    window.seen = [];
    plot.on('plotly_afterplot', () => window.seen.push(plot.data[1].x.length));
}"""
_SHOWS = """(accuracies) => JSON.stringify(accuracies) ===
    JSON.stringify(Array.from(document.querySelector('#swp-figure .pg-plot').data[1].y))"""
_POINTS = "document.querySelector('#swp-figure .pg-plot').data[1].x.length"


def _sweep(page: Page, url: str) -> Experiment:
    Screen(page, url).open()
    return Experiment(page, "sweep").look()


def _draws(shown: Experiment, number: int) -> None:
    box = shown.page.locator("#swp-draws input[type=number]")
    box.fill(str(number))
    box.press("Enter")


def _points(shown: Experiment, test: str) -> int:
    """Wait until the number of points on the curve passes the test, and say how many they are."""
    return int(shown.page.wait_for_function(f"() => {_POINTS} {test} && {_POINTS}", timeout=_ENDED).json_value())


def _is_idle(shown: Experiment) -> None:
    expect(shown.start).to_be_enabled(timeout=_ENDED)
    expect(shown.cancel).to_be_disabled()
    expect(shown.progress).to_be_hidden()


def _anew(shown: Experiment) -> Experiment:
    """Close the page and open its address again. (Gradio calls the stream that a reload breaks an error.)"""
    page = shown.page.context.new_page()
    page.goto(shown.page.url)
    shown.page.close()
    return Experiment(page, "sweep")


def test_a_sweep_grows_to_its_end_and_is_kept_in_the_other_language(page: Page, app_url: str) -> None:
    shown = _sweep(page, app_url)
    shown.text.fill("")
    shown.start.click()
    expect(shown.notice).to_have_text("There is nothing to read: type a sentence.")
    shown.dimmed(True)

    text = "The dog slept in front of the fire for the rest of the day. " * 4
    shown.text.fill(text)
    page.evaluate(_WATCH)
    shown.start.click()
    expect(shown.progress).to_have_text(re.compile(r"Working: \d+ of 80"))
    expect(shown.start).to_be_disabled()
    _is_idle(shown)
    _points(shown, "== 10")
    seen = [number for number in page.evaluate("window.seen") if number]
    while seen[0] == 10:  # the stored curve
        seen.pop(0)
    assert len(set(seen)) >= 3 and seen == sorted(seen), seen
    shown.dimmed(False)
    expect(shown.notice).to_have_count(0)
    shown.agrees()
    assert len(shown.cells()) == 10
    expect(shown.status).not_to_contain_text("stored")
    assert (shown.asked()["text"], shown.asked()["draws"]) == (text, 8)

    curve = shown.data()
    page.get_by_role("button", name="한국어").click()
    page.wait_for_url("**lang=ko*")
    expect(shown.drawn().plot).to_contain_text("정확도")
    page.wait_for_function(_SHOWS, arg=curve[1]["y"])  # the stored curve is there until the run is found again
    assert [trace["y"] for trace in shown.data()] == [trace["y"] for trace in curve]
    expect(shown.text).to_have_value(shown.asked()["text"])
    shown.dimmed(False)
    _draws(shown, 2)
    shown.start.click()
    expect(shown.progress).to_have_text(re.compile(r"진행 중: 20 중 \d+"))
    _is_idle(shown)
    assert _points(shown, "== 10")
    shown.agrees()


def test_a_cancelled_sweep_says_how_far_it_came(page: Page, app_url: str) -> None:
    shown = _sweep(page, app_url)
    shown.text.fill(_LONG)
    _draws(shown, 32)
    shown.start.click()
    _points(shown, "== 1")
    shown.cancel.click()
    _is_idle(shown)
    said = re.fullmatch(r"Cancelled at (\d+) of 320: what is shown is .*", shown.notice.inner_text())
    assert said and 0 < int(said[1]) < 320
    assert _points(shown, "< 10") == len(shown.cells()) == int(said[1]) // 32
    shown.text.fill("The cat sat on the mat.")
    _draws(shown, 2)
    shown.start.click()
    _points(shown, "== 10")
    _is_idle(shown)
    expect(shown.notice).to_have_count(0)
    shown.agrees()


def test_a_run_goes_on_beside_everything_else_and_outlives_its_page(new_page: NewPage, app_url: str) -> None:
    """The first sub-tab answers quickly, another visitor sees nothing of it, and a page that comes back finds it."""
    shown, other = _sweep(new_page(), app_url), Experiment(new_page(), "sweep")
    Screen(other.page, app_url).open()
    text = _LONG * 3  # still under way when a page has come back
    shown.text.fill(text)
    _draws(shown, 32)
    shown.start.click()
    _points(shown, "== 1")

    choose(shown.page, texts("en")["pg_sub_masked_lm"])
    screen = Screen(shown.page, app_url)
    waited: list[float] = []
    while len(waited) < 5 and min(waited, default=9) > 3:  # more than once where the machine is busy with other work
        started = time.monotonic()
        screen.text.fill("Snow is " + "very " * len(waited) + "[MASK].")
        screen.wait_hidden(3 + len(waited))
        waited.append(time.monotonic() - started)
    assert min(waited) < 3, waited
    typed = screen.text.input_value()
    shown.page.wait_for_url("**tab=masked_lm&*")
    expect(shown.status).to_be_visible()
    line, address = shown.status.inner_text(), shown.page.url

    other.page.reload()
    choose(other.page, texts("en")["pg_sub_masked_lm_sweep"])
    other.drawn()
    expect(other.start).to_be_enabled()
    expect(other.status).to_contain_text("stored run: ")
    assert (shown.status.inner_text(), shown.page.url) == (line, address)  # however far the run came meanwhile

    again = _anew(shown)
    screen = Screen(again.page, app_url)
    expect(screen.text).to_have_value(typed, timeout=15_000)
    again.look()
    expect(again.progress).to_have_text(re.compile(r"Working: \d+ of 320"))
    expect(again.text).to_have_value(text)  # the address spoke of another experiment
    assert _points(again, f"> {_points(again, '> 0')}") > 1
    again.cancel.click()
    _is_idle(again)
    expect(again.notice).to_contain_text("Cancelled at ")


def test_a_page_that_comes_back_sees_the_end(page: Page, app_url: str) -> None:
    shown = _sweep(page, app_url)
    example = shown.packed()  # with which a page opens, and which has ten points, too
    text = "The dog slept in front of the fire for the rest of the day. " * 4
    shown.text.fill(text)
    shown.start.click()
    _points(shown, "== 1")
    shown.is_asked()
    again = _anew(shown).drawn()
    again.changes_from(example)
    _points(again, "== 10")
    _is_idle(again)
    expect(again.notice).to_have_count(0)
    assert again.asked()["text"] == again.text.input_value() == text
    again.agrees()


def test_a_link_to_a_sweep_waits_for_start(page: Page, app_url: str) -> None:
    """The settings survive a look at another experiment, and Start runs them."""
    shown = Experiment(page, "sweep")
    page.goto(f"{app_url}/{link({'text': 'The cat sat on the mat.', 'draws': 3, 'seed': 7}, 'masked_lm_sweep')}")
    expect(shown.drawn().notice).to_have_text("The link's settings are filled in: press Start to run them.")
    shown.dimmed(True)
    Experiment(page, "surprise").look()
    shown.look()
    expect(shown.text).to_have_value("The cat sat on the mat.")
    expect(page.locator("#swp-draws input[type=number]")).to_have_value("3")
    before = page.url  # which speaks of the example that is still shown
    shown.start.click()
    page.wait_for_url(lambda url: url != before)
    shown.dimmed(False)
    _is_idle(shown)
    _points(shown, "== 10")
    assert (shown.asked()["draws"], shown.asked()["seed"]) == (3, 7)
