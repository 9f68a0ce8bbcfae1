"""The README does what it says: its example runs, its front matter is valid, its upload is clean."""

import fnmatch
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from playground import demos
from playground.paths import ROOT
from playground.training.__main__ import RECIPES

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAX_FILE = 95 * 2**20


def _front() -> dict[str, object]:
    front: dict[str, object] = yaml.safe_load(README.split("---\n")[1])
    return front


def _uploaded() -> list[Path]:
    """Tracked files that `hf upload` would send, by the README's own exclude list."""
    command = next(line for line in README.splitlines() if line.startswith("hf upload"))
    words = shlex.split(command)
    patterns = [words[i + 1] for i, word in enumerate(words) if word == "--exclude"]
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.splitlines() if not any(fnmatch.fnmatch(name, p) for p in patterns)]


def test_front_matter_is_what_spaces_want() -> None:
    front = _front()
    assert {"title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version"} <= set(front)
    assert {"app_file", "short_description", "models", "tags", "license"} <= set(front)
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {front["colorFrom"], front["colorTo"]} <= colours
    assert front["sdk"] == "gradio" and re.fullmatch(r"6\.\d+\.\d+", str(front["sdk_version"]))
    assert front["python_version"] in ("3.11", "3.12", "3.13")
    assert len(str(front["short_description"])) <= 60
    assert (ROOT / str(front["app_file"])).is_file()


def test_what_would_be_uploaded_is_the_app_and_nothing_else() -> None:
    files = _uploaded()
    names = {str(path) for path in files}
    assert {"app.py", "requirements.txt", "pre-requirements.txt", "README.md", "assets/catalogue.toml"} <= names
    development = [n for n in names if n.startswith(("tests/", ".ci", ".git", ".training")) or n.endswith(".pyi")]
    assert development == []
    too_big = [(str(p), (ROOT / p).stat().st_size) for p in files if (ROOT / p).stat().st_size > MAX_FILE]
    assert too_big == []


def test_the_two_commands_and_their_files() -> None:
    assert "pip install -r requirements.txt && python app.py" in README
    assert "pip install -r requirements.txt -r tests/requirements.txt && python -m pytest" in README
    for name in re.findall(r"-r ([\w./-]+\.txt)", README):
        assert (ROOT / name).is_file(), name
    for name in re.findall(r"python -m playground\.training (?:evaluate )?([\w-]+)", README):
        assert name in RECIPES


def test_every_tab_has_a_screenshot() -> None:
    for demo in demos.ALL:
        picture = f"assets/screenshots/{demo.name}.png"
        assert f"({picture})" in README and (ROOT / picture).stat().st_size < 400_000


def test_the_client_example_runs(app_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = README.split("```python\n")[1].split("```")[0]
    assert "http://127.0.0.1:7860" in code
    exec(compile(code.replace("http://127.0.0.1:7860", app_url), "README.md", "exec"), {})
    original, rank, *words = capsys.readouterr().out.split(maxsplit=2)
    assert original == "paris" and int(rank) >= 1 and words
