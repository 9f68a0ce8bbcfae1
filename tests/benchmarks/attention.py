"""Attention: seconds and bytes from text to figure, beside every head of the model as JSON, as BertViz sends them."""

import json
import statistics
import time
from collections.abc import Callable

import torch

from playground.core.architecture import Architecture
from playground.demos.attention import tab
from playground.demos.attention.pipeline import run
from playground.demos.attention.schema import Request
from playground.models import loading
from playground.models.attention import with_attention
from playground.models.built import build
from playground.models.cache import ByteCache
from playground.models.reading import read
from playground.runs import Run

ROUNDS = 9
TOKENS = 128
_BERT_BASE = Architecture(30_522, 768, 768, 12, 12, 3072, projection=False, pooler=False)


def _median(function: Callable[[], object]) -> float:
    times = []
    for round_ in range(ROUNDS + 1):
        started = time.perf_counter()
        function()
        if round_:
            times.append(time.perf_counter() - started)
    return statistics.median(times)


@torch.inference_mode()
def main() -> None:
    """12 x 12 heads at 128 tokens: BERT base's sizes with random weights, read by bert-mini's tokenizer."""
    mini = loading.load("bert-mini", "masked_lm")
    torch.manual_seed(1)
    encoder = build(_BERT_BASE, "cpu")[0].eval()
    loaded = loading.Loaded(mini.entry, mini.tokenizer, encoder)
    loading._CACHE = ByteCache(2**31)  # in which bert-mini's place is taken
    loading._CACHE.get(("bert-mini", "masked_lm"), lambda: (loaded, 1))
    words = "the old man walked along the river to the village where his family had lived for many years and thought of"
    text = " ".join((words.split() * 9)[: TOKENS - 2])
    assert len(read(loaded, text).ids) == TOKENS  # each of the words is one token
    request = Request(text=text, layer=6, head=6, row=20, picture=True)

    def ours() -> list[str]:
        result = run(request)
        ran = Run(
            demo="attention", request=request.model_dump(), result=result.model_dump(), model="", device="", seconds=0
        )
        return [json.dumps(value) for value in tab.draw(ran, "en") if isinstance(value, (str, list))]

    def bare() -> None:
        encoder(**read(loaded, text).inputs(loaded))

    def every_head() -> str:
        out = with_attention(encoder)(**read(loaded, text).inputs(loaded), output_attentions=True)
        return json.dumps([layer[0].tolist() for layer in out.attentions])

    sent, whole = sum(map(len, ours())), len(every_head())
    seconds, forward, others = _median(ours), _median(bare), _median(every_head)
    print(f"attention: 12 x 12 heads, {TOKENS} tokens, text to figures: {1000 * seconds:.0f} ms, {sent / 1024:.0f} KB")
    print(f"  {seconds / forward:.2f}x a bare forward without attentions at {1000 * forward:.0f} ms")
    print(f"  every head as JSON: {1000 * others:.0f} ms, {whole / 1024:.0f} KB: {whole / sent:.0f}x the bytes")
    print(f"  {others / seconds:.1f}x the time (goal: at most 300 KB, and less time than the JSON)")
