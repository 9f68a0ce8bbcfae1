"""Which encoder is counted, and what the count gives."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground.messages import Complaint

SharingName = Literal["none", "attention", "ffn", "all"]
MAX_VOCABULARY = 1_000_000
MAX_WIDTH = 8192
MAX_INNER = 65_536
MAX_LAYERS = 96
MAX_HEADS = 256
MAX_POSITIONS = 131_072
MAX_TYPES = 16
MAX_BATCH = 4096


class Request(BaseModel):
    """The sizes of an encoder. sharing: which parameters all layers share; num_groups: with "all", groups of layers
    that each share one set; projection: whether the E-to-H matrix stays where both are equal; batch_size, length:
    for memory and operations. The defaults count what Transformers' AlbertModel counts."""

    model_config = ConfigDict(extra="forbid")

    vocab_size: int = Field(ge=1, le=MAX_VOCABULARY)
    embedding_size: int = Field(ge=1, le=MAX_WIDTH)
    hidden_size: int = Field(ge=1, le=MAX_WIDTH)
    num_layers: int = Field(ge=1, le=MAX_LAYERS)
    num_heads: int = Field(ge=1, le=MAX_HEADS)
    intermediate_size: int = Field(ge=1, le=MAX_INNER)
    max_positions: int = Field(default=512, ge=1, le=MAX_POSITIONS)
    token_types: int = Field(default=2, ge=1, le=MAX_TYPES)
    sharing: SharingName = "all"
    num_groups: int = Field(default=1, ge=1, le=MAX_LAYERS)
    pooler: bool = True
    mlm_head: bool = False
    sop_head: bool = False
    projection: bool = True
    batch_size: int = Field(default=8, ge=1, le=MAX_BATCH)
    length: int = Field(default=128, ge=1, le=MAX_POSITIONS)

    @model_validator(mode="after")
    def _fits(self) -> "Request":
        if self.embedding_size > self.hidden_size:
            raise Complaint("pg_err_alb_wide", embedding=self.embedding_size, hidden=self.hidden_size)
        if self.hidden_size % self.num_heads:
            near = max(heads for heads in range(1, self.num_heads) if self.hidden_size % heads == 0)
            raise Complaint("pg_err_alb_heads", hidden=self.hidden_size, heads=self.num_heads, near=near)
        if self.num_groups > self.num_layers:
            raise Complaint("pg_err_alb_groups", groups=self.num_groups, layers=self.num_layers)
        if self.num_groups > 1 and self.sharing != "all":
            raise Complaint("pg_err_alb_group_sharing", groups=self.num_groups)
        if self.sop_head and not self.pooler:
            raise Complaint("pg_err_alb_sop")
        if self.length > self.max_positions:
            raise Complaint("pg_err_alb_length", length=self.length, positions=self.max_positions)
        return self


class Part(BaseModel):
    """formula: in letters; numbers: the same with the sizes filled in. sets: how often its parameters are there."""

    name: str
    parameters: int
    formula: str
    numbers: str
    sets: int


class Embeddings(BaseModel):
    """Parameters of the word embeddings: full is V·H, factorised V·E + E·H; below break_even the latter are fewer.
    curve: [E, parameters when factorised]."""

    embedding_size: int
    full: int
    factorised: int
    break_even: float
    curve: list[list[int]]


class Built(BaseModel):
    """The same encoder built by Transformers with no memory for its weights: its class, and its parameters counted."""

    model: str
    parameters: int


class Result(BaseModel):
    """memory_bytes: weights, gradients, adam, activations, in float32; flops: forward, training_step."""

    total: int
    total_without_pooler: int
    layers: int
    parts: list[Part]
    embeddings: Embeddings
    memory_bytes: dict[str, int]
    flops: dict[str, int]
    built: Built
