"""Few-shot: a curve over shared caches against one forward a label, and generation against bare `model.generate`."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from playground.core.generation import generate
from playground.core.prefix import Prefix, ranked
from playground.core.prompts import PATTERNS, prompt
from playground.core.ranking import among
from playground.core.sampling import Sampler
from playground.demos.few_shot.curve.runs import Examiner, Queries, shown
from playground.demos.few_shot.reader import HEAD, encode
from playground.demos.few_shot.schema import MODEL
from playground.demos.few_shot.tasks import find
from playground.models.device import synchronize
from playground.models.loading import load

SHOTS = (0, 1, 2, 4, 8, 16)
QUERIES = 50
TOKENS = 100
ROUNDS = 2


def _medians(*functions: Callable[[], object]) -> list[float]:
    """Median seconds of each, measured by turns after one warm-up."""
    times: list[list[float]] = [[] for _ in functions]
    for round_ in range(ROUNDS + 1):
        for function, measured in zip(functions, times, strict=True):
            synchronize()
            started = time.perf_counter()
            function()
            synchronize()
            if round_:
                measured.append(time.perf_counter() - started)
    return [statistics.median(measured) for measured in times]


@torch.inference_mode()
def main(name: str = MODEL, task: str = "sentiment", queries: int = QUERIES) -> None:
    """Print both ratios; another model or task may be given."""
    loaded = load(name, HEAD)
    model, pattern, bundled = loaded.model, PATTERNS["input_output"], find(task)
    asked = Queries.of(bundled, queries)
    examiner = Examiner(loaded, "input_output", asked)
    prompts = {
        shots: [encode(loaded, prompt(shown(bundled, shots, 1, 0, 0), row.input, pattern)) for row in asked.asked]
        for shots in SHOTS
    }
    counts = {}

    def together() -> list[np.ndarray]:
        prefix, found = Prefix(model), []
        for shots in SHOTS:
            for part in ranked(prefix, prompts[shots], examiner.endings):
                found += [among(scores) for scores in part]
        counts["together"] = prefix.forwarded
        return found

    def one_by_one() -> list[np.ndarray]:
        found, tokens = [], 0
        for shots in SHOTS:
            for ids, labels in zip(prompts[shots], examiner.endings, strict=True):
                scores = []
                for label in labels:
                    read = torch.tensor([[*ids, *label]], device=model.device)
                    logits = model(input_ids=read, use_cache=False).logits[0].float()
                    rows = logits[len(ids) - 1 : -1].log_softmax(-1)
                    scores.append(float(rows.gather(1, read[0, len(ids) :, None]).sum()))
                    tokens += read.shape[1]
                found.append(among(scores))
        counts["one_by_one"] = tokens
        return found

    ours, plain = _medians(together, one_by_one)
    apart = max(float(np.abs(a - b).max()) for a, b in zip(together(), one_by_one(), strict=True))
    print(f"few_shot: {task}, k up to {SHOTS[-1]}, {queries} queries: {ours:.2f} s; one forward a label {plain:.2f} s")
    print(
        f"  {plain / ours:.1f}x (goal: at least 4x), {counts['one_by_one'] / counts['together']:.1f}x fewer tokens read"
    )
    print(f"  probabilities at most {apart:.1e} apart (goal: at most 1e-3)")

    ids = encode(loaded, "The old man walked down to the river, and")
    given = torch.tensor([ids], device=model.device)

    def step_by_step() -> None:
        steps = list(generate(Prefix(model), ids, Sampler(temperature=0), TOKENS, 1))
        assert len(steps) == TOKENS

    def bare() -> None:
        made = model.generate(given, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, pad_token_id=0)
        assert made.shape[1] == len(ids) + TOKENS

    ours, plain = _medians(step_by_step, bare)
    print(f"few_shot: {TOKENS / ours:.0f} tokens/s with probabilities, entropy and alternatives of each")
    print(f"  {plain / ours:.2f}x model.generate at {TOKENS / plain:.0f} tokens/s (goal: at least 0.9x)")
