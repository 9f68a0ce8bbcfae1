"""What a reader makes of a passage: one score for every span, whatever the number of windows.

A passage that does not fit is read in overlapping windows. A span that stands in several of them gets the best of its
scores, so that all spans of the passage compete in one softmax; the null score is the least of all windows', as BERT's
SQuAD code takes it (Devlin et al. 2019, run_squad.py).

    passage tokens   0 1 2 3 4 5 6 7 8 9
    window 0         0 1 2 3 4 5              band (6, K) goes to rows 0..5
    window 1               3 4 5 6 7 8        band (6, K) goes to rows 3..8, the larger of both scores stays
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.core.scripts import mostly_korean
from playground.core.spans import ILLEGAL, band, null_score
from playground.core.windows import Windows, cut, pad
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded, load

HEAD = "question_answering"
STRIDE = 128  # passage tokens from one window to the next
LONGEST = 384  # tokens read at once
# Tokens read at once: on a CPU more of them fall out of its caches, on a GPU fewer leave it idle.
_BATCH_TOKENS = {"cpu": 1536, "cuda": 16_384}


@dataclass(frozen=True)
class Reading:
    """One question. scores: (N, K) of the span that starts at passage token n and has k + 1 tokens; -inf where there
    is none. null: the least null score. offsets: (N) characters of each token. first, last: each window's tokens;
    best, nulls: its best and its null score; layers: (L + 1, tokens, 2) what the head says of every layer's hidden
    states, where that was asked for."""

    scores: Tensor
    null: float
    offsets: list[tuple[int, int]]
    first: list[int]
    last: list[int]
    best: list[float]
    nulls: list[float]
    layers: list[Tensor]

    def probabilities(self) -> Tensor:
        """(N, K) one softmax over all legal spans."""
        return self.scores.flatten().softmax(0).view_as(self.scores)

    def top(self, k: int) -> list[tuple[int, int, float, float]]:
        """(first token, last token, score, probability) of the k best spans."""
        flat, width = self.scores.flatten(), self.scores.shape[1]
        best = flat.topk(min(k, int((flat > ILLEGAL).sum())))
        probabilities = flat.softmax(0)[best.indices]
        return [
            (place // width, place // width + place % width, score, probability)
            for place, score, probability in zip(
                best.indices.tolist(), best.values.tolist(), probabilities.tolist(), strict=True
            )
        ]


def reader(model: str, *texts: str) -> Loaded:
    """The model with its QA head. Raises Complaint when it does not read the texts' language."""
    entry = catalogue.find(model)
    if "ko" not in entry.languages and any(mostly_korean(text) for text in texts):
        raise Complaint("pg_err_sqd_korean", model=model)
    return load(model, HEAD)


def own_threshold(loaded: Loaded) -> float:
    """The threshold that the model came with: chosen on texts of its training, see its card."""
    return float(getattr(loaded.model.config, "null_score_threshold", 0.0))


def windows_of(loaded: Loaded, questions: Sequence[str], passages: Sequence[str]) -> Windows:
    """Raises Complaint when a question leaves no room for the passage."""
    longest = min(LONGEST, loaded.max_length)
    try:
        return cut(loaded.tokenizer, questions, passages, longest, min(STRIDE, longest // 3))
    except ValueError as error:
        sizes = [len(loaded.tokenizer(question, add_special_tokens=False)["input_ids"]) for question in questions]
        raise Complaint("pg_err_sqd_question_long", size=max(sizes), limit=longest, model=loaded.entry.id) from error


def read(loaded: Loaded, windows: Windows, length: int, quick: bool = True, deep: bool = False) -> dict[int, Reading]:
    """Question number -> Reading. length: tokens that an answer may have; deep: every layer's hidden states, too.

    Windows are sorted by length, so that little is padded. quick: all of it is a matter of a second; else each batch
    waits for its turn behind quick requests.
    """
    order = sorted(range(len(windows)), key=lambda window: len(windows.ids[window]))
    bands: dict[int, Tensor] = {}
    layers: dict[int, Tensor] = {}
    nulls: dict[int, float] = {}
    while order:
        longest = len(windows.ids[order[-1]])
        size = max(1, _BATCH_TOKENS.get(loaded.model.device.type, 8192) // longest)
        chosen, order = order[-size:], order[:-size]
        with torch.inference_mode(), TURNS.quick() if quick else TURNS.step():
            batch = {
                key: value.to(loaded.model.device)
                for key, value in pad(windows, chosen, loaded.tokenizer.pad_token_id).items()
            }
            legal = batch.pop("legal")
            out = loaded.model(**inputs_of(loaded, batch), output_hidden_states=deep)
            by_layer = [loaded.model.qa_outputs(states).float().cpu() for states in out.hidden_states or ()]
            spans = band(out.start_logits, out.end_logits, legal, length).cpu()
            empty = null_score(out.start_logits, out.end_logits).tolist()
        for row, window in enumerate(chosen):
            inside = slice(windows.first[window], windows.last[window])
            bands[window] = spans[row, inside]
            if deep:
                layers[window] = torch.stack([logits[row, inside] for logits in by_layer])
            nulls[window] = empty[row]
    return {number: _together(windows, number, bands, nulls, layers) for number in dict.fromkeys(windows.question)}


def inputs_of(loaded: Loaded, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """What this model takes: some have no segments."""
    if "token_type_ids" in loaded.tokenizer.model_input_names:
        return batch
    return {key: value for key, value in batch.items() if key != "token_type_ids"}


def _together(
    windows: Windows, number: int, bands: dict[int, Tensor], nulls: dict[int, float], layers: dict[int, Tensor]
) -> Reading:
    """All windows of a question as one passage."""
    own = [window for window, question in enumerate(windows.question) if question == number]
    offsets: list[tuple[int, int]] = []
    first: list[int] = []
    for window in own:
        begin = windows.offsets[window][0] if windows.offsets[window] else (0, 0)
        # A window begins with a token that the one before it has, too, unless it is the first.
        earliest = first[-1] + 1 if first else 0
        place = offsets.index(begin, earliest) if begin in offsets[earliest:] else len(offsets)
        first.append(place)
        offsets = offsets[:place] + list(windows.offsets[window])
    width = max((bands[window].shape[1] for window in own), default=1)
    scores = torch.full((len(offsets), width), ILLEGAL)
    for window, place in zip(own, first, strict=True):
        part = bands[window]
        scores[place : place + len(part)] = torch.maximum(scores[place : place + len(part)], part)
    return Reading(
        scores=scores,
        null=min(nulls[window] for window in own),
        offsets=offsets,
        first=first,
        last=[place + len(bands[window]) for window, place in zip(own, first, strict=True)],
        best=[float(bands[window].max()) if bands[window].numel() else ILLEGAL for window in own],
        nulls=[nulls[window] for window in own],
        layers=[layers[window] for window in own if window in layers],
    )
