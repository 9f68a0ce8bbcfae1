"""Fixtures: the running app, and a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import running

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ["HF_HUB_OFFLINE"] = "1"

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INSTALL = "no Chromium was found: `apt-get install chromium fonts-noto-cjk`, or set CHROMIUM to its path"
CORPORA = Path(os.environ.get("PLAYGROUND_CORPORA", Path(__file__).resolve().parents[2] / "shared" / "corpora"))


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The real app, started by its entry point, with no network to rely on."""
    with running() as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(_INSTALL)
        pytest.skip(_INSTALL)
    return found


@pytest.fixture(scope="session")
def corpora() -> Path:
    if not CORPORA.is_dir():
        pytest.skip(f"no corpora at {CORPORA}: set PLAYGROUND_CORPORA to run what needs them")
    return CORPORA
