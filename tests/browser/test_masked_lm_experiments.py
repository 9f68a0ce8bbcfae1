"""The further experiments of Masked LM: looked at, changed, spoilt and mended, and passed on, in both languages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.experiment import NAMES, Experiment, choose
from tests.browser.screen import Screen, answered, link

pytestmark = pytest.mark.browser

_FRESH = re.compile(r"^\s*(bert-mini|no model|모델 없음) · \S.* m?s\s*$")
_STORED = {"en": "stored run: ", "ko": "저장된 기록: "}
_OTHER = {"en": ("ko", "한국어"), "ko": ("en", "English")}
_ASKED = """() => performance.getEntriesByType('resource').filter(
    (entry) => /\\/(queue\\/join|run\\/predict)/.test(entry.name)).length"""

Change = Callable[[Experiment, str], None]


def _again(shown: Experiment, language: str) -> None:
    shown.changes(shown.again.click)


def _recipe(name: str) -> Change:
    def change(shown: Experiment, language: str) -> None:
        shown.changes(shown.recipes.filter(has_text=name).click)

    return change


def _text(text: str) -> Change:
    """Empty the box, which the page complains about, and fill it again."""

    def change(shown: Experiment, language: str) -> None:
        before = shown.packed()
        shown.text.fill("")
        expect(shown.notice).to_have_text(texts(language)["pg_err_empty"])
        shown.dimmed(True)
        assert shown.packed() == before
        shown.changes(lambda: shown.text.fill(text))
        expect(shown.notice).to_have_count(0)
        shown.dimmed(False)

    return change


# What is done in the language that it is looked at first, and then in the other.
CHANGES: dict[str, tuple[Change, Change]] = {
    "corruption": (_again, _text("The dog chased the cat over the roof.")),
    "audit": (_recipe("Hugging Face"), _again),
    "surprise": (_text("He put the milk into the volcano."), _text("The dog chased the moon.")),
    "visible": (_text("Birds can fly, fish can swim."), _text("The cat sat on the mat.")),
}


def _is_stored(shown: Experiment, number: int = 1) -> None:
    """The picture is that of the stored example, and so are table and strip."""
    result = shown.stored(number)["result"]
    data = shown.data()
    match shown.name:
        case "corruption":
            expect(shown.tokens).to_have_count(len(result["tokens"]))
            assert [int(row[0]) for row in shown.cells()] == [chosen["position"] for chosen in result["chosen"]]
        case "audit":
            assert data[0]["y"] == [bar["draws"] for bar in result["histogram"]]
        case "sweep":
            assert data[1]["y"] == [point["accuracy"] for point in result["points"]]
        case "surprise":
            bits = [value for row in data[0]["z"] for value in row if value is not None]
            assert bits == [one["surprisal"] for one in result["surprises"]]
        case "visible":
            assert data[1]["x"] == [one["masked"] for one in result["compared"]]
    shown.agrees()


def _numbers(shown: Experiment) -> list[Any]:
    """The data but for its labels."""
    axes = [[trace.get(axis, []) for axis in "xyz"] for trace in shown.data()]
    return [[value for axis in trace for value in axis if not isinstance(value, str)] for trace in axes]


def _in(language: str, shown: Experiment) -> None:
    """The figure's words are in that language."""
    korean = re.compile("[가-힣]")
    if language == "ko":
        expect(shown.plot).to_contain_text(korean)
    else:
        expect(shown.plot).not_to_contain_text(korean)


