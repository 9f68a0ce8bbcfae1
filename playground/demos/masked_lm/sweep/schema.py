"""A text, and what the model still gets right as more and more of it is hidden."""

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.inputs import ReadableText
from playground.messages import Notice

RATES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
MAX_SEED = 99_999


class Request(BaseModel):
    """draws: how often each rate is tried."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = "bert-mini"
    draws: int = Field(default=8, ge=2, le=32)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)


class Point(BaseModel):
    """One rate: mean and standard deviation over the draws of accuracy (0 to 1) and loss (nats).

    hidden: tokens hidden in each draw.
    """

    rate: float
    hidden: int
    accuracy: float
    accuracy_spread: float
    loss: float
    loss_spread: float


class Result(BaseModel):
    """points: in the order of their rates; fewer than RATES when the run was cancelled."""

    tokens: int
    draws: int
    points: list[Point]
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
