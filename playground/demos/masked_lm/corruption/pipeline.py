"""Corrupt a text by a recipe, many times at once, and ask the model at every chosen place."""

import torch
from torch import Tensor

from playground.core.intervals import wilson
from playground.core.masking import KEPT, MASKED, RANDOM, RECIPES, Corruption, corrupt, ordinary_words
from playground.demos.masked_lm.corruption.schema import Action, Chosen, Request, Result, Tally
from playground.demos.masked_lm.inturn import maskable
from playground.demos.masked_lm.reader import read, reader
from playground.demos.masked_lm.scoring import Scores, score, together
from playground.messages import Notice
from playground.models.loading import Loaded

_TOKENS = 4096  # of all draws together, so that an answer takes about a second
_MOST_DRAWS = 64
_ACTIONS: dict[int, Action] = {MASKED: "mask", RANDOM: "random", KEPT: "kept"}


def run(request: Request) -> Result:
    """Draw, predict, and count. The first draw is the one that is shown. Raises Complaint as `read` does, and when
    nothing but [MASK] was typed."""
    loaded, text = read(request.text, request.model)
    places = maskable(loaded, text)
    draws = max(1, min(_MOST_DRAWS, _TOKENS // len(text.ids)))
    drawn = draw(loaded, text.ids, places, request, draws)
    scores = together(list(score(loaded, text.ids, drawn.ids, drawn.chosen)))
    actions = drawn.action[scores.rows, scores.places]
    right = scores.right(text.ids)
    notices = list(text.notices)
    if not bool(drawn.chosen[0].any()):
        notices.append(Notice(key="pg_note_none_chosen", values={"count": len(places)}))
    return Result(
        tokens=loaded.tokenizer.convert_ids_to_tokens(text.ids.tolist()),
        special=text.special,
        chosen=_chosen(loaded, text.ids, drawn, scores, right),
        draws=draws,
        accuracy={name: _tally(right[actions == action]) for action, name in _ACTIONS.items()},
        notices=notices,
    )


def prepare(request: Request) -> None:
    """Load the model of a request, so that `run` finds it in the cache."""
    reader(request.text, request.model)


def draw(loaded: Loaded, ids: Tensor, places: list[int], request: Request, draws: int) -> Corruption:
    """`draws` corruptions of the text, (draws, T), in which only `places` are ever chosen."""
    recipe, generator = RECIPES[request.recipe], torch.Generator().manual_seed(request.seed)
    allowed = torch.zeros(draws, len(ids), dtype=torch.bool)
    allowed[:, places] = True
    return corrupt(
        ids.expand(draws, -1),
        recipe.choose(allowed, request.rate, generator),
        mask_id=loaded.tokenizer.mask_token_id,
        vocabulary=ordinary_words(loaded.tokenizer),
        generator=generator,
        mask_share=recipe.mask_share,
        random_share=recipe.random_share,
    )


def _chosen(loaded: Loaded, ids: Tensor, drawn: Corruption, scores: Scores, right: Tensor) -> list[Chosen]:
    """The chosen places of the first draw."""
    words = loaded.tokenizer.convert_ids_to_tokens
    return [
        Chosen(
            position=place,
            action=_ACTIONS[int(drawn.action[0, place])],
            original=words(int(ids[place])),
            shown=words(int(drawn.ids[0, place])),
            answer=words(int(scores.first[number])),
            probability=round(float(scores.log_probability[number].exp()), 6),
            right=bool(right[number]),
        )
        for number, (row, place) in enumerate(zip(scores.rows.tolist(), scores.places.tolist(), strict=True))
        if row == 0
    ]


def _tally(right: Tensor) -> Tally:
    hits, of = int(right.sum()), len(right)
    low, high = wilson(hits, of) if of else (0.0, 1.0)
    return Tally(right=hits, of=of, low=round(low, 4), high=round(high, 4))
