"""The calculator against the other way to learn a model's size: having Transformers build it."""

import time
from itertools import islice, product

from playground.core import architecture
from playground.core.architecture import Architecture
from playground.demos.albert.pipeline import run
from playground.demos.albert.presets import PRESETS
from playground.demos.albert.schema import Request
from playground.models import built


def _encoders(count: int) -> list[Architecture]:
    """All different, so that nothing is remembered."""
    sizes = product(range(64, 1024, 64), range(1, 25), ("none", "attention", "ffn", "all"))
    return [
        Architecture(30_000, 64, hidden, layers, 4, 4 * hidden, sharing=sharing)
        for hidden, layers, sharing in islice(sizes, count)
    ]


def main() -> None:
    """Print evaluations a second, and the time of a whole answer with its check."""
    encoders = _encoders(1000)
    started = time.perf_counter()
    for encoder in encoders:
        architecture.parts(encoder)
        architecture.memory(encoder, 8, 128)
        architecture.operations(encoder, 8, 128)
    counting = (time.perf_counter() - started) / len(encoders)
    built.count(encoders[0])  # imports what it needs
    started = time.perf_counter()
    for encoder in encoders[100:160]:
        built.count(encoder)
    building = (time.perf_counter() - started) / 60
    print(f"albert: {1 / counting:,.0f} evaluations a second (goal: at least 1,000)")
    print(f"albert: building the same takes Transformers {1000 * building:.1f} ms: {building / counting:,.0f}x")
    for name in ("ALBERT-base", "BERT-base", "BERT-large"):
        built.count.cache_clear()
        request = Request(**PRESETS[name])
        started = time.perf_counter()
        run(request)
        print(f"albert: an answer for {name}, checked: {1000 * (time.perf_counter() - started):.0f} ms (goal: < 100)")
