"""Parameters of a decoder such as GPT-2 and GPT-3, counted from its sizes alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decoder:
    """inner: the width of all heads together, where it is not the model's own (0)."""

    vocab_size: int
    positions: int
    layers: int
    width: int
    inner: int = 0


def parameters(of: Decoder) -> int:
    """All of them, the output matrix being that of the word embeddings (Radford et al. 2019; Brown et al. 2020, section
    2.1, where the feed-forward network is four times as wide as the model)."""
    width, inner = of.width, of.inner or of.width
    attention = 3 * (width * inner + inner) + inner * width + width  # query, key, value; output
    feed_forward = 2 * 4 * width * width + 4 * width + width
    norms = 2 * 2 * width
    return (of.vocab_size + of.positions) * width + of.layers * (attention + feed_forward + norms) + 2 * width
