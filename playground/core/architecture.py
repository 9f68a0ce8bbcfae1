"""Parameters, memory and operations of a BERT or ALBERT encoder, counted from its sizes alone.

The letters, as Devlin et al. 2019 (BERT) and Lan et al. 2020 (ALBERT) use them: V words, embeddings of width E, hidden
states of width H, L layers, A attention heads, feed-forward networks of width F, P positions, T token types.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Sharing = Literal["none", "attention", "ffn", "all"]
_FLOAT = 4  # bytes


@dataclass(frozen=True)
class Architecture:
    """An encoder. `projection`: the E-to-H matrix stays where E = H (Transformers keeps it, BERT has none).

    num_groups: with `sharing` "all", the groups of neighbouring layers that share one set of parameters.
    """

    vocab_size: int
    embedding_size: int
    hidden_size: int
    num_layers: int
    num_heads: int
    intermediate_size: int
    max_positions: int = 512
    token_types: int = 2
    sharing: Sharing = "none"
    num_groups: int = 1
    pooler: bool = True
    mlm_head: bool = False
    sop_head: bool = False
    projection: bool = True

    @property
    def projects(self) -> bool:
        """Whether there is a matrix from E to H; without one E must be H."""
        return self.projection or self.embedding_size != self.hidden_size

    @property
    def attentions(self) -> int:
        """Sets of attention parameters."""
        return self._sets("attention")

    @property
    def ffns(self) -> int:
        """Sets of feed-forward parameters."""
        return self._sets("ffn")

    def _sets(self, part: str) -> int:
        if self.sharing == "all":
            return self.num_groups
        return 1 if self.sharing == part else self.num_layers


@dataclass(frozen=True)
class Part:
    """formula: in letters, as "V·E"; numbers: the same in numbers, as "30,000·128"; sets: copies of its parameters."""

    name: str
    parameters: int
    formula: str
    numbers: str
    sets: int = 1


@dataclass(frozen=True)
class Memory:
    """Bytes in float32. adam: the two moments; activations: what a training step keeps for its backward pass."""

    weights: int
    gradients: int
    adam: int
    activations: int


@dataclass(frozen=True)
class Operations:
    """Floating-point operations of the matrix products; a multiplication and an addition are two."""

    forward: int
    training_step: int


def parts(of: Architecture) -> list[Part]:
    """Each part with what it counts; their sum is the total."""
    letters = {
        "V": of.vocab_size,
        "E": of.embedding_size,
        "H": of.hidden_size,
        "F": of.intermediate_size,
        "P": of.max_positions,
        "T": of.token_types,
        "n": of.attentions,
        "m": of.ffns,
    }
    return [_part(name, formula, letters) for name, formula in _formulas(of)]


def _formulas(of: Architecture) -> Iterator[tuple[str, str]]:
    """n: sets of attention parameters; m: sets of feed-forward parameters. Each norm has a weight and a bias."""
    yield "word_embeddings", "V·E"
    yield "position_embeddings", "P·E"
    yield "token_type_embeddings", "T·E"
    yield "embedding_norm", "2·E"
    if of.projects:
        yield "projection", "E·H + H"
    yield "attention", "n·(4·(H·H + H) + 2·H)"  # query, key, value, output; norm
    yield "ffn", "m·(H·F + F + F·H + H + 2·H)"
    if of.pooler:
        yield "pooler", "H·H + H"
    if of.mlm_head:  # dense layer and norm; the output matrix is that of the word embeddings, and has a bias
        yield "mlm_head", "H·E + E + 2·E + V"
    if of.sop_head:
        yield "sop_head", "2·H + 2"


def _part(name: str, formula: str, letters: dict[str, int]) -> Part:
    numbers = re.sub(r"[A-Zmn]", lambda letter: f"{letters[letter[0]]:,}", formula)
    sets = {"attention": letters["n"], "ffn": letters["m"]}.get(name, 1)
    return Part(name, _value(formula, letters), formula, numbers, sets)


def _value(formula: str, letters: dict[str, int]) -> int:
    """A formula of products, sums and parentheses; exact, as Python's whole numbers have no end."""
    while "(" in formula:
        formula = re.sub(r"\(([^()]*)\)", lambda inner: str(_value(inner[1], letters)), formula)
    total = 0
    for product in formula.split(" + "):
        value = 1
        for factor in product.split("·"):
            value *= letters[factor] if factor in letters else int(factor)
        total += value
    return total


def total(of: Architecture) -> int:
    """Parameters of the whole, each shared one counted once."""
    return sum(part.parameters for part in parts(of))


def embedding_parameters(vocab_size: int, embedding_size: int, hidden_size: int) -> tuple[int, int]:
    """(V·H, V·E + E·H): one matrix of word vectors, and its factorisation (Lan et al. 2020, section 3.1)."""
    return vocab_size * hidden_size, vocab_size * embedding_size + embedding_size * hidden_size


def break_even(vocab_size: int, hidden_size: int) -> float:
    """The E below which the factorised embeddings are the smaller ones: V·H = E·(V + H)."""
    return vocab_size * hidden_size / (vocab_size + hidden_size)


def memory(of: Architecture, batch_size: int, length: int) -> Memory:
    """Sharing saves weights, gradients and moments, never activations: each layer keeps its own."""
    weights = total(of) * _FLOAT
    return Memory(weights, weights, 2 * weights, activations(of, batch_size, length))


def activations(of: Architecture, batch_size: int, length: int) -> int:
    """Bytes that a training step of the encoder keeps for its backward pass, without dropout, scores written out.

    As Korthikanti et al. 2022 (arXiv 2205.05198, section 4) count them, in float32. A layer keeps of each token:
    its input, query, key, value, what attention gives, and the inputs of both norms and of the feed-forward network
    (8 H, where one tensor that two operations read counts once) and mean and deviation in both norms (4); the
    feed-forward network's middle before and behind its activation function (2 F); each head's attention weights (A
    times the length).
    """
    tokens = batch_size * length
    layer = tokens * (8 * of.hidden_size + 2 * of.intermediate_size + of.num_heads * length + 4)
    embedded = tokens * (2 * of.embedding_size if of.projects else of.embedding_size)
    return _FLOAT * (of.num_layers * layer + embedded)


def operations(of: Architecture, batch_size: int, length: int) -> Operations:
    """Of a forward pass, and of a training step: the backward pass multiplies twice for each product.

    Sharing changes nothing: every layer is computed. (A first layer whose input needs no gradient would save little.)
    """
    hidden, inner, tokens = of.hidden_size, of.intermediate_size, batch_size * length
    layer = tokens * (4 * hidden * hidden + 2 * hidden * inner) + 2 * tokens * length * hidden
    products = of.num_layers * layer
    if of.projects:
        products += tokens * of.embedding_size * hidden
    if of.pooler:
        products += batch_size * hidden * hidden
    if of.mlm_head:
        products += tokens * (hidden * of.embedding_size + of.vocab_size * of.embedding_size)
    if of.sop_head:
        products += batch_size * 2 * hidden
    return Operations(2 * products, 6 * products)
