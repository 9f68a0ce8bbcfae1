"""Writes a finished model: fp16 safetensors, tokenizer.json, config.json, metrics.json and the card."""

import json
import math
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from playground.training.loop import Progress

Count = tuple[int, int]  # right, of
_METRICS = "metrics.json"


@dataclass(frozen=True)
class About:
    """What a card says beyond the numbers. data: (name, licence) pairs."""

    name: str
    summary: str
    recipe: str
    base: str
    license: str
    data: tuple[tuple[str, str], ...]
    uses: str
    limits: str
    bars: tuple[str, ...]


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


def interval(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """95% interval of a share (Wilson 1927). Returns (low, high); raises ValueError for no trials."""
    if of <= 0 or not 0 <= right <= of:
        raise ValueError(f"{right} of {of} is no share.")
    share, spread = right / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return middle - half, middle + half


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


def record_metrics(folder: Path, about: About, metrics: dict[str, Count]) -> None:
    """Write metrics.json and README.md; the numbers in the card come from here alone.

    What is known of the training stays as it is, so anyone can measure anew. Raises FileNotFoundError before
    any training.
    """
    training = json.loads((folder / _METRICS).read_text())["training"]
    measured = {
        name: {
            "value": right / of,
            "low": interval(right, of)[0],
            "high": interval(right, of)[1],
            "right": right,
            "of": of,
        }
        for name, (right, of) in metrics.items()
    }
    _write(folder, {"metrics": measured, "training": training})
    (folder / "README.md").write_text(card(about, measured, training), encoding="utf-8")


def _write(folder: Path, known: dict[str, Any]) -> None:
    (folder / _METRICS).write_text(json.dumps(known, indent=2) + "\n")


def card(about: About, metrics: dict[str, dict[str, Any]], training: dict[str, Any]) -> str:
    """The model card in Markdown, with the Hub's front matter."""
    rows = "\n".join(
        f"| {name} | {m['value']:.1%} | {m['low']:.1%} to {m['high']:.1%} | {m['right']:,} of {m['of']:,} |"
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


def print_metrics(metrics: dict[str, Count]) -> None:
    for name, (right, of) in metrics.items():
        low, high = interval(right, of)
        print(f"{name}: {right / of:.1%} ({right:,} of {of:,}, 95% interval {low:.1%} to {high:.1%})")
