"""Writes a finished model: fp16 safetensors, tokenizer.json, config.json, metrics.json and the card."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from playground.training.loop import Progress
from playground.training.measures import Measure
from playground.training.recipe import About

_METRICS = "metrics.json"


def save(folder: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
    """Turn the model to fp16 and write it as safetensors, with the tokenizer beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.model_max_length = max_length
    model.to(device="cpu", dtype=torch.float16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for name, of_this_machine in (("config.json", ["_name_or_path"]), ("tokenizer_config.json", _LOADING_OPTIONS)):
        settings = json.loads((folder / name).read_text())
        settings = {key: value for key, value in settings.items() if key not in of_this_machine}
        (folder / name).write_text(json.dumps(settings, indent=2) + "\n")
    for path in folder.iterdir():
        path.chmod(0o644)


_LOADING_OPTIONS = ["is_local", "local_files_only", "name_or_path", "max_length", "stride", "truncation_side"]


def hardware(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} CPU threads ({platform.machine()})"


def record_training(folder: Path, progress: Progress, device: torch.device, seed: int) -> None:
    """Write how the weights in `folder` were made into its metrics.json; whatever was measured before is gone."""
    training = {
        "steps": progress.step,
        "tokens": progress.tokens,
        "seconds": round(progress.seconds),
        "hardware": hardware(device),
        "seed": seed,
    }
    _write(folder, {"metrics": {}, "training": training})


def trained_before(folder: Path) -> tuple[Progress, int]:
    """How long the weights in `folder` were trained, and the seed of it. Raises FileNotFoundError before any."""
    training = json.loads((folder / _METRICS).read_text())["training"]
    return Progress(training["steps"], training["tokens"], training["seconds"]), training["seed"]


def record_metrics(folder: Path, about: About, metrics: Mapping[str, Measure]) -> None:
    """Write metrics.json and README.md; the numbers in the card come from here alone.

    What is known of the training stays as it is, so anyone can measure anew. Raises FileNotFoundError before
    any training.
    """
    training = json.loads((folder / _METRICS).read_text())["training"]
    measured = {name: measure.as_json() for name, measure in metrics.items()}
    _write(folder, {"metrics": measured, "training": training})
    (folder / "README.md").write_text(card(about, metrics, training), encoding="utf-8")


def _write(folder: Path, known: dict[str, Any]) -> None:
    (folder / _METRICS).write_text(json.dumps(known, indent=2) + "\n")


def card(about: About, metrics: Mapping[str, Measure], training: dict[str, Any]) -> str:
    """The model card in Markdown, with the Hub's front matter."""
    rows = "\n".join(
        f"| {name} | {m.number(m.value)} | {m.number(m.low)} to {m.number(m.high)} | {m.count} |"
        for name, m in metrics.items()
    )
    data = "\n".join(f"- {name}: {licence}" for name, licence in about.data)
    bars = "\n".join(f"- {bar}" for bar in about.bars)
    return f"""---
license: {about.license}
language: en
library_name: transformers
---

# {about.name}

{about.summary}

## Measured

| metric | value | 95% interval | count |
|---|---|---|---|
{rows}

Printed and written by `python -m playground.training evaluate {about.name}`.

{bars}

## Training

{about.recipe}

{training["steps"]:,} steps, {training["tokens"]:,} tokens, {training["seconds"]:,} seconds on {training["hardware"]},
seed {training["seed"]}.

Base model: {about.base}

Data:
{data}

## Use and limits

{about.uses}

{about.limits}
"""


def print_metrics(metrics: Mapping[str, Measure]) -> None:
    for name, measure in metrics.items():
        print(f"{name}: {measure}")
