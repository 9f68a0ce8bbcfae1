"""The residual stream of an untrained GPT-2, layer by layer, with and without its scaled initialisation.

    x --+-- LayerNorm -- causal self-attention -- * --(+)--+-- LayerNorm -- feed-forward -- * --(+)-- x'
        |________________________________________________| |______________________________________|

Radford et al. 2019, section 2.3: "we scale the weights of residual layers at initialization by a factor of 1/sqrt(N)
where N is the number of residual layers". Each block adds to the stream twice, so N is twice the number of blocks; the
scaled matrices are those marked *. All others are drawn with a standard deviation of 0.02, and biases are 0.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention

STD = 0.02


@dataclass(frozen=True)
class Block:
    """qkv: (H, 3H), out: (H, H), wide: (H, 4H), back: (4H, H), as `x @ matrix`."""

    qkv: Tensor
    out: Tensor
    wide: Tensor
    back: Tensor


def draw(width: int, generator: torch.Generator) -> Block:
    """A block's weights, not scaled."""

    def matrix(rows: int, columns: int) -> Tensor:
        return torch.randn(rows, columns, generator=generator) * STD

    return Block(matrix(width, 3 * width), matrix(width, width), matrix(width, 4 * width), matrix(4 * width, width))


def apply(block: Block, stream: Tensor, heads: int, scale: float) -> Tensor:
    """(T, H) after one block whose residual matrices are multiplied by `scale`."""
    length, width = stream.shape
    split = (layer_norm(stream, (width,)) @ block.qkv).view(length, 3, heads, width // heads)
    query, key, value = split.permute(1, 2, 0, 3)  # (heads, T, H / heads)
    looked = scaled_dot_product_attention(query[None], key[None], value[None], is_causal=True)[0]
    stream = stream + looked.transpose(0, 1).reshape(length, width) @ block.out * scale
    wide = gelu(layer_norm(stream, (width,)) @ block.wide, approximate="tanh")
    return stream + wide @ block.back * scale


def lengths(
    layers: int, width: int, heads: int, tokens: int, seed: int, scales: Sequence[float]
) -> Iterator[list[float]]:
    """For each scale the mean Euclidean length of the T rows, before the first block and after each.

    Tokens and positions are drawn as the weights are. All scales see the same draws, which are made block by block, so
    that no more than one block is in memory.
    """
    generator = torch.Generator().manual_seed(seed)
    start = (torch.randn(tokens, width, generator=generator) + torch.randn(tokens, width, generator=generator)) * STD
    streams = [start for _ in scales]
    yield [float(stream.norm(dim=-1).mean()) for stream in streams]
    for _ in range(layers):
        block = draw(width, generator)
        streams = [apply(block, stream, heads, scale) for stream, scale in zip(streams, scales, strict=True)]
        yield [float(stream.norm(dim=-1).mean()) for stream in streams]


def factor(layers: int) -> float:
    """1/sqrt(N) for a model of so many blocks."""
    return 1 / math.sqrt(2 * layers)
