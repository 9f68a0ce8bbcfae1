"""Start a GPT-2 from a BERT of the same shape (as Rothe et al. 2020, arXiv:1907.12461, start decoders from BERT).

BERT normalises behind each sum (post-LN), GPT-2 before each part (pre-LN). So GPT-2's residual stream h is kept a
per-dimension multiple of what BERT's stream x would be there, h ~ scale * x + shift: what a part adds is multiplied
by `scale`, and each LayerNorm's gain and bias are fitted so that the part reads nearly x.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, scaled_dot_product_attention
from transformers import BertModel, GPT2Model


@torch.no_grad()
def start_from(bert: BertModel, gpt: GPT2Model, ids: Tensor) -> float:
    """Fill the blocks and positions of `gpt` so that they say nearly what `bert` says under a causal mask.

    ids: (B, T) BERT's own tokens, which the fit is made on. The word embeddings are left alone: `gpt` must be given
    BERT's raw ones. Positions beyond BERT's repeat them. Returns the share of the variance of BERT's states
    (embeddings and each block's output) that is lost on `ids`. Raises ValueError where the shapes differ.
    """
    mine, theirs = gpt.config, bert.config
    shapes = [
        (theirs.num_hidden_layers, theirs.hidden_size, theirs.num_attention_heads, theirs.intermediate_size),
        (mine.n_layer, mine.n_embd, mine.n_head, mine.n_inner or 4 * mine.n_embd),
    ]
    if shapes[0] != shapes[1]:
        raise ValueError(f"GPT-2's layers, width, heads and inner width {shapes[1]} are not BERT's {shapes[0]}.")
    embeddings = bert.embeddings
    places = embeddings.position_embeddings.weight
    around = torch.arange(mine.n_positions) % len(places)
    gpt.wpe.weight.copy_(places[around] + embeddings.token_type_embeddings.weight[0])

    h = embeddings.word_embeddings(ids) + gpt.wpe.weight[: ids.shape[1]]
    x = embeddings.LayerNorm(h)
    lost = []
    for layer, block in zip(bert.encoder.layer, gpt.h, strict=True):
        attention = layer.attention
        read = _fit(block.ln_1, h, x)
        lost.append(_lost(read, x))
        joined = [getattr(attention.self, part) for part in ("query", "key", "value")]
        block.attn.c_attn.weight.copy_(torch.cat([part.weight for part in joined]).T)
        block.attn.c_attn.bias.copy_(torch.cat([part.bias for part in joined]))
        h = h + _scaled(block.attn.c_proj, attention.output.dense, _scale(h, x))(_attend(joined, read, mine.n_head))
        x = attention.output.LayerNorm(x + attention.output.dense(_attend(joined, x, mine.n_head)))

        read = _fit(block.ln_2, h, x)
        inner = layer.intermediate
        block.mlp.c_fc.weight.copy_(inner.dense.weight.T)
        block.mlp.c_fc.bias.copy_(inner.dense.bias)
        h = h + _scaled(block.mlp.c_proj, layer.output.dense, _scale(h, x))(block.mlp.act(inner.dense(read)))
        x = layer.output.LayerNorm(x + layer.output.dense(inner(x)))
    lost.append(_lost(_fit(gpt.ln_f, h, x), x))
    return sum(lost) / len(lost)


def _attend(joined: list[nn.Linear], states: Tensor, heads: int) -> Tensor:
    """(B, T, H) what each token takes from itself and those before it."""
    query, key, value = (part(states).unflatten(-1, (heads, -1)).transpose(1, 2) for part in joined)
    return scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2).flatten(2)


def _slope(known: Tensor, wanted: Tensor) -> Tensor:
    """(H,) least squares, each dimension by itself."""
    centred = known - known.mean((0, 1))
    return (centred * (wanted - wanted.mean((0, 1)))).sum((0, 1)) / centred.square().sum((0, 1)).clamp(min=1e-9)


def _scale(h: Tensor, x: Tensor) -> Tensor:
    return _slope(x, h)


def _fit(norm: nn.LayerNorm, h: Tensor, x: Tensor) -> Tensor:
    """Set gain and bias so that norm(h) is nearest to x; returns norm(h)."""
    plain = layer_norm(h, h.shape[-1:], eps=norm.eps)
    gain = _slope(plain, x)
    norm.weight.copy_(gain)
    norm.bias.copy_((x - gain * plain).mean((0, 1)))
    out: Tensor = norm(h)
    return out


def _scaled(target: Any, source: nn.Linear, scale: Tensor) -> Any:
    """Fill a Conv1D, whose weight is (in, out), with scale * source."""
    target.weight.copy_(source.weight.T * scale)
    target.bias.copy_(source.bias * scale)
    return target


def _lost(known: Tensor, wanted: Tensor) -> float:
    return float((known - wanted).square().sum() / (wanted - wanted.mean((0, 1))).square().sum())
