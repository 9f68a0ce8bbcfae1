"""The further experiments of Masked LM: each looked at, changed, spoilt and mended, passed on, and read in Korean."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from playground.messages import texts
from tests.browser.conftest import NewPage
from tests.browser.experiment import NAMES, Experiment, choose
from tests.browser.screen import Screen, link

pytestmark = pytest.mark.browser

_EMPTY = "There is nothing to read: type a sentence."
_FRESH = re.compile(r"^(bert-mini|no model|모델 없음) · .+ ms$")
_SENT = """() => performance.getEntriesByType('resource').filter(
    (entry) => /\\/(queue\\/join|run\\/predict)/.test(entry.name)).length"""


def _type(text: str) -> Callable[[Experiment], None]:
    return lambda shown: shown.text.fill(text)


def _recipe(name: str) -> Callable[[Experiment], None]:
    return lambda shown: (
        shown.page.get_by_role("tabpanel").get_by_label(re.compile(f"^{name}")).locator("visible=true").check()
    )


def _again(shown: Experiment) -> None:
    shown.again.click()


# What is done in English, and then in Korean.
CHANGES: dict[str, tuple[Callable[[Experiment], None], Callable[[Experiment], None]]] = {
    "corruption": (_again, _recipe("ELECTRA")),
    "audit": (_recipe("Hugging Face"), _again),
    "surprise": (_type("He put the milk back into the volcano."), _type("The dog chased the moon.")),
    "visible": (_type("Birds can fly, fish can swim."), _type("The cat sat on the mat.")),
}


def _is_stored(shown: Experiment, number: int = 1) -> None:
    """The picture is that of the stored example."""
    result = shown.stored(number)["result"]
    data = shown.data()
    match shown.name:
        case "corruption":
            assert shown.tokens.count() == len(result["tokens"])
            places = [int(row[0]) for row in shown.cells()]
            assert places == [chosen["position"] for chosen in result["chosen"]]
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


@pytest.mark.parametrize("name", CHANGES)
def test_an_experiment_is_looked_at_changed_and_passed_on(new_page: NewPage, app_url: str, name: str) -> None:
    """Stored picture, another one, its link on another page; then all of it in Korean, and changed there."""
    page, (change, change_in_korean) = new_page(), CHANGES[name]
    Screen(page, app_url).open()
    shown = Experiment(page, name).look()
    _is_stored(shown)
    expect(shown.status).to_contain_text("stored run: ")
    assert shown.asked() == {}

    shown.changes(lambda: change(shown))
    shown.is_asked()
    shown.agrees()
    expect(shown.status).to_have_text(_FRESH)
    other = Experiment(new_page(), name)
    other.page.goto(page.url)
    other.drawn().shows(shown.packed())
    assert other.cells() == shown.cells() and other.asked() == shown.asked()
    if shown.text.count():
        expect(other.text).to_have_value(shown.asked()["text"])

    page.get_by_role("button", name="한국어").click()
    page.wait_for_url("**lang=ko*")
    expect(shown.drawn().plot).to_contain_text(re.compile("[가-힣]"))
    assert shown.asked() == other.asked()
    assert [row[:1] for row in shown.cells()] == [row[:1] for row in other.cells()] or name == "audit"
    if name not in ("corruption", "audit"):  # whose labels are words
        assert [_numbers(trace) for trace in shown.data()] == [_numbers(trace) for trace in other.data()]
    shown.changes(lambda: change_in_korean(shown))
    expect(shown.plot).to_contain_text(re.compile("[가-힣]"))
    expect(shown.status).to_have_text(_FRESH)
    shown.agrees()


def _numbers(trace: dict[str, Any]) -> list[Any]:
    return [trace.get(axis) for axis in "xyz"]


def test_what_cannot_be_read_dims_the_picture_until_it_is_mended(page: Page, app_url: str) -> None:
    """On every sub-tab that has a text; the sweep reads it when it is started."""
    Screen(page, app_url).open()
    for name in ("corruption", "surprise", "visible"):
        shown = Experiment(page, name).look()
        before = shown.packed()
        shown.text.fill("")
        expect(shown.notice, name).to_have_text(_EMPTY)
        shown.dimmed(True)
        assert shown.packed() == before
        shown.changes(lambda shown=shown: shown.text.fill("The cat sat on the mat."))
        expect(shown.notice, name).to_have_count(0)
        shown.dimmed(False)
        shown.agrees()


def test_an_example_is_shown_with_its_fields_and_called_stored(page: Page, app_url: str) -> None:
    Screen(page, app_url).open()
    for name in NAMES:
        shown = Experiment(page, name).look()
        shown.changes(lambda shown=shown: shown.examples.nth(1).click())
        stored = shown.stored(2)
        shown.is_asked()
        _is_stored(shown, 2)
        assert shown.asked() == stored["request"]
        if "text" in stored["request"]:
            expect(shown.text).to_have_value(stored["request"]["text"])
    page.wait_for_timeout(400)  # the fields changed; that asks for nothing new
    expect(shown.status).to_contain_text("stored run: ")


def test_nothing_is_asked_for_before_it_is_looked_at(page: Page, app_url: str) -> None:
    sent: list[Request] = []
    Screen(page, app_url).open()
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.wait_for_timeout(400)
    assert not sent and page.locator("#cor-figure, #aud-figure, #swp-figure, #sur-figure, #vis-figure").count() == 0
    shown = Experiment(page, "visible").look()
    assert len(sent) == 1
    choose(page, texts("en")["pg_sub_masked_lm"])
    choose(page, texts("en")["pg_sub_masked_lm_visible"])
    page.wait_for_url("**tab=masked_lm_visible*")
    _is_stored(shown)


def test_a_late_answer_does_not_speak_for_what_is_looked_at(page: Page, app_url: str) -> None:
    """Neither in the address nor in the status line; it is there when one comes back."""
    Screen(page, app_url).open()
    left, shown = Experiment(page, "surprise").look(), Experiment(page, "audit")
    before = left.packed()
    with page.expect_response("**/queue/data*") as answer:
        left.text.fill("The dog chased the moon over the quiet little town, and nobody knew why it ran away.")
        shown.look()
    answer.value.finished()
    page.wait_for_timeout(300)
    expect(shown.status).to_contain_text("no model")
    assert shown.asked() == {}
    left.look()
    left.is_asked()
    assert left.packed() != before and left.asked()["text"].startswith("The dog chased")
    expect(left.status).to_have_text(_FRESH)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_telephone_shows_every_experiment(new_page: NewPage, app_url: str, language: str) -> None:
    """Each can be reached, its stored picture is drawn in the page's language, and nothing is wider than the screen."""
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    Screen(page, app_url).open(f"?lang={language}")
    for name in NAMES:
        shown = Experiment(page, name).look(language)
        _is_stored(shown)
        expect(shown.status).to_contain_text({"en": "stored run: ", "ko": "저장된 기록: "}[language])
        korean = re.search("[가-힣]", shown.plot.inner_text()) is not None
        assert korean == (language == "ko")
        for part in ("document.documentElement", "document.body"):
            assert page.evaluate(f"{part}.scrollWidth") <= 390, name
    choose(page, texts(language)["pg_sub_masked_lm"])
    expect(page.locator("#mlm-figure .main-svg").first).to_be_visible()


def test_a_broken_link_to_an_experiment_opens_its_example(page: Page, app_url: str) -> None:
    shown = Experiment(page, "visible")
    page.goto(f"{app_url}/{link({'text': 'a'}, 'masked_lm_visible', version='2')}")
    expect(shown.drawn().notice).to_contain_text("The link is damaged")
    _is_stored(shown)
    page.goto(f"{app_url}/{link({'text': ' '}, 'masked_lm_visible')}")
    expect(shown.drawn().notice).to_contain_text("The link could not be followed: " + _EMPTY)
    _is_stored(shown)
