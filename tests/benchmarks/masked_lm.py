"""Masked LM: a prediction, the surprise map, and many clients, each against what a plain script would do."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch
from gradio_client import Client
from transformers import FillMaskPipeline

from playground.demos.masked_lm import figures, pipeline
from playground.demos.masked_lm.schema import Request
from playground.demos.masked_lm.surprise import pipeline as surprise
from playground.demos.masked_lm.surprise.schema import Request as SurpriseRequest
from playground.models.loading import load
from tests.server import running

ROUNDS = 15
WORDS = (
    "The old man walked slowly along the river to the small village where his family had lived for many years , and he "
    "thought of the long winter when the water froze and the children played on the ice until the sun went down . "
) * 4
CLIENTS = 20


def _median(*functions: Callable[[], object]) -> list[float]:
    """Median seconds of each, measured by turns after one warm-up."""
    times: list[list[float]] = [[] for _ in functions]
    for round_ in range(ROUNDS + 1):
        for function, measured in zip(functions, times, strict=True):
            started = time.perf_counter()
            function()
            if round_:
                measured.append(time.perf_counter() - started)
    return [statistics.median(measured) for measured in times]


def _text(tokens: int) -> str:
    """A text of exactly so many tokens, special ones included: all its words are whole ones."""
    return " ".join(WORDS.split()[: tokens - 2])


@torch.inference_mode()
def main() -> None:
    loaded = load("bert-mini", "masked_lm")
    tokenizer, model = loaded.tokenizer, loaded.model
    text = _text(128)
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(model.device)
    assert ids.shape == (1, 128), ids.shape
    request = Request(text=text, positions=[20])

    def ours() -> object:
        return figures.candidates(pipeline.run(request), "en").to_json()

    masked = text.split()
    masked[19] = tokenizer.mask_token
    fill = FillMaskPipeline(model=model, tokenizer=tokenizer, device=model.device)
    a, b, c = _median(ours, lambda: model(input_ids=ids), lambda: fill(" ".join(masked), top_k=8))
    print(f"prediction, text to figure JSON, 128 tokens: {a * 1e3:.1f} ms; bare forward {b * 1e3:.1f} ms")
    print(f"  {a / b:.2f}x the bare forward (goal: at most 1.25x)")
    print(f'  {a / c:.2f}x transformers.pipeline("fill-mask") at {c * 1e3:.1f} ms (goal: at most 1x)')

    short = _text(64)
    row = tokenizer(short, return_tensors="pt")["input_ids"].to(model.device)

    def one_by_one() -> None:
        for place in range(1, 63):
            copy = row.clone()
            copy[0, place] = tokenizer.mask_token_id
            model(input_ids=copy).logits[0, place].log_softmax(-1)

    a, b = _median(lambda: surprise.run(SurpriseRequest(text=short)), one_by_one)
    print(f"surprise of 64 tokens: {a * 1e3:.0f} ms; one forward a token {b * 1e3:.0f} ms")
    print(f"  {a / b:.2f}x (goal: at most 0.35x)")

    with running() as address:
        clients = [Client(address, verbose=False) for _ in range(CLIENTS)]
        ask = {"text": _text(32), "positions": [5], "api_name": "/masked_lm"}
        clients[0].predict(**ask)
        each = 5

        def all_of(client: Client) -> None:
            for _ in range(each):
                client.predict(**ask)

        started = time.perf_counter()
        all_of(clients[0])
        alone = each / (time.perf_counter() - started)
        started = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(all_of, clients))
        together = each * CLIENTS / (time.perf_counter() - started)
    print(f"{CLIENTS} clients at once: {together:.1f} answers/s; one client {alone:.1f} answers/s")
    print(f"  {together / alone:.2f}x (goal: at least 1x, no error)")
