"""Draw an untrained GPT-2 block by block and follow its stream."""

import torch

from playground.core.residual import factor, lengths
from playground.demos.inputs.residual.schema import Request, Result

_TOKENS = 32
_HEAD = 64  # as wide as each head of GPT-2 is


def run(request: Request) -> Result:
    """On the CPU, up to a second, and without a turn on the device: no training step should wait for it."""
    scale = factor(request.layers)
    with torch.inference_mode():
        heads = request.width // _HEAD
        found = list(lengths(request.layers, request.width, heads, _TOKENS, request.seed, (1.0, scale)))
    plain, scaled = ([round(value, 4) for value in column] for column in zip(*found, strict=True))
    return Result(plain=plain, scaled=scaled, added=2 * request.layers, factor=round(scale, 4), tokens=_TOKENS)
