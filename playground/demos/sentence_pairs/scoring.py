"""The probability that a pair is in order, by one head for many pairs."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from playground.core.scripts import mostly_korean
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded, load

NSP, SOP = "next_sentence", "sentence_order"
_BATCH_TOKENS = 4096


def reader(model: str, head: str, texts: Sequence[str]) -> Loaded:
    """The model with its head. Raises Complaint when it does not read the texts' language, or has no such head."""
    entry = catalogue.find(model)
    if "ko" not in entry.languages and any(mostly_korean(text) for text in texts):
        raise Complaint("pg_err_pairs_korean", model=model)
    return load(model, head)


def packed(loaded: Loaded, pairs: Sequence[tuple[str, str]]) -> list[dict[str, list[int]]]:
    """input_ids and token_type_ids of each pair. Raises Complaint for a pair with too many tokens."""
    read = loaded.tokenizer(
        [first for first, _ in pairs], [second for _, second in pairs], return_token_type_ids=True, verbose=False
    )
    longest = max(len(ids) for ids in read["input_ids"])
    if longest > loaded.max_length:
        raise Complaint("pg_err_tokens", size=longest, model=loaded.entry.id, limit=loaded.max_length)
    return [
        {"input_ids": ids, "token_type_ids": types}
        for ids, types in zip(read["input_ids"], read["token_type_ids"], strict=True)
    ]


def logits(model: torch.nn.Module, head: str, **inputs: Tensor) -> Tensor:
    """(B, 2): as a pair should be, or not. The word head of ALBERT, which is half of the work, is left out."""
    if head == SOP:
        found: Tensor = model.sop_classifier(model.albert(**inputs).pooler_output)  # type: ignore[operator]
        return found
    found = model(**inputs).logits
    return found


def batches(
    loaded: Loaded, head: str, pairs: Sequence[tuple[str, str]], quick: bool
) -> Iterator[tuple[list[int], Tensor]]:
    """(places in `pairs`, (B,) probability that each is as it should be), sorted by length so that little is padded.

    quick: all of it is a matter of a second; else each batch waits for its turn behind quick requests.
    """
    rows = packed(loaded, pairs)
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]["input_ids"]))
    while order:
        longest = len(rows[order[-1]]["input_ids"])
        size = max(1, _BATCH_TOKENS // longest)
        take, order = order[-size:], order[:-size]
        columns = {key: [rows[place][key] for place in take] for key in rows[0]}
        inputs = loaded.tokenizer.pad(columns, return_tensors="pt")
        with torch.inference_mode(), TURNS.quick() if quick else TURNS.step():
            on_device = {key: value.to(loaded.model.device) for key, value in inputs.items()}
            probability = logits(loaded.model, head, **on_device).float().softmax(-1)[:, 0].cpu()
        yield take, probability


def probabilities(loaded: Loaded, head: str, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Of each pair, in the order of `pairs`."""
    found = [0.0] * len(pairs)
    for places, values in batches(loaded, head, pairs, quick=True):
        for place, value in zip(places, values.tolist(), strict=True):
            found[place] = round(value, 6)
    return found
