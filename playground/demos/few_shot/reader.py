"""A causal model, and prompts cut to what it reads."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from playground.core.prompts import Example, Pattern, prompt, shot
from playground.core.scripts import mostly_korean
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.device import TURNS
from playground.models.loading import Loaded, load

HEAD = "causal_lm"
_MOST = 4096  # tokens read here, however many a model could
_LABELS = 1024  # tokens of all labels together: each of them is read after each query
_TURN, _PAUSE = 0.1, 0.002  # seconds that a quick request may hold the device, and that others have to take it

Item = TypeVar("Item")


def reader(model: str, *texts: str) -> Loaded:
    """The model, as long as it can read the texts. Raises Complaint as `load` does, and for Korean texts in a model of
    English."""
    if "ko" not in catalogue.find(model).languages and any(map(mostly_korean, texts)):
        raise Complaint("pg_err_korean", model=model, reader=_of_both())
    return load(model, HEAD)


def _of_both() -> str:
    """The first model of the Hub that reads English and Korean."""
    listed = (one for one in catalogue.entries() if one.hub_id and HEAD in one.heads)
    return next(one.id for one in listed if {"en", "ko"} <= set(one.languages))


def limit_of(loaded: Loaded) -> int:
    """Tokens that a prompt and what follows it may have."""
    return min(loaded.max_length, _MOST)


def encode(loaded: Loaded, text: str) -> list[int]:
    """Token ids, with what the model wants at the beginning."""
    ids: list[int] = loaded.tokenizer(text, verbose=False)["input_ids"]
    return ids


def decode(loaded: Loaded, ids: Sequence[int]) -> str:
    text: str = loaded.tokenizer.decode(list(ids), clean_up_tokenization_spaces=False)
    return text


def endings(loaded: Loaded, labels: Sequence[str], pattern: Pattern) -> list[list[int]]:
    """Token ids of each label as it stands in an example: with the space before it and the token that ends its line.

    That token is found by what follows in an example: some tokenizers have one for two ends of line. For GPT-2's it is
    just that of core.prompts.answer. Raises Complaint for labels that are too long together.
    """
    found = []
    for label in labels:
        read = loaded.tokenizer(
            shot(Example("", label), pattern)[len(pattern.before.replace("{input}", "")) :] + "x",
            add_special_tokens=False,
            return_offsets_mapping=True,
            verbose=False,
        )
        end = len(label) + 2  # the space, the label, the first character after it
        found.append(
            [one for one, (start, _) in zip(read["input_ids"], read["offset_mapping"], strict=True) if start < end]
        )
    if (size := sum(map(len, found))) > _LABELS:
        raise Complaint("pg_err_fsh_labels_long", size=size, limit=_LABELS)
    return found


def ends_of(loaded: Loaded) -> set[int]:
    """The token after which the model itself says no more."""
    return {loaded.tokenizer.eos_token_id} - {None}


def in_turns(work: Iterator[Item]) -> Iterator[Item]:
    """The items of a quick request that needs many forwards, one an item: other work can go on between two turns."""
    ended = False
    while not ended:
        made: list[Item] = []
        with TURNS.quick():
            until = time.monotonic() + _TURN
            while not (ended or (made and time.monotonic() >= until)):
                try:
                    made.append(next(work))
                except StopIteration:
                    ended = True
        yield from made
        if not ended:
            time.sleep(_PAUSE)  # or the next turn would be taken before anyone who waits is awake


class Fitted(NamedTuple):
    """used: the examples in the prompt; dropped: how many before them are not."""

    text: str
    ids: list[int]
    used: tuple[Example, ...]
    dropped: int


def fit(
    loaded: Loaded,
    examples: Sequence[Example],
    query: str,
    pattern: Pattern,
    instruction: str = "",
    room: int = 0,
) -> Fitted:
    """The prompt with as many of the last examples as fit, leaving `room` tokens for what follows.

    Raises Complaint where the query alone, or one example with it, is too long.
    """
    limit = limit_of(loaded) - room

    def made(dropped: int) -> Fitted:
        used = tuple(examples[dropped:])
        text = prompt(used, query, pattern, instruction)
        return Fitted(text, encode(loaded, text), used, dropped)

    found = made(0)
    if len(found.ids) <= limit:
        return found
    low, high = 0, len(examples)  # too many; few enough, as far as there is such a number
    found = made(high)
    if len(found.ids) > limit:
        raise Complaint("pg_err_fsh_long", size=len(found.ids) + room, model=loaded.entry.id, limit=limit_of(loaded))
    while high - low > 1:
        middle = (low + high) // 2
        tried = made(middle)
        low, high, found = (low, middle, tried) if len(tried.ids) <= limit else (middle, high, found)
    if not found.used:
        size = len(encode(loaded, shot(examples[-1], pattern)))
        raise Complaint(
            "pg_err_fsh_example_long", number=len(examples), size=size, model=loaded.entry.id, limit=limit_of(loaded)
        )
    return found
