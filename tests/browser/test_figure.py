"""The Figure component: stays mounted, shows markup as text, follows theme and size, reports clicks."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.figure_app import TOKENS, UPDATES
from tests.browser.figure_mounted import PATH
from tests.server import ROOT, running

pytestmark = pytest.mark.browser

# Observers that watch a plot's size or the page's class, while they do.
_OBSERVERS = """
window.watching = new Set();
for (const name of ['MutationObserver', 'ResizeObserver']) {
    window[name] = class extends window[name] {
        observe(target, options) {
            super.observe(target, options);
            const classes = String(options?.attributeFilter) === 'class' && target === document.body;
            if (classes || target.classList?.contains('pg-plot')) window.watching.add(this);
        }
        disconnect() {
            super.disconnect();
            window.watching.delete(this);
        }
    };
}
"""
_WIDTHS = """(id) => {
    const plot = document.querySelector(`#${id} .pg-plot`);
    return [plot.offsetWidth, plot._fullLayout.width, Number(plot.querySelector('.main-svg').getAttribute('width'))];
}"""
_FITS = """(id) => {
    const plot = document.querySelector(`#${id} .pg-plot`);
    return plot.offsetWidth > 0 && Math.abs(plot._fullLayout.width - plot.offsetWidth) <= 1;
}"""


@pytest.fixture(scope="module")
def figures_url() -> Iterator[str]:
    with running("tests/browser/figure_app.py", PYTHONPATH=str(ROOT)) as address:
        yield address


def _open(page: Page, url: str) -> Any:
    page.goto(url)
    expect(page.locator("#first .barlayer .point")).to_have_count(4)
    return page.locator("#first .pg-plot")


def test_updates_redraw_without_a_remount(page: Page, figures_url: str) -> None:
    """The element, Plotly's drawing in it and a mark on it outlive 200 streamed updates, with no flicker."""
    plot = _open(page, figures_url)
    page.evaluate("""() => {
        const plot = document.querySelector('#first .pg-plot');
        plot.mark = 'kept';
        window.kept = { plot, svg: plot.querySelector('.main-svg'), redraws: 0, empty: 0 };
        plot.on('plotly_afterplot', () => (window.kept.redraws += 1));
        new MutationObserver(() => {
            if (!plot.querySelector('.main-svg .barlayer .point')) window.kept.empty += 1;
        }).observe(plot, { childList: true });
    }""")
    page.get_by_role("button", name="Stream").click()
    expect(plot.locator(".gtitle")).to_have_text(f"Update {UPDATES}", timeout=30_000)
    assert page.evaluate("document.querySelector('#first .pg-plot').mark") == "kept"
    assert page.evaluate("document.querySelector('#first .pg-plot') === window.kept.plot")
    assert page.evaluate("document.querySelector('#first .main-svg') === window.kept.svg")
    assert page.evaluate("document.querySelectorAll('#first .plot-container').length") == 1
    assert page.evaluate("window.kept.empty") == 0
    assert page.evaluate("window.kept.redraws") >= UPDATES // 4  # updates that come within one frame are drawn once
    values = page.evaluate("document.querySelector('#first .pg-plot').data[0].x")
    assert values == [1.0 + (UPDATES * place) % 7 for place in range(4)]


def test_tokens_that_look_like_markup_are_text(page: Page, figures_url: str) -> None:
    plot = _open(page, figures_url)
    expect(plot.locator(".ytick text")).to_have_text(TOKENS)
    assert page.evaluate("""[...document.querySelectorAll('#first .ytick tspan')].length""") == 0
    # What is not escaped is markup to Plotly: the escaping above is what makes the difference.
    page.evaluate("Plotly.relayout(document.querySelector('#first .pg-plot'), { 'yaxis.ticktext[1]': '<b>bold</b>' })")
    expect(plot.locator(".ytick text").nth(1)).to_have_text("bold")


def test_dark_mode_recolours_in_place(page: Page, figures_url: str) -> None:
    plot = _open(page, figures_url)
    color = "document.querySelector('#first .pg-plot')._fullLayout.font.color"
    light = page.evaluate(color)
    page.evaluate("window.svg = document.querySelector('#first .main-svg')")
    page.evaluate("document.body.classList.add('dark')")
    page.wait_for_function(f"{color} !== '{light}'")
    dark = page.evaluate(color)
    assert dark == page.evaluate("getComputedStyle(document.body).getPropertyValue('--body-text-color').trim()")
    expect(plot.locator(".barlayer .point")).to_have_count(4)
    page.evaluate("document.body.classList.remove('dark')")
    page.wait_for_function(f"{color} === '{light}'")
    assert page.evaluate("window.svg === document.querySelector('#first .main-svg')")


def test_a_figure_resized_while_hidden_fits_when_shown(page: Page, figures_url: str) -> None:
    _open(page, figures_url)
    page.get_by_role("tab", name="Two").click()
    page.wait_for_function(_FITS, arg="second")  # hidden when it was first drawn
    wide = page.evaluate(_WIDTHS, "second")
    assert len(set(map(round, wide))) == 1
    page.set_viewport_size({"width": 700, "height": 900})
    page.get_by_role("tab", name="One").click()
    page.wait_for_function(_FITS, arg="first")
    narrow = page.evaluate(_WIDTHS, "first")
    assert narrow[0] < 700 < wide[0] and len(set(map(round, narrow))) == 1


def test_a_click_on_a_bar_reports_it(page: Page, figures_url: str) -> None:
    plot = _open(page, figures_url)
    clicked = page.get_by_label("Clicked")
    for place, name in ((2, "r"), (0, "p")):
        box = plot.locator(".barlayer .point").nth(place).bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(clicked).to_have_value(f"[0, {place}] {name}")


def test_nothing_is_watched_for_a_figure_that_is_gone(page: Page, figures_url: str) -> None:
    page.add_init_script(_OBSERVERS)
    _open(page, figures_url)
    before = page.evaluate("window.watching.size")
    assert before >= 2  # theme and size
    page.evaluate("window.gone = document.querySelector('#first .pg-plot')")
    page.get_by_role("button", name="Hide").click()
    expect(page.locator("#first .pg-plot")).to_have_count(0)
    page.wait_for_function("(size) => window.watching.size === size", arg=before - 2)
    page.evaluate("document.body.classList.toggle('dark')")
    assert page.evaluate("window.gone.isConnected === false && !window.gone._fullLayout?._plots")


def test_mounted_under_a_sub_path(page: Page) -> None:
    """The plotting library is found beside the page, and updates arrive."""
    with running("tests/browser/figure_mounted.py", PYTHONPATH=str(ROOT)) as address:
        plot = _open(page, f"{address}{PATH}/")
        source = page.locator("script[src*='plotly.min.js']").first.evaluate("(script) => script.src")
        assert source.startswith(f"{address}{PATH}/gradio_api/file=")
        page.get_by_role("button", name="Stream").click()
        expect(plot.locator(".gtitle")).to_have_text(f"Update {UPDATES}", timeout=30_000)
