"""A generator and a discriminator that read the same vocabulary, and what they make of texts.

    text        the  chef  cooked  the  meal  .
    chosen            x              x
    masked      the [MASK] cooked [MASK] meal .
    generator   the  chef   ate    the  ...      sampled at the chosen places only
    state             guessed (the right word) or replaced

Clark et al. 2020 (arXiv:2003.10555), section 2 and figure 2. As there, each chosen token becomes [MASK]; Google's code
leaves 15% of them as they are (core/replaced.py), which the bundled pair was trained with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.core.masking import choose_exact
from playground.core.replaced import sample, states
from playground.core.scripts import mostly_korean
from playground.messages import Complaint, Notice
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.heads import word_logits
from playground.models.loading import Loaded, load

GENERATOR_HEAD, DISCRIMINATOR_HEAD = "masked_lm", "replaced_token"
BATCH_TOKENS = 2048  # a batch takes well under a second on two CPU cores
_SEEDS = 1_000_003  # apart: the draws of one text do not hang together with the next one's


@dataclass(frozen=True)
class Pair:
    generator: Loaded
    discriminator: Loaded

    @property
    def max_length(self) -> int:
        return min(self.generator.max_length, self.discriminator.max_length)


@dataclass(frozen=True)
class Text:
    """ids: (T,) with special tokens; maskable: (T,) bool, all that are not the tokenizer's own, [UNK] among them."""

    ids: Tensor
    maskable: Tensor
    notices: list[Notice]


@dataclass(frozen=True)
class Corrupted:
    """One text, all (T,): ids as they were, chosen (bool), filled by the generator, and core.replaced's states."""

    ids: Tensor
    chosen: Tensor
    filled: Tensor

    @property
    def states(self) -> Tensor:
        return states(self.ids, self.filled, self.chosen)


def reads(model: str, head: str, *texts: str) -> Loaded:
    """The model with its head. Raises Complaint when it does not read the texts' language."""
    entry = catalogue.find(model)
    if "ko" not in entry.languages and any(mostly_korean(text) for text in texts):
        raise Complaint("pg_err_korean", model=model, reader=catalogue.reader_of("ko", head))
    return load(model, head)


def pair(generator: str, discriminator: str, *texts: str) -> Pair:
    """Raises Complaint when one of the two does not read the texts' language, or their words are different ones."""
    judge = reads(discriminator, DISCRIMINATOR_HEAD, *texts)  # first: its choice decides that of the generator
    found = Pair(reads(generator, GENERATOR_HEAD, *texts), judge)
    ours, theirs = found.generator.tokenizer, found.discriminator.tokenizer
    if len(ours) != len(theirs) or any(
        ours(text, verbose=False)["input_ids"] != theirs(text, verbose=False)["input_ids"] for text in texts
    ):
        raise Complaint("pg_err_ele_vocabulary", generator=generator, model=discriminator)
    return found


def read(loaded: Loaded, text: str, limit: int | None = None) -> Text:
    """The tokens of a text. limit: tokens at most, where another model reads less than this one.

    Raises Complaint for a text with too many tokens, with nothing but special ones, or with a [MASK] that was typed:
    nobody knows what is original there.
    """
    tokenizer = loaded.tokenizer
    ids = tokenizer(text, return_tensors="pt", verbose=False)["input_ids"][0]
    most = min(loaded.max_length, limit or loaded.max_length)
    if len(ids) > most:
        raise Complaint("pg_err_tokens", size=len(ids), model=loaded.entry.id, limit=most)
    if bool((ids == tokenizer.mask_token_id).any()):
        raise Complaint("pg_err_ele_mask", place=int((ids == tokenizer.mask_token_id).nonzero()[0]))
    own = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    unknown = ids == tokenizer.unk_token_id
    if bool((own & ~unknown).all()):
        raise Complaint("pg_err_only_special")
    count = int(unknown.sum())
    notices = [Notice(key="pg_note_unknown", values={"count": count, "model": loaded.entry.id})] if count else []
    return Text(ids, ~own, notices)


