"""Run the corruption 10,000 times on a text of nothing but ordinary tokens, and count."""

import math
from collections import Counter

import torch

from playground.core.masking import KEPT, MASKED, RANDOM, RECIPES, choose_exact, corrupt
from playground.demos.masked_lm.audit.schema import DRAWS, Bar, Request, Result, Share

_AT_ONCE = 1000  # draws; keeps memory below some 50 MB


def run(request: Request) -> Result:
    """Count what the recipe did, beside what it promises."""
    recipe, generator = RECIPES[request.recipe], torch.Generator().manual_seed(request.seed)
    chosen: Counter[int] = Counter()
    counts = {MASKED: 0, RANDOM: 0, KEPT: 0}
    ids = torch.zeros(_AT_ONCE, request.tokens, dtype=torch.long)
    for _ in range(DRAWS // _AT_ONCE):
        drawn = corrupt(
            ids,
            recipe.choose(torch.ones_like(ids, dtype=torch.bool), request.rate, generator),
            mask_id=1,
            vocabulary=torch.tensor([2, 3]),
            generator=generator,
            mask_share=recipe.mask_share,
            random_share=recipe.random_share,
        )
        chosen.update(drawn.chosen.sum(1).tolist())
        for action in counts:
            counts[action] += int((drawn.action == action).sum())
    mean = sum(number * times for number, times in chosen.items()) / DRAWS
    exact = recipe.choose is choose_exact
    fixed = max(1, round(request.rate * request.tokens)) if exact else 0
    expected = fixed / request.tokens if exact else request.rate
    parts = {MASKED: recipe.mask_share, RANDOM: recipe.random_share, KEPT: 1 - recipe.mask_share - recipe.random_share}
    total = DRAWS * request.tokens
    shares = [_share("chosen", expected, mean / request.tokens, total, 0.0 if exact else expected * (1 - expected))]
    for kind, action in (("mask", MASKED), ("random", RANDOM), ("kept", KEPT)):
        share = expected * parts[action]
        # Of a fixed number of chosen tokens only the split is left to chance; else the choice as well.
        spread = expected * parts[action] * (1 - parts[action]) if exact else share * (1 - share)
        shares.append(_share(kind, share, counts[action] / total, total, spread))
    return Result(
        draws=DRAWS,
        tokens=request.tokens,
        shares=shares,
        histogram=[Bar(tokens=number, draws=times) for number, times in sorted(chosen.items())],
        expected_histogram=[Bar(tokens=fixed, draws=DRAWS)] if exact else _binomial(request.tokens, request.rate),
        variance=round(sum(times * (number - mean) ** 2 for number, times in chosen.items()) / DRAWS, 4),
        expected_variance=0.0 if exact else round(request.tokens * request.rate * (1 - request.rate), 4),
    )


def _share(kind: str, expected: float, counted: float, total: int, variance: float) -> Share:
    """variance: of one token's being of this kind."""
    return Share.model_validate(
        {
            "kind": kind,
            "expected": round(expected, 8),
            "counted": round(counted, 8),
            "deviation": math.sqrt(max(0.0, variance) / total),
        }
    )


def _binomial(tokens: int, rate: float) -> list[Bar]:
    """Expected draws for each number of chosen tokens, where at least one draw in ten is expected."""
    logs = [
        math.lgamma(tokens + 1)
        - math.lgamma(k + 1)
        - math.lgamma(tokens - k + 1)
        + k * math.log(rate)
        + (tokens - k) * math.log1p(-rate)
        for k in range(tokens + 1)
    ]
    draws = [DRAWS * math.exp(log) for log in logs]
    return [Bar(tokens=k, draws=round(expected, 3)) for k, expected in enumerate(draws) if expected >= 0.1]
