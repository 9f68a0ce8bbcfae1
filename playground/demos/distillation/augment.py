"""TinyBERT's data augmentation: sentences in which bert-mini has replaced words (Jiao et al. 2020, algorithm 1).

A share of a sentence's words is masked, and each is drawn from the model's likeliest candidates. The paper masks them
one by one and makes 20 copies; here they are masked together and there is one copy, so that a class need not wait. The
new sentences have no label: `a charming film` may have become `a boring film`. Only the teacher speaks about them.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch

from playground.core.masking import choose_exact
from playground.demos.distillation.schema import GENERAL_TEACHER
from playground.models.device import TURNS, device
from playground.models.heads import word_logits
from playground.models.loading import load

SHARE, CANDIDATES = 0.4, 15  # the paper's p_t and K
_AT_ONCE = 64  # sentences


@lru_cache(maxsize=4)
@torch.inference_mode()
def augmented(sentences: tuple[str, ...], seed: int) -> tuple[str, ...]:
    """One more sentence for each, without those that came out as they were."""
    loaded = load(GENERAL_TEACHER, "masked_lm")
    tokenizer, draws = loaded.tokenizer, torch.Generator().manual_seed(seed)
    special = torch.tensor(tokenizer.all_special_ids)
    no_words = torch.tensor([n for word, n in tokenizer.get_vocab().items() if not word[:1].isalpha()])
    ends = torch.tensor([n for word, n in tokenizer.get_vocab().items() if word.startswith("##")])
    found: list[str] = []
    for start in range(0, len(sentences), _AT_ONCE):
        batch = list(sentences[start : start + _AT_ONCE])
        inputs = tokenizer(batch, padding=True, truncation=True, max_length=64, return_tensors="pt")
        ids = inputs["input_ids"]
        # A word that is cut stays whole: its end would hang behind another one's beginning.
        cut = torch.isin(ids, ends).roll(-1, 1)
        chosen = choose_exact(~torch.isin(ids, special) & ~torch.isin(ids, no_words) & ~cut, SHARE, draws)
        masked = ids.masked_fill(chosen, tokenizer.mask_token_id).to(device())
        with TURNS.step():
            logits = word_logits(
                loaded.model,
                chosen.to(device()),
                input_ids=masked,
                attention_mask=inputs["attention_mask"].to(device()),
            )
        logits = logits.float().cpu()  # (P, V)
        logits[:, no_words] = -torch.inf
        likely = logits.topk(CANDIDATES, 1).indices
        ids[chosen] = likely.gather(1, torch.randint(CANDIDATES, (len(likely), 1), generator=draws)).squeeze(1)
        found += _texts(tokenizer.batch_decode(ids, skip_special_tokens=True))
    plain = {sentence.lower() for sentence in sentences}
    return tuple(dict.fromkeys(sentence for sentence in found if sentence not in plain))


def _texts(sentences: Sequence[str]) -> list[str]:
    return [sentence.strip() for sentence in sentences if sentence.strip()]
