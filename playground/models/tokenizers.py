"""Tokenizers without their models: what lies on this machine costs no download."""

from functools import lru_cache
from pathlib import Path

from huggingface_hub import try_to_load_from_cache
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from playground.locks import TRANSFORMERS
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.catalogue import Entry
from playground.models.download import fetch


def tokenizer_of(model: str) -> PreTrainedTokenizerBase:
    """The tokenizer of a model (an id). A model of the Hub is fetched first.

    Raises Complaint as `load` does, and for a tokenizer that does not know which characters its tokens came from.
    """
    return _of(catalogue.find(model))[0]


def here() -> list[str]:
    """Ids of the models whose tokenizers are on this machine, one for each vocabulary, bundled ones first."""
    found: dict[int, str] = {}
    for entry in catalogue.entries():
        if _on_disk(entry):
            try:
                found.setdefault(_of(entry)[1], entry.id)
            except Complaint:
                continue
    return list(found.values())


def _on_disk(entry: Entry) -> bool:
    if entry.folder is not None:
        return True
    assert entry.hub_id is not None
    return isinstance(try_to_load_from_cache(entry.hub_id, "tokenizer.json"), str)


def _of(entry: Entry) -> tuple[PreTrainedTokenizerBase, int]:
    folder = entry.folder or fetch(entry)
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
        found = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    return found, hash(frozenset(found.get_vocab().items()))