@pytest.mark.parametrize("names", [("corruption", "surprise"), ("audit", "visible")], ids=" and ".join)
def test_experiments_in_both_languages(page: Page, app_url: str, names: tuple[str, ...]) -> None:
    """Stored picture, another one; the switch of the language, which opens its link, keeps it; and on from there."""
    Screen(page, app_url).open()
    language = "en"
    for name in names:
        change, change_after = CHANGES[name]
        shown = Experiment(page, name).look(language)
        _is_stored(shown)
        _in(language, shown)
        expect(shown.status).to_contain_text(_STORED[language])
        assert shown.asked() == {}

        change(shown, language)
        shown.is_asked()
        shown.agrees()
        expect(shown.status).to_have_text(_FRESH)

        asked, numbers, text = shown.asked(), _numbers(shown), shown.text.count() and shown.text.input_value()
        language, button = _OTHER[language]
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"**lang={language}*")
        _in(language, shown.drawn())
        assert shown.asked() == asked and _numbers(shown) == numbers
        assert not text or shown.text.input_value() == text == asked["text"]
        expect(shown.status).to_have_text(_FRESH)

        change_after(shown, language)
        _in(language, shown)
        shown.agrees()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_telephone_shows_every_experiment(new_page: NewPage, app_url: str, language: str) -> None:
    """Each can be reached, its examples are drawn, and nothing is wider than the screen."""
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    Screen(page, app_url).open(f"?lang={language}")
    for name in NAMES:
        shown = Experiment(page, name).look(language)
        _is_stored(shown)
        _in(language, shown)
        expect(shown.status).to_contain_text(_STORED[language])
        for part in ("document.documentElement", "document.body"):
            assert page.evaluate(f"{part}.scrollWidth") <= 390, name
        if language == "en":
            _another_example(shown)
    choose(page, texts(language)["pg_sub_masked_lm"])
    expect(page.locator("#mlm-figure .main-svg").first).to_be_visible()


def _another_example(shown: Experiment) -> None:
    """It fills the fields, and is still called a stored run when the server has heard of their change."""
    stored = shown.stored(2)
    if shown.name in ("surprise", "visible"):
        with answered(shown.page):
            shown.changes(shown.examples.nth(1).click)
    else:  # the fields that have changed are not heard of, or are the same as before
        shown.changes(shown.examples.nth(1).click)
    shown.is_asked()
    _is_stored(shown, 2)
    assert shown.asked() == stored["request"]
    if "text" in stored["request"]:
        expect(shown.text).to_have_value(stored["request"]["text"])
    expect(shown.status).to_contain_text(_STORED["en"])


def _quiet(page: Page) -> int:
    """The number of requests when for a second there was no new one: a page asks for long runs of before."""
    asked = [page.evaluate(_ASKED)]
    while len(asked) < 6 or asked[-1] != asked[-6]:
        page.wait_for_timeout(200)
        asked.append(page.evaluate(_ASKED))
    return int(asked[-1])


def test_only_what_is_looked_at_is_asked_for_and_speaks(page: Page, app_url: str) -> None:
    """A late answer changes neither the address nor the status line of what is looked at by then."""
    Screen(page, app_url).open()
    before = _quiet(page)
    assert page.locator("#cor-figure, #aud-figure, #swp-figure, #sur-figure, #vis-figure").count() == 0
    page.wait_for_timeout(300)
    assert page.evaluate(_ASKED) == before
    left = Experiment(page, "surprise").look()
    assert page.evaluate(_ASKED) == before + 1

    shown, stored = Experiment(page, "audit"), left.packed()
    with answered(page):
        left.text.fill("The dog chased the moon over the quiet little town, and nobody knew why it ran away.")
        shown.look()
    page.wait_for_timeout(300)
    expect(shown.status).to_contain_text("no model")
    assert shown.asked() == {}
    left.look()
    left.is_asked()
    assert left.packed() != stored and left.asked()["text"].startswith("The dog chased")
    expect(left.status).to_have_text(_FRESH)


def test_a_link_that_cannot_be_followed_leaves_the_example(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/{link({'text': ' '}, 'masked_lm_visible')}")
    shown = Experiment(page, "visible").drawn()
    expect(shown.notice).to_contain_text("The link could not be followed: There is nothing to read")
    _is_stored(shown)
