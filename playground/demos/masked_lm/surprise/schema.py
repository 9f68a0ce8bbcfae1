"""A text, and how much each of its tokens surprises the model."""

from pydantic import BaseModel, ConfigDict, Field

from playground.inputs import ReadableText
from playground.messages import Notice


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = "bert-mini"


class Surprise(BaseModel):
    """One token hidden alone: its surprisal in bits, and the model's first choice with its place's true word or not."""

    position: int
    surprisal: float
    answer: str
    right: bool


class Result(BaseModel):
    """tokens: the text as the model reads it; pseudo_perplexity: 2 to the mean surprisal."""

    tokens: list[str]
    surprises: list[Surprise]
    pseudo_perplexity: float
    notices: list[Notice] = Field(default_factory=list)
