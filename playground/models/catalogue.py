"""The models that tabs offer: bundled, on the Hub, and those a person put under PLAYGROUND_MODELS.

A model's quirks are data here (assets/catalogue.toml), not branches in code. Reads no model and imports no torch.
"""

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playground.messages import Complaint
from playground.paths import ASSETS, MODELS

# Transformers' class name for each head that a tab can ask for.
_HEAD_OF_CLASS = {
    "ForMaskedLM": "masked_lm",
    "ForNextSentencePrediction": "next_sentence",
    "ForQuestionAnswering": "question_answering",
    "ForSequenceClassification": "sequence_classification",
    "ForMultipleChoice": "multiple_choice",
    "LMHeadModel": "causal_lm",
    "ForCausalLM": "causal_lm",
}
_HEADS_OF_PRETRAINING = {
    "BertForPreTraining": ("masked_lm", "next_sentence"),
    "AlbertForPreTraining": ("masked_lm", "sentence_order"),
    "ElectraForPreTraining": ("replaced_token",),
}
# Which head a model is loaded with where none is needed: the one it is used with elsewhere, so that it is kept once.
ANY_HEAD = (
    "masked_lm",
    "causal_lm",
    "replaced_token",
    "question_answering",
    "sequence_classification",
    "multiple_choice",
    "next_sentence",
    "encoder",
)
TRAINED = "trained/"  # before the name of a model that was trained here (models/kept.py)
_HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$|^[A-Za-z0-9][\w.-]*$")


@dataclass(frozen=True)
class Entry:
    """One model. folder: where it lies on this machine; None when it comes from the Hub by `hub_id`."""

    id: str
    heads: tuple[str, ...]
    family: str = ""
    languages: tuple[str, ...] = ("en",)
    parameters: int = 0
    layers: int = 0
    license: str = ""
    hub_id: str | None = None
    folder: Path | None = None
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def bundled(self) -> bool:
        return self.folder is not None

    def carries(self, head: str) -> bool:
        """Whether the checkpoint has this head; a model that is not listed is only known once it is loaded."""
        return not self.heads or head in self.heads


@cache
def _listed() -> tuple[Entry, ...]:
    data = tomllib.loads((ASSETS / "catalogue.toml").read_text(encoding="utf-8"))
    entries = []
    for row in data["model"]:
        row = dict(row)
        bundled = row.pop("bundled", False)
        entries.append(
            Entry(
                id=row["id"],
                heads=tuple(row["heads"]),
                family=row["family"],
                languages=tuple(row["languages"]),
                parameters=row["parameters"],
                layers=row.get("layers", 0),
                license=row["license"],
                hub_id=None if bundled else row["id"],
                folder=MODELS / row["id"] if bundled else None,
            )
        )
    return tuple(entries)


def _local() -> list[Entry]:
    """Every Transformers folder with safetensors under PLAYGROUND_MODELS, offered beside the bundled ones."""
    root = os.environ.get("PLAYGROUND_MODELS")
    if not root or not Path(root).is_dir():
        return []
    entries = []
    for config in sorted(Path(root).glob("*/config.json")):
        folder = config.parent
        if any(folder.glob("*.safetensors")):
            try:
                settings = json.loads(config.read_text(encoding="utf-8"))
                classes = [str(name) for name in settings.get("architectures") or ()]
            except (ValueError, AttributeError, TypeError):
                continue
            entries.append(
                Entry(
                    id=f"local/{folder.name}",
                    heads=tuple(dict.fromkeys(head for name in classes for head in _heads(name))),
                    family=str(settings.get("model_type", "")),
                    # Unknown to us: a person who brings a model knows what it reads.
                    languages=("en", "ko"),
                    folder=folder,
                )
            )
    return entries


def _heads(architecture: str) -> tuple[str, ...]:
    if architecture in _HEADS_OF_PRETRAINING:
        return _HEADS_OF_PRETRAINING[architecture]
    return tuple(head for ending, head in _HEAD_OF_CLASS.items() if architecture.endswith(ending))


def entries() -> list[Entry]:
    """Bundled models first, then local folders, then the Hub."""
    listed = _listed()
    return [e for e in listed if e.bundled] + _local() + [e for e in listed if not e.bundled]


def choices(head: str) -> list[str]:
    """Ids of the models that carry `head`, in the order a dropdown shows them."""
    return [entry.id for entry in entries() if head in entry.heads]


def options(*heads: str) -> list[tuple[str, str]]:
    """(label, id) for a dropdown, of the models that carry one of `heads`: size and languages; an arrow marks what must
    be downloaded."""
    offered = [entry for entry in entries() if not set(heads).isdisjoint(entry.heads)]
    return [(_label(entry) if entry.parameters else entry.id, entry.id) for entry in offered]


def _label(entry: Entry) -> str:
    size = f"{entry.parameters / 1e9:.1f}B" if entry.parameters >= 1e9 else f"{entry.parameters / 1e6:.0f}M"
    name = entry.id if entry.bundled else f"⤓ {entry.id}"
    return f"{name} · {size} · {', '.join(entry.languages)}"


def any_head(model: str) -> str:
    """The head to load a model with where none is needed. Raises Complaint for a model that is not offered."""
    entry = find(model)
    return next((head for head in ANY_HEAD if head in entry.heads), "encoder")


def reader_of(language: str, head: str) -> str:
    """The model to name to someone who typed `language`: the first listed one made for it that has the head."""
    for entry in _listed():
        if entry.languages[0] == language and head in entry.heads:
            return entry.id
    raise KeyError((language, head))


def partner(discriminator: str) -> str | None:
    """The generator that an ELECTRA discriminator was trained with: released pairs are named alike."""
    named = discriminator.replace("discriminator", "generator")
    return named if named != discriminator and named in choices("masked_lm") else None


def find(model: str) -> Entry:
    """The entry of an id. Raises Complaint for one that is not offered.

    `trained/NAME` is a classifier that was fine-tuned here within the hour; nobody is offered another's.
    With PLAYGROUND_ALLOW_ANY_MODEL=1 any well-formed Hub id is accepted; its heads are checked on loading.
    """
    for entry in entries():
        if entry.id == model:
            return entry
    if model.startswith(TRAINED):
        from playground.models import kept  # brings torch

        folder = kept.folder(model.removeprefix(TRAINED))
        return Entry(id=model, heads=("sequence_classification",), languages=("en", "ko"), folder=folder)
    if os.environ.get("PLAYGROUND_ALLOW_ANY_MODEL") == "1" and _HUB_ID.match(model):
        return Entry(id=model, heads=(), languages=("en", "ko"), hub_id=model)
    shown = model[:80].encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be sent to a page
    raise Complaint("pg_err_model_unknown", model=shown)
