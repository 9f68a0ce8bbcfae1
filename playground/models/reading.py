"""One or two texts as any model of the catalogue reads them, whatever head it came with."""

from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from playground.core.scripts import mostly_korean
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.loading import Loaded, load


@dataclass(frozen=True)
class Reading:
    """What goes into the model, all (T,). segments: 0 or 1, of which text a token is (a special token belongs to the
    text that it follows); special: bool, the tokenizer's own, not [UNK] or [MASK]."""

    ids: Tensor
    segments: Tensor
    special: Tensor
    tokens: list[str]
    notices: list[Notice]

    def inputs(self, loaded: Loaded) -> dict[str, Tensor]:
        """(1, T) each, on the model's device; with token types for a model that has two."""
        device = loaded.model.device
        asked = {"input_ids": self.ids[None].to(device)}
        if getattr(loaded.model.config, "type_vocab_size", 0) > 1:
            asked["token_type_ids"] = self.segments[None].to(device)
        return asked


def reader(model: str, head: str, *texts: str) -> Loaded:
    """The model with this head; `catalogue.any_head` gives one where it does not matter.

    Raises Complaint when the model does not read the texts' language.
    """
    entry = catalogue.find(model)
    if "ko" not in entry.languages and any(mostly_korean(text) for text in texts):
        known = head if head in ("masked_lm", "causal_lm", "replaced_token") else "masked_lm"
        raise Complaint("pg_err_korean", model=model, reader=catalogue.reader_of("ko", known))
    return load(model, head)


def read(loaded: Loaded, text: str, second: str = "") -> Reading:
    """The tokens of one or two texts, special ones included.

    Raises Complaint for too many tokens, and for nothing but special ones.
    """
    tokenizer = loaded.tokenizer
    if second and not tokenizer.num_special_tokens_to_add(pair=True):
        second = f" {second}"  # nothing stands between the texts of a model such as GPT
    found = tokenizer(text, second or None, verbose=False)
    ids = torch.tensor(found["input_ids"])
    if len(ids) > loaded.max_length:
        raise Complaint("pg_err_tokens", size=len(ids), model=loaded.entry.id, limit=loaded.max_length)
    read_all = {tokenizer.mask_token_id} | (set() if byte_level(tokenizer) else {tokenizer.unk_token_id})
    special = torch.tensor([i in tokenizer.all_special_ids and i not in read_all for i in ids.tolist()])
    if bool(special.all()):
        raise Complaint("pg_err_only_special")
    segments, last = [], 0
    for segment in found.sequence_ids(0):
        last = last if segment is None else segment
        segments.append(last)
    # GPT-2 names its end of text here as well, which stands for no unknown word.
    unknown = 0 if byte_level(tokenizer) else int((ids == tokenizer.unk_token_id).sum())
    values: dict[str, str | int | float] = {"count": unknown, "model": loaded.entry.id}
    return Reading(
        ids=ids,
        segments=torch.tensor(segments),
        special=special,
        tokens=spelled(tokenizer, ids.tolist()),
        notices=[Notice(key="pg_note_unknown", values=values)] if unknown else [],
    )


def spelled(tokenizer: PreTrainedTokenizerBase, ids: list[int]) -> list[str]:
    """Tokens as a person reads them. Byte-level tokenizers spell bytes in letters of their own (`Ġ` for a space): a
    token that is whole characters is shown as these, with `␣` for a space at its beginning."""
    pieces: list[str] = tokenizer.convert_ids_to_tokens(ids)
    if not byte_level(tokenizer):
        return [piece.replace("▁", "␣") for piece in pieces]
    shown = []
    for number, piece in zip(ids, pieces, strict=True):
        text = piece if number in tokenizer.all_special_ids else tokenizer.convert_tokens_to_string([piece])
        whole = text and "\ufffd" not in text
        shown.append(text.replace(" ", "␣").replace("\n", "⏎").replace("\t", "⇥") if whole else piece)
    return shown


def byte_level(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether its tokens are pieces of UTF-8 bytes, as those of GPT-2 and RoBERTa."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    return backend is not None and type(backend.decoder).__name__ == "ByteLevel"
