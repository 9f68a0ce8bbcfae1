"""TinyBERT's data augmentation: sentences in which bert-mini has replaced words (Jiao et al. 2020, algorithm 1).

A share of a sentence's words is masked, and each is drawn from the model's likeliest candidates. The paper masks them
one by one and makes 20 copies; here they are masked together and there is one copy, so that a class need not wait. The
new sentences have no label: `a charming film` may have become `a boring film`. Only the teacher speaks about them.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import torch
from transformers import PreTrainedTokenizerBase

from playground.core.masking import choose_exact
from playground.demos.distillation.schema import GENERAL_TEACHER
from playground.models.device import TURNS, device
from playground.models.heads import word_logits
from playground.models.loading import load

SHARE, CANDIDATES = 0.4, 15  # the paper's p_t and K
_AT_ONCE = 64  # sentences
_LONGEST = 64  # tokens


def augmented(sentences: tuple[str, ...], seed: int) -> tuple[str, ...]:
    """One more sentence for each, without those that came out as they were."""
    found = [sentence for batch in steps(sentences, seed) for sentence in batch]
    plain = {sentence.lower() for sentence in sentences}
    return tuple(dict.fromkeys(sentence for sentence in found if sentence not in plain))


def steps(sentences: tuple[str, ...], seed: int) -> Iterator[list[str]]:
    """The new sentences, as many at once as a forward pass reads; those of before are at hand."""
    for start in range(0, len(sentences), _AT_ONCE):
        yield _replaced(sentences[start : start + _AT_ONCE], seed * 100_003 + start)


@lru_cache(maxsize=512)  # 512 x 64 short sentences: a few megabytes
@torch.inference_mode()
def _replaced(batch: tuple[str, ...], seed: int) -> list[str]:
    loaded = load(GENERAL_TEACHER, "masked_lm")
    tokenizer, draws = loaded.tokenizer, torch.Generator().manual_seed(seed)
    special = torch.tensor(tokenizer.all_special_ids)
    no_words, ends = _kinds(tokenizer)
    longest = min(_LONGEST, loaded.max_length)
    inputs = tokenizer(list(batch), padding=True, truncation=True, max_length=longest, return_tensors="pt")
    ids = inputs["input_ids"]
    # A word that is cut stays whole: its end would hang behind another one's beginning.
    cut = torch.isin(ids, ends).roll(-1, 1)
    chosen = choose_exact(~torch.isin(ids, special) & ~torch.isin(ids, no_words) & ~cut, SHARE, draws)
    masked = ids.masked_fill(chosen, tokenizer.mask_token_id).to(device())
    mask = inputs["attention_mask"].to(device())
    with TURNS.step():
        logits = word_logits(loaded.model, chosen.to(device()), input_ids=masked, attention_mask=mask)
    logits = logits.float().cpu()  # (P, V)
    logits[:, no_words] = -torch.inf
    likely = logits.topk(CANDIDATES, 1).indices
    ids[chosen] = likely.gather(1, torch.randint(CANDIDATES, (len(likely), 1), generator=draws)).squeeze(1)
    return _texts(tokenizer.batch_decode(ids, skip_special_tokens=True))


def _kinds(tokenizer: PreTrainedTokenizerBase) -> tuple[torch.Tensor, torch.Tensor]:
    """Numbers of the pieces that begin with no letter, and of those that go on with a word."""
    pieces = tokenizer.get_vocab().items()
    no_words = [number for piece, number in pieces if not piece[:1].isalpha()]
    return torch.tensor(no_words), torch.tensor([number for piece, number in pieces if piece.startswith("##")])


def _texts(sentences: Sequence[str]) -> list[str]:
    return [sentence.strip() for sentence in sentences if sentence.strip()]
