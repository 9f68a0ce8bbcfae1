"""The same blank from both sides (a masked language model) and from the left (a GPT), and both attention masks."""

import math
import re

import torch
from torch import Tensor

from playground.core.distributions import Distribution, distribution
from playground.demos.attention.sides.schema import MAX_TOKENS, Candidate, Line, Request, Result, Side
from playground.messages import Complaint
from playground.models.attention import with_attention
from playground.models.device import TURNS
from playground.models.loading import Loaded
from playground.models.reading import read, reader, spelled
from playground.pictures import pack
from playground.published import published

_MASKED, _CAUSAL = "masked_lm", "causal_lm"
_CORE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


def run(request: Request) -> Result:
    """Two forwards each. Raises Complaint as `reader` and `read` do, for a word that is not there, for the first word,
    for a text that holds a mask already, and for more than 64 tokens."""
    bert, gpt = _load(request)
    mask = bert.tokenizer.mask_token
    if re.search(rf"\[mask\]|{re.escape(mask)}", request.text, re.IGNORECASE):
        raise Complaint("pg_err_sid_typed", mask=mask)
    spans = [found.span() for found in re.finditer(r"\S+", request.text)]
    if request.word >= len(spans):
        raise Complaint("pg_err_sid_word", word=request.word, last=len(spans) - 1)
    if request.word == 0:
        raise Complaint("pg_err_sid_first")
    start, end = spans[request.word]
    before, core, after = _CORE.match(request.text[start:end]).groups()  # type: ignore[union-attr]
    if not core:
        raise Complaint("pg_err_sid_mark", word=request.text[start:end])
    left, right = request.text[:start] + before, after + request.text[end:]
    table = published("gpt_bert")
    with TURNS.quick(), torch.inference_mode():
        both = _both(bert, left, core, right, request.top_k)
        only_left = _left(gpt, left, core, request)
    return Result(
        words=[request.text[start:end] for start, end in spans],
        blank=core,
        both=both,
        left=only_left,
        columns=table.columns,
        lines=[Line(key=row.model, cells=row.scores, source=row.source) for row in table.rows],
    )


def prepare(request: Request) -> None:
    """Load the models of a request, so that `run` finds them in the cache."""
    _load(request)


def _load(request: Request) -> tuple[Loaded, Loaded]:
    return reader(request.model, _MASKED, request.text), reader(request.gpt_model, _CAUSAL, request.text)


def _both(loaded: Loaded, left: str, core: str, right: str, top_k: int) -> Side:
    """One [MASK] in the word's place."""
    tokenizer = loaded.tokenizer
    text = read(loaded, f"{left}{tokenizer.mask_token}{right}")
    _short(len(text.ids), loaded)
    logits = loaded.model(**text.inputs(loaded)).logits[0].float().cpu()
    [place] = (text.ids == tokenizer.mask_token_id).nonzero().flatten().tolist()
    spread = distribution(logits[place : place + 1, : len(tokenizer)], top_k)
    word = tokenizer(_gap(left) + core, add_special_tokens=False, verbose=False)["input_ids"]
    return Side(
        tokens=text.tokens,
        candidates=_candidates(loaded, spread),
        pieces=len(word),
        probability=round(spread.probability(0, word[0]), 6) if len(word) == 1 else None,
        entropy=round(float(spread.entropy[0]), 4),
        mask=_mask(loaded, text.inputs(loaded)),
    )


def _left(loaded: Loaded, left: str, core: str, request: Request) -> Side:
    """What follows the words before the blank; of a word of several pieces each given those before it."""
    tokenizer = loaded.tokenizer
    whole = read(loaded, request.text)
    _short(len(whole.ids), loaded)
    seen = tokenizer(left.rstrip(), add_special_tokens=False, verbose=False)["input_ids"]
    word = tokenizer(_gap(left) + core, add_special_tokens=False, verbose=False)["input_ids"]
    ids = torch.tensor([[*seen, *word]], device=loaded.model.device)
    logits = loaded.model(input_ids=ids).logits[0].float().cpu()[:, : len(tokenizer)]
    spread = distribution(logits[len(seen) - 1 : len(seen)], request.top_k)
    rows = logits[len(seen) - 1 : -1].log_softmax(-1)  # row i is asked for piece i of the word
    chance = math.exp(float(rows[range(len(word)), word].sum()))
    return Side(
        tokens=whole.tokens,
        candidates=_candidates(loaded, spread),
        pieces=len(word),
        probability=round(chance, 6),
        entropy=round(float(spread.entropy[0]), 4),
        mask=_mask(loaded, whole.inputs(loaded)),
    )


def _gap(left: str) -> str:
    """The space before the blank, which for byte-level tokenizers (GPT's, RoBERTa's) belongs to the word."""
    return " " if left[-1:].isspace() else ""


def _mask(loaded: Loaded, inputs: dict[str, Tensor]) -> str:
    """Who sees whom: where any head of the first layer gives any weight."""
    out = with_attention(loaded.model).base_model(**inputs, output_attentions=True)
    sees = (out.attentions[0][0] > 0).any(0).to(torch.uint8).cpu() * 255
    return pack(sees.numpy())


def _candidates(loaded: Loaded, spread: Distribution) -> list[Candidate]:
    names = spelled(loaded.tokenizer, spread.top_ids[0].tolist())
    chances = spread.top_probabilities[0].tolist()
    return [Candidate(token=token, probability=round(chance, 6)) for token, chance in zip(names, chances, strict=True)]


def _short(size: int, loaded: Loaded) -> None:
    if size > min(MAX_TOKENS, loaded.max_length):
        raise Complaint("pg_err_tokens_here", size=size, limit=min(MAX_TOKENS, loaded.max_length))
