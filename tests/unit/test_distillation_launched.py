"""The launched command: two processes give the curve of one, and a killed run goes on with the same curve."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from playground.core.labelled import read
from playground.demos.distillation import launched
from playground.demos.distillation.__main__ import main
from playground.demos.distillation.schema import Request
from playground.messages import Complaint
from playground.paths import ROOT
from tests.server import free_port
from tests.unit import distilling
from tests.unit.test_distillation import LABELLED, UNLABELLED

MODULE = "playground.demos.distillation"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """run.json with its files, and a tiny teacher."""
    root = tmp_path_factory.mktemp("launched")
    distilling.save_teacher(root / "models" / "teacher")
    (root / "mine.csv").write_text(LABELLED)
    (root / "mine.txt").write_text(UNLABELLED)
    request = {
        "model": "local/teacher",
        **distilling.SIZES,
        "attention": 1.0,
        "hidden": 1.0,
        "steps": 12,
        "batch": 16,
        "learning_rate": 1e-3,
    }
    (root / "run.json").write_text(json.dumps(request))
    yield root


def _command(folder: Path, out: str, *more: str, processes: int = 1) -> tuple[list[str], dict[str, str]]:
    starts = ["-m", MODULE]
    if processes > 1:
        starts = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", str(processes), "--num_machines", "1"]
        starts += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", str(free_port())]
        starts += ["-m", MODULE]
    files = ["--labelled", str(folder / "mine.csv"), "--unlabelled", str(folder / "mine.txt")]
    command = [sys.executable, *starts, str(folder / "run.json"), "--folder", str(folder / out), *files, *more]
    environment = {
        **os.environ,
        "PLAYGROUND_MODELS": str(folder / "models"),
        "PLAYGROUND_DEVICE": "cpu",
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return command, environment


def _run(folder: Path, out: str, *more: str, processes: int = 1) -> subprocess.CompletedProcess[str]:
    command, environment = _command(folder, out, *more, processes=processes)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def _curve(folder: Path, out: str) -> list[dict[str, Any]]:
    curve: list[dict[str, Any]] = json.loads(torch.load(folder / out / "state.pt", weights_only=True)["history"])
    return curve


@pytest.fixture(scope="module")
def alone(folder: Path) -> list[dict[str, Any]]:
    done = _run(folder, "one")
    assert done.returncode == 0, done.stderr
    assert "student " in done.stdout
    return _curve(folder, "one")


def _same(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert [point["step"] for point in one] == [point["step"] for point in other]
    for a, b in zip(one, other, strict=True):
        assert a.keys() == b.keys() == {"step", "total", "soft", "hard", "cosine", "attention", "hidden"}
        for name in a:
            assert a[name] == pytest.approx(b[name], rel=2e-3, abs=1e-5), (a["step"], name)


def test_one_process_trains_and_leaves_a_student(folder: Path, alone: list[dict[str, Any]]) -> None:
    assert [point["step"] for point in alone] == list(range(1, 13))
    assert alone[-1]["total"] < alone[0]["total"]
    model = AutoModelForSequenceClassification.from_pretrained(folder / "one" / "student")
    assert model.config.num_hidden_layers == 2
    assert json.loads((folder / "one" / "result.json").read_text())["student"]["parameters"] == model.num_parameters()


def test_two_processes_that_read_a_step_in_parts_give_the_curve_of_one(
    folder: Path, alone: list[dict[str, Any]]
) -> None:
    done = _run(folder, "two", "--accumulate", "2", processes=2)
    assert done.returncode == 0, done.stderr
    _same(alone, _curve(folder, "two"))


def test_a_killed_run_goes_on_with_the_same_curve(folder: Path, alone: list[dict[str, Any]]) -> None:
    command, environment = _command(folder, "killed", "--save-every", "4")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("step 6 "):
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait() == -signal.SIGKILL
    assert len(_curve(folder, "killed")) == 4
    done = _run(folder, "killed", "--save-every", "4")
    assert done.returncode == 0 and "goes on behind step 4" in done.stdout, done.stderr
    _same(alone, _curve(folder, "killed"))


def test_a_checkpoint_of_another_run_is_refused(folder: Path, alone: list[dict[str, Any]]) -> None:
    saved = torch.load(folder / "one" / "state.pt", weights_only=True)
    files = {"labelled": read(folder / "mine.csv"), "unlabelled": read(folder / "mine.txt")}
    request = Request.model_validate(json.loads(saved["request"]) | files)
    launched._check(saved, request)
    for other in ({"seed": 5}, {"labelled": files["labelled"] + "\ngood,a word more"}):
        with pytest.raises(Complaint, match="checkpoint of another run"):
            launched._check(saved, request.model_copy(update=other))


def test_what_cannot_be_run_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.json").write_text("{")
    (folder / "odd.json").write_text('{"batch": 9}')
    for name, said in (
        ("broken.json", "Expecting property name"),
        ("odd.json", "9 sentences cannot be halved"),
        ("gone.json", "No such file"),
    ):
        monkeypatch.setattr(sys, "argv", ["run", str(folder / name)])
        assert main() == 2
        assert said in capsys.readouterr().err
    with pytest.raises(Complaint, match="16 sentences, which 3 processes and parts cannot share"):
        launched.launch(Request(batch=16), launched.Launch(folder / "wrong", accumulate=3))
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "fp16")
    with pytest.raises(Complaint, match="not computed in fp16: choose bf16"):
        launched.launch(Request(), launched.Launch(folder / "wrong"))
