"""Two texts, and what two heads say of them."""

from pydantic import BaseModel, ConfigDict, Field

from playground.inputs import ReadableText
from playground.messages import Notice

MAX_LAYERS = 24
MAX_HEADS = 16


class Request(BaseModel):
    """layer, head: whose attention from [CLS] is shown; layer counts from 1, head 0 is the mean of all."""

    model_config = ConfigDict(extra="forbid")

    first: ReadableText
    second: ReadableText
    nsp_model: str = "bert-mini"
    sop_model: str = "albert-mini"
    layer: int = Field(default=6, ge=1, le=MAX_LAYERS)
    head: int = Field(default=0, ge=0, le=MAX_HEADS)


class Next(BaseModel):
    """is_next: probability that the second text follows the first in their document."""

    is_next: float


class Order(BaseModel):
    """in_order: probability that two neighbouring texts stand in their right order."""

    in_order: float


class Pair(BaseModel):
    """What both heads say of a pair; None where the model has no such head."""

    nsp: Next | None
    sop: Order | None


class Packed(BaseModel):
    """[CLS] A [SEP] B [SEP] as a model reads it. segments: 0 for A, 1 for B; attention: of [CLS] to each token."""

    model: str
    layers: int
    heads: int
    tokens: list[str]
    segments: list[int]
    attention: list[float]


class Result(Pair):
    """swapped: second before first; elsewhere: the first, and a sentence about something else."""

    swapped: Pair
    elsewhere: Pair
    elsewhere_text: str
    packed: list[Packed]
    notices: list[Notice] = Field(default_factory=list)
