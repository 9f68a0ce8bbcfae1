"""A text, and the probability of each token when it is hidden and when it can be seen."""

from pydantic import BaseModel, ConfigDict, Field

from playground.inputs import ReadableText
from playground.messages import Notice


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = "bert-mini"


class Compared(BaseModel):
    """One token: its probability hidden alone, and with the whole text in sight; whether it was the first choice."""

    position: int
    masked: float
    visible: float
    right_masked: bool
    right_visible: bool


class Result(BaseModel):
    tokens: list[str]
    compared: list[Compared]
    notices: list[Notice] = Field(default_factory=list)
