"""`python -m tests.browser.screenshots [FOLDER]` takes one picture of each tab, as README.md shows them."""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from playground.demos import ALL
from playground.paths import ASSETS
from tests.browser.conftest import ARGUMENTS
from tests.browser.tab import DRAWN
from tests.server import running

MAX_BYTES = 200 * 1024


def compressed(png: bytes) -> bytes:
    """The picture with as many colours, up to 256, as fit into MAX_BYTES."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colors in (256, 128, 64, 32):
        out = io.BytesIO()
        picture.quantize(colors, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < MAX_BYTES:
            return out.getvalue()
    raise ValueError(f"{out.tell():,} bytes with {colors} colours; at most {MAX_BYTES:,} are wanted")


def main(folder: Path) -> None:
    """Start the app, open every tab in light and English at 1440x900, and store its picture."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with running() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
        for demo in ALL:
            page = context.new_page()
            page.goto(f"{address}/?tab={demo.name}&__theme=light")
            page.wait_for_function(DRAWN)
            page.evaluate("document.fonts.ready")
            path = folder / f"{demo.name}.png"
            path.write_bytes(compressed(page.screenshot()))
            print(f"{path}: {path.stat().st_size / 1024:.0f} KB")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ASSETS / "screenshots")
