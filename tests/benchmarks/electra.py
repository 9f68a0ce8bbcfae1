"""ELECTRA: one click against the two bare forwards, and many sentences in sorted batches against one at a time."""

import statistics
import time
from collections.abc import Callable

import torch

from playground.demos.electra import figures
from playground.demos.electra.measure.pipeline import bundled
from playground.demos.electra.pair import corrupt, judged, pair, read, suspicion
from playground.demos.electra.pipeline import run
from playground.demos.electra.schema import DISCRIMINATOR, GENERATOR, Request

ROUNDS = 15
SENTENCES = 200


def _medians(rounds: int, *functions: Callable[[], object]) -> list[float]:
    """Median seconds of each, measured by turns after one warm-up."""
    times: list[list[float]] = [[] for _ in functions]
    for round_ in range(rounds + 1):
        for function, measured in zip(functions, times, strict=True):
            started = time.perf_counter()
            function()
            if round_:
                measured.append(time.perf_counter() - started)
    return [statistics.median(measured) for measured in times]


@torch.inference_mode()
def main(generator: str = GENERATOR, discriminator: str = DISCRIMINATOR) -> None:
    """Print the two ratios; other models than the bundled pair may be given."""
    models = pair(generator, discriminator)
    tokenizer = models.discriminator.tokenizer
    words = " ".join(bundled()).split()
    while len(tokenizer(" ".join(words))["input_ids"]) > 128:
        words.pop()
    text = " ".join(words)
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(models.discriminator.model.device)
    request = Request(text=text, model=discriminator, generator_model=generator)

    def click() -> object:
        return figures.heatmap(run(request), request.threshold, "en").to_json()

    def bare() -> None:
        models.generator.model(input_ids=ids)
        models.discriminator.model(input_ids=ids)

    ours, forwards = _medians(ROUNDS, click, bare)
    print(f"electra: mask, sample, detect, draw at {ids.shape[1]} tokens: {1000 * ours:.0f} ms")
    print(f"  {ours / forwards:.2f}x the two bare forwards at {1000 * forwards:.0f} ms (goal: at most 1.3x)")

    texts = [read(models.discriminator, sentence) for sentence in bundled()[:SENTENCES]]

    def together() -> None:
        for _ in judged(models, texts, 0.15, 1.0, 1):
            pass

    def one_by_one() -> None:
        for number, one in enumerate(texts):
            [made] = corrupt(models, [one], 0.15, 1.0, 1, [number])
            suspicion(models.discriminator, [made.filled])

    sorted_, alone = _medians(3, together, one_by_one)
    print(f"electra: {len(texts)} sentences in sorted batches {sorted_:.2f} s, one at a time {alone:.2f} s")
    print(f"  {alone / sorted_:.1f}x (goal: at least 3x)")
