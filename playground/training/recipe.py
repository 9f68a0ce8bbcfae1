"""What every recipe hands to the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from playground.training.loop import Progress, Settings
from playground.training.measures import Measure


@dataclass(frozen=True)
class About:
    """What a card says beyond the numbers. data: (name, licence) pairs; bars: what each metric means."""

    name: str
    summary: str
    recipe: str
    base: str
    license: str
    data: tuple[tuple[str, str], ...]
    uses: str
    limits: str
    bars: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """models: by the name of the checkpoint; a recipe that trains two together returns two.

    extra: settings that belong to the weights and go into config.json (a threshold, say).
    """

    models: Mapping[str, PreTrainedModel]
    tokenizer: PreTrainedTokenizerBase
    progress: Progress
    max_length: int = 512


@dataclass(frozen=True)
class Places:
    """corpora: the training text; models: where checkpoints lie; state: git-ignored, for what can be resumed.

    further: go on from the checkpoint that lies in `models`, with a warm-up and decay of its own.
    """

    corpora: Path
    models: Path
    state: Path
    further: bool = False


@dataclass(frozen=True)
class Recipe:
    """learning_rate: peak, by device type; head_factor: times that for weights that start at random.

    train(places, settings, device) trains; evaluate(name, places, device) measures what lies in
    places.models / name, in float32, on the development files only.
    """

    abouts: tuple[About, ...]
    learning_rate: Mapping[str, float]
    train: Callable[[Places, Settings, torch.device], Trained]
    evaluate: Callable[[str, Places, torch.device], dict[str, Measure]]
    head_factor: float = 1.0
    goes_further: bool = False  # heeds places.further

    @property
    def names(self) -> list[str]:
        return [about.name for about in self.abouts]
