"""What the Masked LM demo is asked, and what it answers."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import ReadableText
from playground.messages import Complaint, Notice

MAX_MASKS = 16
MAX_CANDIDATES = 25
MAX_LAYERS = MAX_HEADS = 48  # more than any model that is offered has


class Request(BaseModel):
    """positions: places of tokens to hide, as counted in Result.tokens ([CLS] is 0).

    layer: whose attention is wanted, 1 for the lowest; none where it is null. head: 1 for the first, 0 for the mean.
    """

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = "bert-mini"
    top_k: int = Field(default=8, ge=1, le=MAX_CANDIDATES)
    positions: list[int] = Field(default_factory=list)
    layer: int | None = Field(default=None, ge=1, le=MAX_LAYERS)
    head: int = Field(default=0, ge=0, le=MAX_HEADS)

    @field_validator("positions")
    @classmethod
    def _distinct(cls, positions: list[int]) -> list[int]:
        distinct = sorted(set(positions))
        if len(distinct) > MAX_MASKS:
            raise Complaint("pg_err_masks", size=len(distinct), limit=MAX_MASKS)
        return distinct


class Candidate(BaseModel):
    token: str
    probability: float


class Prediction(BaseModel):
    """One hole. original and what is said of it are null where [MASK] was typed: nobody knows the word."""

    position: int
    original: str | None
    candidates: list[Candidate]
    entropy: float  # bits
    original_rank: int | None
    original_probability: float | None


class Attention(BaseModel):
    """Where the holes look: a row for each prediction, a weight for each token; each row adds up to 1."""

    layer: int
    head: int
    layers: int  # that the model has
    heads: int
    weights: list[list[float]]


class Result(BaseModel):
    """tokens: the text as the model reads it before anything is hidden, special tokens included."""

    tokens: list[str]
    special: list[int]  # positions that cannot be hidden: [CLS], [SEP]
    predictions: list[Prediction] = Field(max_length=MAX_MASKS)  # a figure has a panel for each
    attention: Attention | None = None
    notices: list[Notice] = Field(default_factory=list)
