"""The document that is sent: it is light, and what the page reads in it is what Gradio wrote."""

import gzip
import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from playground import demos
from playground.demo import Demo
from playground.messages import texts
from playground.ui.opened import only
from playground.ui.packing import pack, packed_page, spoken
from tests.browser.conftest import NewPage

pytestmark = pytest.mark.browser


def _get(url: str, **headers: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return answer.read(), answer.headers.get("content-encoding", "")


def _unpacked(page: Page, app_url: str, description: dict[str, Any]) -> Any:
    """What the script of the page makes of what `pack` made."""
    document = _get(app_url + "/")[0].decode()
    start = document.index("function pgUnpack")
    script = document[start : document.index("window.gradio_config", start)]
    return page.evaluate(f"(packed) => {{ {script} return JSON.stringify(pgUnpack(packed)); }}", pack(description))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("demo", demos.ALL, ids=lambda demo: demo.name)
def test_the_page_is_light(app_url: str, demo: Demo, language: str) -> None:
    """The document alone; the plotting library comes beside it, and once.

    A page with one experiment takes 48 KB, each further one of the same idea may take 5 KB, and each other idea, of
    which it has the name alone, 1 KB.
    """
    address = f"{app_url}/?tab={demo.name}"
    document, encoding = _get(address, **{"Accept-Language": language})
    assert b"gradio_config" in document and not encoding
    allowed = 48 + 5 * len(demo.all) + len(demos.ALL)
    assert len(document) <= allowed * 1024, f"{len(document):,} bytes"
    compressed, encoding = _get(address, **{"Accept-Encoding": "gzip, deflate, br", "Accept-Language": language})
    assert encoding == "gzip" and gzip.decompress(compressed) == document
    assert len(compressed) <= 40 * 1024, f"{len(compressed):,} bytes"


def test_a_page_brings_the_labels_of_its_language_and_no_other_text(app_url: str) -> None:
    """No help, no error, none of what the server writes into its answers."""
    english, korean = (
        "".join(_get(f"{app_url}/?tab={demo.name}", **{"Accept-Language": tag})[0].decode() for demo in demos.ALL)
        for tag in ("en", "ko")
    )
    labels = json.loads(_get(app_url + "/config")[0])["i18n_translations"]
    assert labels["en"].keys() == labels["ko"].keys() and len(labels["en"]) > 100
    for sent, mine, other in ((english, "en", "ko"), (korean, "ko", "en")):
        assert texts(mine)["pg_subtitle"] in sent and texts(other)["pg_subtitle"] not in sent
    for demo in demos.EVERY:
        assert demo.help.strip()[:60] not in english
        assert texts("ko")[f"pg_help_{demo.name}"].strip()[:30] not in korean
    for key in ("pg_err_empty", "pg_err_link_broken", "pg_note_press_start"):
        assert key not in labels["en"] and texts("en")[key] not in english and texts("ko")[key] not in korean


def test_the_whole_description_arrives(page: Page, app_url: str) -> None:
    """Packed here and unpacked in the browser it is, to the last setting, what Gradio tells its other clients; a page
    reads that of its idea."""
    config = json.loads(_get(app_url + "/config")[0]) | {"app_id": 0}  # the real one is past what a browser can count
    assert len(config["components"]) > 500 and len(config["dependencies"]) > 100
    page.goto(app_url)
    first = only(config, demos.ALL[0].name)
    for description in (config, spoken(config, "en"), spoken(config, "ko"), spoken(first, "ko")):
        assert json.loads(_unpacked(page, app_url, description)) == description
    read = page.evaluate("() => [window.gradio_config.components.length, window.gradio_config.i18n_translations]")
    assert read == [len(first["components"]), spoken(first, "en")["i18n_translations"]]


def test_the_description_of_the_api_is_fetched_once_and_shown(new_page: NewPage, app_url: str) -> None:
    """It is not in the page; what the page asks for at once, Gradio's script does not ask for again."""
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app_url)
    expect(page.locator("#mlm-figure .main-svg").first).to_be_visible()
    assert page.evaluate("() => typeof window.gradio_api_info") == "undefined"
    assert asked.count(f"{app_url}/gradio_api/info") == 1


def test_values_that_look_alike_stay_apart(page: Page, app_url: str) -> None:
    """False is not 0, null is not missing, "1" is not 1; a part may recur within a part that recurs."""
    long = "a text that is long enough to be worth a number, and quoted: \"</script>\" & '가나다'"
    nested = {"first": [long, long], "second": {"third": long}}
    values = [False, 0, None, "1", 1, 1.0, [], {}, "", nested, long]
    components = [
        {"id": n, "type": "a" if n % 2 else "b", "props": {"value": value, "same": [], "other": None} | extra}
        for n, value in enumerate(values * 2)
        for extra in ({}, {"more": nested}, {"same": [0]})
    ]
    del components[3]["props"]["other"], components[4]["props"]["same"]
    components[5] |= {"more": True}
    events = [{"id": n, "js": js, "targets": [[n, "click"]]} for n, js in enumerate([None, None, "", long, False])]
    layout = {"id": 0, "children": [{"id": 1, "children": []}, {"id": 2}]}
    page_of_all = {"layout": layout, "components": [thing["id"] for thing in components], "dependencies": [0]}
    label = '__i18n__{"__type__": "translation_metadata", "key": "pg_%s"}'
    labels = {"en": {"pg_a": "~0", "pg_b": long}, "ko": {"pg_a": "$0", "pg_c": "=가"}}
    whole = {
        "components": components,
        "dependencies": events,
        "css": long,
        "layout": layout,
        "page": {"": page_of_all},
        "i18n_translations": labels,
        "marks": ["$0", "~0", "=", "==", "$", [label % "a", label % "b", label % "d"], label % "a" + "!"],
    }
    page.goto(app_url)
    for translations in (labels, {"ko": labels["ko"]}, {}, None):
        whole["i18n_translations"] = translations
        written = json.dumps(json.loads(_unpacked(page, app_url, whole)), sort_keys=True)
        assert written == json.dumps(json.loads(json.dumps(whole).replace("1.0", "1")), sort_keys=True)


def test_a_page_without_a_description_stays_as_it_is() -> None:
    """Such as Gradio's own form to log in, if whoever serves the app asks for a password."""
    form = (
        b'<script>window.gradio_config = {"auth_required":true};</script><script>window.gradio_api_info = {};</script>'
    )
    assert packed_page(form, "en") == form
    assert packed_page(b"<p>not found</p>", "ko") == b"<p>not found</p>"
