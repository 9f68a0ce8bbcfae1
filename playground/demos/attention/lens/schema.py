"""A text, one place in it, and what the model would say there after each layer."""

from pydantic import BaseModel, ConfigDict, Field

from playground.inputs import ReadableText
from playground.messages import Notice

MAX_CANDIDATES = 10
MAX_TOKENS = 1_024  # of any model: all layers' states are in memory at once


class Request(BaseModel):
    """place: of the token that is predicted, as counted in Result.tokens. A masked language model sees [MASK] there; a
    GPT sees only what stands before it."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = "bert-mini"
    place: int = Field(default=1, ge=0)
    top_k: int = Field(default=5, ge=1, le=MAX_CANDIDATES)


class Candidate(BaseModel):
    token: str
    probability: float


class Depth(BaseModel):
    """After a layer (0: the embeddings): the best words, the entropy in bits, and rank and probability of the word that
    stands there and of the one that the last layer chooses. Those of the word are null where [MASK] was typed."""

    layer: int
    candidates: list[Candidate]
    entropy: float
    rank: int | None
    probability: float | None
    final_rank: int
    final_probability: float


class Result(BaseModel):
    """original: the token at the place, null where [MASK] was typed; final: the last layer's first choice."""

    tokens: list[str]
    special: list[int]
    place: int
    original: str | None
    final: str
    causal: bool
    depths: list[Depth]
    notices: list[Notice] = Field(default_factory=list)
