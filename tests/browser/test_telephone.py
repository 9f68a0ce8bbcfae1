"""Every experiment on a telephone: drawn, in Korean, and nothing is wider than the screen."""

import pytest
from playwright.sync_api import expect

from playground.demo import Demo
from playground.demos import EVERY
from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.tab import DRAWN

pytestmark = pytest.mark.browser

_PLOTS = "() => [...document.querySelectorAll('.pg-plot')].filter((plot) => plot.offsetWidth).length"
_PLOTLESS = {"squad_many"}  # a table


@pytest.mark.parametrize("demo", EVERY, ids=lambda demo: demo.name)
def test_a_telephone_shows_all_of_it(new_page: NewPage, app_url: str, demo: Demo) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"{app_url}/?tab={demo.name}&lang=ko&__theme=dark")
    expect(page.locator(f"#pg-status [data-of={demo.name}]")).to_be_visible()
    page.wait_for_function(DRAWN)
    assert (page.evaluate(_PLOTS) > 0) == (demo.name not in _PLOTLESS)
    for part in ("document.documentElement", "document.body"):
        assert page.evaluate(f"{part}.scrollWidth") <= 390
    label = texts("ko").get(f"pg_sub_{demo.name}", texts("ko").get(f"pg_tab_{demo.name}"))
    expect(page.get_by_role("tab", name=label, exact=True, selected=True)).to_be_visible()
