"""Every token of a text hidden in turn: one copy of the text for each."""

import torch

from playground.demos.masked_lm.reader import Text
from playground.demos.masked_lm.scoring import Scores, score, together
from playground.messages import Complaint
from playground.models.loading import Loaded

LIMIT = 96  # tokens: the work grows with their square, and two CPU cores need some 2 s for these


def maskable(loaded: Loaded, text: Text) -> list[int]:
    """Places of ordinary tokens; a [MASK] that was typed has no word to ask for. Raises Complaint if there are none."""
    mask = loaded.tokenizer.mask_token_id
    places = [place for place, token in enumerate(text.ids.tolist()) if place not in text.special and token != mask]
    if not places:
        raise Complaint("pg_err_only_special")
    return places


def each_masked(loaded: Loaded, text: Text) -> Scores:
    """Scores (P,) of the maskable places, each with its own copy of the text in which it alone is hidden.

    P(w_t | all others), the terms of the pseudo-log-likelihood (Salazar et al. 2020, arXiv:1910.14659).
    """
    places = torch.tensor(maskable(loaded, text), dtype=torch.long)
    chosen = torch.zeros(len(places), len(text.ids), dtype=torch.bool)
    chosen[torch.arange(len(places)), places] = True
    copies = text.ids.expand_as(chosen).masked_fill(chosen, loaded.tokenizer.mask_token_id)
    return together(list(score(loaded, text.ids, copies, chosen)))


def all_visible(loaded: Loaded, text: Text) -> Scores:
    """Scores (P,) of the same places with nothing hidden, all in one forward."""
    chosen = torch.zeros(1, len(text.ids), dtype=torch.bool)
    chosen[0, maskable(loaded, text)] = True
    return together(list(score(loaded, text.ids, text.ids[None], chosen)))
