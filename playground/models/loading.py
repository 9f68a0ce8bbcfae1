"""`load(id, head)`: a tokenizer and a model in eval mode, or one sentence that says why not."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AlbertForPreTraining,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertForNextSentencePrediction,
    ElectraForPreTraining,
    GPT2Tokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging as transformers_logging

from playground.locks import TRANSFORMERS
from playground.messages import Complaint
from playground.models.cache import ByteCache
from playground.models.catalogue import Entry, find
from playground.models.device import device
from playground.models.download import fetch

HEADS: dict[str, Any] = {
    "masked_lm": AutoModelForMaskedLM,
    "causal_lm": AutoModelForCausalLM,
    "next_sentence": BertForNextSentencePrediction,
    "sentence_order": AlbertForPreTraining,
    "replaced_token": ElectraForPreTraining,
    "question_answering": AutoModelForQuestionAnswering,
    "sequence_classification": AutoModelForSequenceClassification,
    "multiple_choice": AutoModelForMultipleChoice,
    "encoder": AutoModel,
}
_PROBE = "이 글 a b"  # any byte-level tokenizer gives it back
_BF16_FROM = 300_000_000  # parameters; smaller models compute in float32 everywhere


@dataclass(frozen=True)
class Loaded:
    """A model ready to use: eval mode, on the device, no gradients."""

    entry: Entry
    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel

    @property
    def max_length(self) -> int:
        """Tokens the model reads at most, special tokens included."""
        config = self.model.config
        positions = int(getattr(config, "max_position_embeddings", 0) or getattr(config, "n_positions", 512))
        # RoBERTa's positions start after the padding index, so two of them are never used.
        reserved = 2 if config.model_type in {"roberta", "xlm-roberta", "camembert"} else 0
        return min(positions - reserved, int(self.tokenizer.model_max_length))


_CACHE: ByteCache[Loaded] = ByteCache(int(float(os.environ.get("PLAYGROUND_CACHE_GB", "4")) * 2**30))


def load(model: str, head: str) -> Loaded:
    """The model `model` (a catalogue id) with its `head` (a key of HEADS).

    Only safetensors, never remote code, each model loaded once however many ask, the least recently used
    dropped when the cache is full. Raises Complaint when the id is unknown, the head is not in the
    checkpoint, the files are damaged, or the Hub does not answer.
    """
    entry = find(model)
    if not entry.carries(head):
        raise Complaint("pg_err_head_missing", model=model, head=head)
    return _CACHE.get((model, head), lambda: _load(entry, head))


def _load(entry: Entry, head: str) -> tuple[Loaded, int]:
    folder = entry.folder or fetch(entry)
    if not any(folder.glob("*.safetensors")):
        raise Complaint("pg_err_no_safetensors", model=entry.id)
    with TRANSFORMERS:
        tokenizer, model, info = _read(entry, folder, head)
    if len(tokenizer) <= len(tokenizer.all_special_ids):  # made up by Transformers: there was no tokenizer
        raise _damaged(entry)
    # Transformers fills what a checkpoint lacks with random numbers; a random head is never shown as trained.
    if info["missing_keys"] or info["mismatched_keys"]:
        raise Complaint("pg_err_head_missing", model=entry.id, head=head)
    model.eval().requires_grad_(False).to(device())
    size = sum(p.numel() * p.element_size() for p in model.parameters())
    return Loaded(entry, tokenizer, model), size


def _read(entry: Entry, folder: Path, head: str) -> tuple[Any, Any, dict[str, Any]]:
    """Tokenizer, model and Transformers' report of what the checkpoint lacked."""
    verbosity = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # what it would warn about is in the report
    transformers_logging.disable_progress_bar()
    dtype = torch.bfloat16 if not entry.bundled and entry.parameters > _BF16_FROM else torch.float32
    try:
        tokenizer = read_tokenizer(folder)
        model, info = HEADS[head].from_pretrained(
            folder,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            dtype=dtype,
            attn_implementation="sdpa",
            output_loading_info=True,
        )
    except Exception as error:  # whatever the files hold: `tokenizers` raises bare Exception
        if isinstance(error, ValueError) and "Unrecognized configuration class" in str(error):
            raise Complaint("pg_err_head_missing", model=entry.id, head=head) from error
        raise _damaged(entry) from error
    finally:
        transformers_logging.set_verbosity(verbosity)
    return tokenizer, model, info


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer that lies in a folder, as its tokenizer.json says. Raises whatever the files make Transformers
    raise."""
    made = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    # GPT-2's class cuts into bytes whatever tokenizer.json says, and finds none of KoGPT2's pieces, which begin with
    # "▁". Its card asks for the plain class, with one mark for the beginning and the end.
    if isinstance(made, GPT2Tokenizer) and made.decode(made(_PROBE, add_special_tokens=False)["input_ids"]) != _PROBE:
        made = PreTrainedTokenizerFast.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    if type(made) is PreTrainedTokenizerFast and made.eos_token is None and "</s>" in made.get_vocab():
        made.bos_token = made.eos_token = "</s>"
    return made


def _damaged(entry: Entry) -> Complaint:
    """What to do about it depends on who put the files there: a person, or the download."""
    return Complaint("pg_err_hub_damaged" if entry.folder is None else "pg_err_model_damaged", model=entry.id)
