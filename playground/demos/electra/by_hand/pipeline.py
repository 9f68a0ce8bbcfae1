"""Put the changed words in, have the discriminator judge all tokens, and ask the generator for one place."""

from itertools import chain

import torch
from torch import Tensor

from playground.core.distributions import distribution
from playground.demos.electra.by_hand.schema import Candidate, Changed, Request, Result, Token
from playground.demos.electra.pair import Pair, Text, pair, read, suspicion
from playground.messages import Complaint
from playground.models.device import TURNS
from playground.models.heads import word_logits


def run(request: Request) -> Result:
    """One forward of the discriminator, and one of the generator where a place is asked for.

    Raises Complaint as `pair` and `read` do, for a place that is not in the text or holds a special token, for a word
    that is no word to the model, and when the changes make the text too long.
    """
    models = pair(request.generator_model, request.model, request.text)
    text = read(models.discriminator, request.text, models.max_length)
    own = _special(models, text)
    words = {change.place: change.word for change in request.changes}
    for place in (*words, *([] if request.place is None else [request.place])):
        if place >= len(text.ids):
            raise Complaint("pg_err_position", place=place, last=len(text.ids) - 1)
        if own[place]:
            raise Complaint("pg_err_ele_special", place=place)
    pieces = {place: _pieces(models, word) for place, word in words.items()}
    now = [pieces.get(place, [number]) for place, number in enumerate(text.ids.tolist())]
    ids, places = torch.tensor(list(chain.from_iterable(now))), [place for place, part in enumerate(now) for _ in part]
    if len(ids) > models.max_length:
        raise Complaint("pg_err_tokens", size=len(ids), model=request.model, limit=models.max_length)
    with TURNS.quick():
        probabilities = suspicion(models.discriminator, [ids])[0].sigmoid().tolist()
        candidates = [] if request.place is None else _candidates(models, text, now, request.place, request.top_k)
    tokenizer = models.discriminator.tokenizer
    changed = {place for place, part in pieces.items() if part != [int(text.ids[place])]}
    tokens = [
        Token(
            text=word,
            place=place,
            replaced=place in changed,
            special=bool(own[place]),
            replaced_probability=round(probability, 4),
        )
        for word, place, probability in zip(
            tokenizer.convert_ids_to_tokens(ids.tolist()), places, probabilities, strict=True
        )
    ]
    before = tokenizer.convert_ids_to_tokens(text.ids.tolist())
    changes = [_changed(place, before[place], words[place], tokens, request.threshold) for place in sorted(changed)]
    untouched = [token for token in tokens if not token.replaced and not token.special]
    return Result(
        tokens=tokens,
        changes=changes,
        slipped=sum(change.slipped for change in changes),
        untouched=len(untouched),
        false_alarms=sum(token.replaced_probability >= request.threshold for token in untouched),
        chosen=None if request.place is None else before[request.place],
        candidates=candidates,
        notices=text.notices,
    )


def prepare(request: Request) -> None:
    """Load the models of a request, so that `run` finds them in the cache."""
    pair(request.generator_model, request.model, request.text)


def _special(models: Pair, text: Text) -> Tensor:
    """(T,) bool: the tokenizer's own tokens; what it has no word for can be changed."""
    return ~text.maskable & (text.ids != models.discriminator.tokenizer.unk_token_id)


def _pieces(models: Pair, word: str) -> list[int]:
    """A word of the vocabulary as it is, `##ing` too; any other as the tokenizer spells it."""
    tokenizer = models.discriminator.tokenizer
    known = tokenizer.convert_tokens_to_ids(word)
    special = set(tokenizer.all_special_ids)
    if known is not None and known not in special:
        return [known]
    spelled: list[int] = tokenizer(word, add_special_tokens=False, verbose=False)["input_ids"]
    if not spelled or (special - {tokenizer.unk_token_id}) & set(spelled):
        raise Complaint("pg_err_elh_word", word=word)
    return spelled


def _changed(place: int, original: str, word: str, tokens: list[Token], threshold: float) -> Changed:
    probability = max(token.replaced_probability for token in tokens if token.place == place)
    return Changed(place=place, original=original, word=word, probability=probability, slipped=probability < threshold)


@torch.inference_mode()
def _candidates(models: Pair, text: Text, now: list[list[int]], place: int, top_k: int) -> list[Candidate]:
    """The generator's words where one token is masked, in the text as it is now."""
    tokenizer, model = models.generator.tokenizer, models.generator.model
    mask = tokenizer.mask_token_id
    ids = torch.tensor([list(chain(*now[:place], [mask], *now[place + 1 :]))])
    where = (ids == mask).to(model.device)
    logits = word_logits(model, where, input_ids=ids.to(model.device))[:, : len(tokenizer)]
    best = distribution(logits, min(top_k, logits.shape[1]))
    stood = int(text.ids[place])
    return [
        Candidate(token=token, probability=round(probability, 6), original=number == stood)
        for token, probability, number in zip(
            tokenizer.convert_ids_to_tokens(best.top_ids[0].tolist()),
            best.top_probabilities[0].tolist(),
            best.top_ids[0].tolist(),
            strict=True,
        )
    ]