def choose(text: Text, rate: float, seed: int, number: int = 0) -> tuple[Tensor, torch.Generator]:
    """(T,) bool the places to mask, none at rate 0, and the generator that goes on to draw the words.

    number: the text's place in a list: each has draws of its own, whatever it is batched with.
    """
    draws = torch.Generator().manual_seed(seed * _SEEDS + number)
    if rate == 0:
        return torch.zeros_like(text.maskable), draws
    return choose_exact(text.maskable[None], rate, draws)[0], draws


@torch.inference_mode()
def corrupt(
    models: Pair, texts: Sequence[Text], rate: float, temperature: float, seed: int, numbers: Sequence[int]
) -> list[Corrupted]:
    """Mask the texts and have the generator fill them, all in one forward; numbers: as for `choose`.

    Words are drawn from softmax(logits / temperature), as core.replaced.sample does.
    """
    tokenizer, model = models.generator.tokenizer, models.generator.model
    chosen = [choose(text, rate, seed, number) for text, number in zip(texts, numbers, strict=True)]
    if not any(bool(places.any()) for places, _ in chosen):
        return [Corrupted(text.ids, places, text.ids) for text, (places, _) in zip(texts, chosen, strict=True)]
    masked = [
        text.ids.masked_fill(places, tokenizer.mask_token_id) for text, (places, _) in zip(texts, chosen, strict=True)
    ]
    inputs = _batch(masked, tokenizer.pad_token_id, model.device)
    where = _padded([places for places, _ in chosen], False).to(model.device)
    logits = word_logits(model, where, **inputs)[:, : len(tokenizer)]  # (P, V), row by row
    found, start = [], 0
    for text, (places, draws) in zip(texts, chosen, strict=True):
        end = start + int(places.sum())
        words = sample(logits[start:end], temperature, draws).cpu()
        found.append(Corrupted(text.ids, places, text.ids.masked_scatter(places, words)))
        start = end
    return found


@torch.inference_mode()
def suspicion(loaded: Loaded, rows: Sequence[Tensor]) -> list[Tensor]:
    """(T,) the discriminator's logit of "replaced" for every token of each row of ids, all in one forward."""
    logits = loaded.model(**_batch(rows, loaded.tokenizer.pad_token_id, loaded.model.device)).logits.float().cpu()
    return [line[: len(row)] for line, row in zip(logits, rows, strict=True)]


def judged(
    models: Pair, texts: Sequence[Text], rate: float, temperature: float, seed: int
) -> Iterator[dict[int, tuple[Corrupted, Tensor]]]:
    """Batch by batch, text number -> what became of it and (T,) the logits of "replaced".

    Texts are sorted by length, so that little is padded. Each batch waits for its turn behind quick requests.
    """
    order = sorted(range(len(texts)), key=lambda number: len(texts[number].ids))
    while order:
        size = max(1, BATCH_TOKENS // len(texts[order[-1]].ids))
        numbers, order = order[-size:], order[:-size]
        with TURNS.step():
            made = corrupt(models, [texts[number] for number in numbers], rate, temperature, seed, numbers)
            logits = suspicion(models.discriminator, [one.filled for one in made])
        yield dict(zip(numbers, zip(made, logits, strict=True), strict=True))


def _padded(rows: Sequence[Tensor], value: float) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=value)


def _batch(rows: Sequence[Tensor], pad_id: int, device: torch.device) -> dict[str, Tensor]:
    """(B, T) ids, with an attention mask where some are shorter than others."""
    ids = _padded(rows, pad_id).to(device)
    if len({len(row) for row in rows}) == 1:
        return {"input_ids": ids}
    real = _padded([torch.ones_like(row) for row in rows], 0).to(device)
    return {"input_ids": ids, "attention_mask": real}
