"""Tokenizers without their models: what lies on this machine costs no download."""

from functools import lru_cache
from pathlib import Path

from huggingface_hub import try_to_load_from_cache
from transformers import PreTrainedTokenizerBase

from playground.locks import TRANSFORMERS
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.catalogue import Entry
from playground.models.download import fetch
from playground.models.loading import read_tokenizer

# What a tokenizer is made of; a model's weights are a thousand times as large.
_FILES = ("tokenizer*", "vocab*", "merges.txt", "*tokens*.json", "config.json", "*.model")
_NEEDED = ("tokenizer.json", "tokenizer_config.json", "config.json")


def tokenizer_of(model: str) -> PreTrainedTokenizerBase:
    """The tokenizer of a model (an id). That of a model of the Hub is fetched first, without the model.

    Raises Complaint as `load` does, and for a tokenizer that does not know which characters its tokens came from.
    """
    return _of(catalogue.find(model))[0]


def others(model: str) -> list[str]:
    """Ids of the models whose tokenizers are on this machine and know other words than `model`'s: one for each
    vocabulary, bundled ones first. Nothing is fetched, and what is only half here is left out."""
    found = {_of(catalogue.find(model))[1]: model}
    for entry in catalogue.entries():
        if entry.id != model and _folder(entry) is not None:
            try:
                found.setdefault(_of(entry)[1], entry.id)
            except Complaint:
                continue
    return list(found.values())[1:]


def _folder(entry: Entry) -> Path | None:
    """Where the tokenizer lies on this machine."""
    if entry.folder is not None:
        return entry.folder
    assert entry.hub_id is not None
    cached = [try_to_load_from_cache(entry.hub_id, name) for name in _NEEDED]
    return Path(str(cached[0])).parent if all(isinstance(path, str) for path in cached) else None


def _of(entry: Entry) -> tuple[PreTrainedTokenizerBase, int]:
    folder = _folder(entry) or fetch(entry, _FILES)
    try:
        found, words = _read(folder, (folder / "tokenizer_config.json").stat().st_mtime_ns)
    except Exception as error:  # whatever the files hold
        raise Complaint("pg_err_tok_none", model=entry.id) from error
    if not found.is_fast or len(found) <= len(found.all_special_ids):
        raise Complaint("pg_err_tok_none", model=entry.id)
    return found, words


@lru_cache(maxsize=64)
def _read(folder: Path, _changed: int) -> tuple[PreTrainedTokenizerBase, int]:
    """The tokenizer, and a number that only its words have."""
    with TRANSFORMERS:
        found = read_tokenizer(folder)
    return found, hash(frozenset(found.get_vocab().items()))
