"""The whole app behind nginx, under a sub-path, as a department's web server would show it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import Screen
from tests.server import free_port, running, wait_for

pytestmark = pytest.mark.browser

PATH = "/playground"
_CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        absolute_redirect off;
        client_max_body_size 32m;
        location = /favicon.ico {{ return 204; }}  # the server's own: browsers ask for it at the root
        location {path}/ {{
            proxy_pass {app}/;
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""


@contextmanager
def _nginx(folder: Path, app: str) -> Iterator[str]:
    """nginx in the foreground, with every file it writes in `folder`."""
    binary = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if binary is None:
        pytest.skip("no nginx was found, so serving under a sub-path goes unchecked: `apt-get install nginx-light`")
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, app=app, path=PATH), encoding="utf-8")
    process = subprocess.Popen([binary, "-p", str(folder), "-e", "stderr", "-c", str(config)])
    try:
        wait_for(f"http://127.0.0.1:{port}{PATH}/", 20, process)
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def proxied_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(GRADIO_ROOT_PATH=PATH) as app, _nginx(tmp_path_factory.mktemp("nginx"), app) as address:
        yield address


def test_the_app_works_under_a_sub_path(page: Page, proxied_url: str) -> None:
    """Every request stays under the path; the figure is drawn, a word is hidden by click, the link is shared."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    screen = Screen(page, proxied_url).open()
    screen.wait_hidden(6, 14)
    screen.toggle(2)
    screen.wait_hidden(2, 6, 14)
    screen.still_predicts("birds can")
    page.wait_for_url(re.compile(re.escape(proxied_url) + r"/\?.*run="))
    assert any("plotly.min.js" in url for url in asked)
    outside = [url for url in asked if urlsplit(url).path != "/favicon.ico" and not url.startswith(proxied_url + "/")]
    assert not outside
    before = screen.panels()
    page.reload()
    screen.wait_hidden(3)
    assert screen.panels() == before


def test_korean_and_opening_a_file_under_a_sub_path(page: Page, proxied_url: str) -> None:
    screen = Screen(page, proxied_url).open("?lang=ko")
    expect(screen.plot).to_contain_text("가린 단어")
    expect(page.get_by_text("문장 입력", exact=True)).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.locator("#masked_lm-open").click()
    chooser.value.set_files({"name": "x.json", "mimeType": "application/json", "buffer": b"{}"})
    expect(screen.said).to_contain_text("기록 파일이 아니에요")
    page.get_by_role("button", name="English").click()
    expect(screen.plot).to_contain_text("was hidden")
    assert page.url.startswith(proxied_url + "/")
