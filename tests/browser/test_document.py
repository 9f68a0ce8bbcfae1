"""The document that is sent: it is light, and what the page reads in it is what Gradio wrote."""

import gzip
import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page

from playground.ui.packing import pack

pytestmark = pytest.mark.browser


def _get(url: str, **headers: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return answer.read(), answer.headers.get("content-encoding", "")


def _unpacked(page: Page, app_url: str, description: dict[str, Any]) -> Any:
    """What the script of the page makes of what `pack` made."""
    document = _get(app_url + "/")[0].decode()
    start = document.index("function pgUnpack")
    script = document[start : document.index("const told", start)]
    return page.evaluate(f"(packed) => {{ {script} return JSON.stringify(pgUnpack(packed)); }}", pack(description))


def test_the_page_is_light(app_url: str) -> None:
    """The document alone; the plotting library comes beside it, and once."""
    document, encoding = _get(app_url + "/")
    assert b"gradio_config" in document and not encoding
    assert len(document) <= 300 * 1024, f"{len(document):,} bytes"
    compressed, encoding = _get(app_url + "/", **{"Accept-Encoding": "gzip, deflate, br"})
    assert encoding == "gzip" and gzip.decompress(compressed) == document
    assert len(compressed) <= 100 * 1024, f"{len(compressed):,} bytes"


def test_the_whole_description_arrives(page: Page, app_url: str) -> None:
    """Packed here and unpacked in the browser it is, to the last setting, what Gradio tells its other clients."""
    config = json.loads(_get(app_url + "/config")[0]) | {"app_id": 0}  # the real one is past what a browser can count
    api = json.loads(_get(app_url + "/gradio_api/info")[0])
    assert len(config["components"]) > 500 and len(api["named_endpoints"]) > 10
    page.goto(app_url)
    told = json.loads(_unpacked(page, app_url, {"config": config, "api": api}))
    assert told == {"config": config, "api": api}
    read = page.evaluate("() => [window.gradio_config.components.length, window.gradio_api_info]")
    assert read == [len(config["components"]), api]


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
    whole = {"config": {"components": components, "dependencies": events, "css": long}, "api": {"x": nested}}
    page.goto(app_url)
    told = _unpacked(page, app_url, whole)
    written = json.dumps(json.loads(told), sort_keys=True)
    assert written == json.dumps(json.loads(json.dumps(whole).replace("1.0", "1")), sort_keys=True)
