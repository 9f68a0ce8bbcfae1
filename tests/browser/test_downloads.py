"""A model from the Hub: how far its download is, what goes on meanwhile, and the answer when it is there."""

import re
from collections.abc import Iterator

import pytest
from huggingface_hub.constants import DOWNLOAD_CHUNK_SIZE
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.experiment import Experiment
from tests.browser.screen import Screen, link
from tests.hub_server import Hold, Hub
from tests.server import running
from tests.unit import tiny

pytestmark = pytest.mark.browser

_MODELS = {
    "distilbert/distilbert-base-uncased": "a visitor goes on",
    "google-bert/bert-base-uncased": "a link",
    "google-bert/bert-large-uncased": "a long run",
    "FacebookAI/roberta-base": "a server that goes away",
}
_HEAVY = 3 * DOWNLOAD_CHUNK_SIZE - 1_000_000  # bytes; progress is told once a chunk
_BERT_MINI = "bert-mini · 23M · en"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """All models are tiny, and have the vocabulary of `tiny`; a file of words that is never read makes them heavy."""
    root = tmp_path_factory.mktemp("hub")
    for model in _MODELS:
        tiny.save(root / model)
        (root / model / "merges.txt").write_bytes(b"#" * _HEAVY)
    with Hub(root) as hub:
        yield hub


@pytest.fixture(scope="module")
def hub_app(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = str(tmp_path_factory.mktemp("home"))
    settings = {"HF_HUB_OFFLINE": "0", "HF_HUB_DOWNLOAD_TIMEOUT": "60", "NO_PROXY": "127.0.0.1"}
    with running(HF_ENDPOINT=hub.address, HF_HOME=home, **settings) as address:
        yield address


def _held(hub: Hub, model: str) -> Hold:
    return hub.hold(f"{model}/merges.txt", DOWNLOAD_CHUNK_SIZE + 1000)


def _choose(page: Page, prefix: str, name: str) -> None:
    page.locator(f"#{prefix}-model input").click()
    page.get_by_role("option", name=name).click()


def _said(model: str) -> re.Pattern[str]:
    return re.compile(rf"Downloading {model}: 1\d of 3\d MB\.")


def test_a_visitor_goes_on_while_a_model_is_fetched(new_page: NewPage, hub: Hub, hub_app: str) -> None:
    model = "distilbert/distilbert-base-uncased"
    screen = Screen(page := new_page(), hub_app).open()
    screen.text.fill("The dog and the man.")
    screen.expect_tokens("the", "dog", "and", "the", "man", ".")
    screen.toggle(2)
    screen.wait_hidden(2)
    held = _held(hub, model)
    _choose(page, "mlm", model)
    expect(screen.notice).to_have_text(_said(model))

    # The lane is free: someone else, and the same visitor with another model, are answered.
    other = Screen(new_page(), hub_app).open()
    other.still_predicts("the cat sat on the")
    _choose(page, "mlm", _BERT_MINI)
    expect(screen.notice).to_have_count(0)
    screen.toggle(5)
    screen.wait_hidden(2, 5)
    page.wait_for_timeout(1000)
    expect(screen.notice).to_have_count(0)  # what was waited for is not asked for any more

    _choose(page, "mlm", model)
    expect(screen.notice).to_have_text(_said(model))
    held.release.set()
    expect(page.locator("#pg-status")).to_contain_text(model)
    expect(screen.notice).to_have_count(0)
    screen.wait_hidden(2, 5)
    assert sum(hub.got(model).values()) == len(hub.got(model)), "a file was fetched twice"


def test_a_link_waits_for_its_model(page: Page, hub: Hub, hub_app: str) -> None:
    model = "google-bert/bert-base-uncased"
    held = _held(hub, model)
    asked = {"text": "A man came home.", "model": model, "positions": [2]}
    screen = Screen(page, hub_app).open(link(asked) + "&lang=ko")
    expect(screen.notice).to_have_text(re.compile(rf"{model} 모델을 내려받고 있어요\. 3\dMB 중 1\dMB까지 왔어요"))
    expect(screen.text).to_have_value("A man came home.")
    held.release.set()
    screen.wait_hidden(2)
    assert screen.strip()[:4] == ["[CLS]", "a", "[MASK]", "came"]
    expect(screen.notice).to_have_count(0)
    expect(page.locator("#pg-status")).to_contain_text(model)


def test_a_long_run_begins_with_its_download(page: Page, hub: Hub, hub_app: str) -> None:
    model = "google-bert/bert-large-uncased"
    Screen(page, hub_app).open()
    shown = Experiment(page, "sweep").look()
    held = _held(hub, model)
    shown.text.fill("The man and the dog were great. " * 4)
    _choose(page, "swp", model)
    shown.start.click()
    expect(shown.progress).to_have_text(_said(model))
    shown.cancel.click()
    expect(shown.notice).to_have_text("It ended before it began: press Start to run it again.")
    expect(shown.start).to_be_enabled()
    shown.start.click()
    expect(shown.progress).to_have_text(_said(model))
    held.release.set()
    expect(shown.start).to_be_enabled()
    expect(shown.status).to_contain_text(model)
    expect(shown.notice).to_have_count(0)
    assert len(shown.cells()) == 10


def test_a_hub_that_goes_away_is_one_sentence(page: Page, hub: Hub, hub_app: str) -> None:
    model = "FacebookAI/roberta-base"
    Screen(page, hub_app).open()
    shown = Experiment(page, "surprise").look()
    _held(hub, model)
    _choose(page, "sur", model)
    expect(shown.notice).to_have_text(_said(model))
    hub.stop()
    expect(shown.notice).to_have_text(
        re.compile("cannot be reached: choose a bundled model|failed: try again, or choose a bundled model"),
        timeout=60_000,
    )
    _choose(page, "sur", _BERT_MINI)
    expect(shown.notice).to_have_count(0)
    hub.mend()
    hub.start()
    _choose(page, "sur", model)
    expect(shown.status).to_contain_text(model)
    expect(shown.notice).to_have_count(0)
