"""What every tab's page object begins with: the page is open and its figure drawn."""

from playwright.sync_api import Locator, Page, expect

# The page has heard from the server, and every figure in sight is drawn.
DRAWN = """() => performance.getEntriesByType('resource').some((entry) => entry.name.includes('/queue/data'))
    && [...document.querySelectorAll('.pg-plot')].every(
        (plot) => !plot.offsetWidth || plot.querySelector('.main-svg'))"""


class Tab:
    """`prefix` begins the ids of its elements."""

    def __init__(self, page: Page, url: str, name: str, prefix: str, figure: str = "figure", query: str = "") -> None:
        self.page, self.prefix = page, prefix
        page.goto(f"{url}/?tab={name}{query}")
        expect(self.part(f"{figure} .main-svg").first).to_be_visible()
        self.notice = self.part("notice .pg-notice")

    def part(self, selector: str) -> Locator:
        """`selector` without the `#prefix-` that it begins with."""
        return self.page.locator(f"#{self.prefix}-{selector}")

    def sets(self, name: str, value: float) -> None:
        """Type into a number box, and say that it is done."""
        box = self.part(f"{name} input[type=number]")
        box.fill(str(value))
        box.press("Enter")
