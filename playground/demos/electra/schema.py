"""A text, what the generator makes of it, and what the discriminator says of every token."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import ReadableText, readable
from playground.messages import Notice

MAX_SEED = 99_999
MAX_TEMPERATURE = 4.0
MAX_LAYERS = MAX_HEADS = 48  # more than any model that is offered has
DISCRIMINATOR, GENERATOR = "electra-mini-discriminator", "electra-mini-generator"

State = Literal["original", "replaced", "guessed"]


class Request(BaseModel):
    """rate: the share of tokens that is masked, filled by `generator_model` at `temperature`, drawn by `seed`.

    replaced_text: your own changes instead; then nothing is masked. threshold: from which probability on a token is
    called replaced. layer: whose attention is wanted, 1 for the lowest; none where it is null. head: 1 for the first,
    0 for the mean; place: of the token that looks, as counted in Result.tokens.
    """

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = DISCRIMINATOR
    generator_model: str = GENERATOR
    rate: float = Field(default=0.15, ge=0, le=1)
    temperature: float = Field(default=1.0, ge=0, le=MAX_TEMPERATURE)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    threshold: float = Field(default=0.5, ge=0, le=1)
    replaced_text: str = ""
    layer: int | None = Field(default=None, ge=1, le=MAX_LAYERS)
    head: int = Field(default=0, ge=0, le=MAX_HEADS)
    place: int = Field(default=1, ge=0)

    @field_validator("replaced_text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable(text) if text else text


class Token(BaseModel):
    """text: as the discriminator reads it; original: what stood there, empty where a word was put in. special: a token
    of the tokenizer's own, which is never replaced and never counted."""

    text: str
    original: str
    state: State
    replaced_probability: float
    special: bool


class Sizes(BaseModel):
    layers: int
    hidden_size: int
    parameters: int


class Attention(BaseModel):
    """Where the token at `place` looks: a weight for each token, which add up to 1."""

    place: int
    layer: int
    head: int
    layers: int  # that the model has
    heads: int
    weights: list[float]


class Result(BaseModel):
    """masked: tokens that the generator had to fill. auc: null when nothing was replaced, or everything. hits, misses:
    replaced tokens that reach the threshold or do not; false_alarms: others that reach it. with_loss_mlm,
    with_loss_rtd: positions of this text that carry a loss in either kind of training, masked at this rate. generator:
    null when the changes are your own."""

    tokens: list[Token]
    auc: float | None
    masked: int
    replaced: int
    guessed: int
    hits: int
    misses: int
    false_alarms: int
    with_loss_mlm: int
    with_loss_rtd: int
    discriminator: Sizes
    generator: Sizes | None = None
    attention: Attention | None = None
    notices: list[Notice] = Field(default_factory=list)
