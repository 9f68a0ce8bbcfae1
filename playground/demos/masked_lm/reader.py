"""What all experiments with masked words begin with: the model, and the text as it reads it."""

import re
from dataclasses import dataclass

from torch import Tensor

from playground.core.scripts import mostly_korean
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.loading import Loaded, load


@dataclass(frozen=True)
class Text:
    """ids: (T,) with special tokens; special: places that cannot be hidden ([CLS], [SEP])."""

    ids: Tensor
    special: list[int]
    notices: list[Notice]


def reader(text: str, model: str) -> Loaded:
    """The model with its MLM head. Raises Complaint when it does not read the text's language."""
    entry = catalogue.find(model)
    if mostly_korean(text) and "ko" not in entry.languages:
        raise Complaint("pg_err_korean", model=model, reader=catalogue.reader_of("ko", "masked_lm"))
    return load(model, "masked_lm")


def read(text: str, model: str, limit: int | None = None) -> tuple[Loaded, Text]:
    """The model and the text's tokens.

    limit: tokens at most, where it is less than what the model reads. Raises Complaint when the model does not
    read the text's language, or the text has too many tokens or nothing but special ones.
    """
    loaded = reader(text, model)
    tokenizer = loaded.tokenizer
    # RoBERTa's is <mask>, and nobody who types [mask] means those three tokens.
    typed = re.sub(r"\[mask\]", lambda _: tokenizer.mask_token, text, flags=re.IGNORECASE)
    ids = tokenizer(typed, return_tensors="pt", verbose=False)["input_ids"][0]
    most = min(loaded.max_length, limit or loaded.max_length)
    if len(ids) > most:
        key = "pg_err_tokens" if most == loaded.max_length else "pg_err_tokens_here"
        raise Complaint(key, size=len(ids), model=model, limit=most)
    special = [
        place
        for place, token in enumerate(ids.tolist())
        if token in tokenizer.all_special_ids and token not in (tokenizer.mask_token_id, tokenizer.unk_token_id)
    ]
    if len(special) == len(ids):
        raise Complaint("pg_err_only_special")
    unknown = int((ids == tokenizer.unk_token_id).sum())
    notices = [Notice(key="pg_note_unknown", values={"count": unknown, "model": model})] if unknown else []
    return loaded, Text(ids, special, notices)
