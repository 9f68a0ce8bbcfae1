"""What a linear probe reads off each layer and position, before and after fine-tuning."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.demos.fine_tune.schema import MAX_RATE, MAX_SEED, Sentences
from playground.messages import Notice

Stage = Literal["before", "after"]
POSITIONS = 20  # words that are asked at most, from the first one on


class Request(Sentences):
    """labels: sentences that each probe learns from, and the encoder is fine-tuned on, drawn by `seed`; steps: of
    fine-tuning, with 16 sentences each, at these rates."""

    model_config = ConfigDict(extra="forbid")

    model: str = "bert-mini"
    labels: int = Field(default=256, ge=16, le=1024)
    steps: int = Field(default=40, ge=1, le=400)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    learning_rate: float = Field(default=3e-4, gt=0, le=MAX_RATE)
    head_rate: float = Field(default=1e-3, gt=0, le=MAX_RATE)


class Cell(BaseModel):
    """One probe: its accuracy on held-out sentences, of how many, and Wilson's 95% interval; layer 0 is the embeddings.
    position: "cls", "mean", "sep", or the number of a word from 1 on."""

    stage: Stage
    layer: int
    position: str
    accuracy: float
    of: int
    low: float
    high: float


class Best(BaseModel):
    """The best layer for one position at one stage, found on the sentences that judge it, with the interval of its
    cell."""

    stage: Stage
    position: str
    layer: int
    accuracy: float
    low: float
    high: float


class Result(BaseModel):
    """layers: of the encoder. positions: the columns. tuned: accuracy of the fine-tuned classifier itself, with
    Wilson's 95% interval."""

    cells: list[Cell] = Field(default_factory=list)
    layers: int = 0
    positions: list[str] = Field(default_factory=list)
    best: list[Best] = Field(default_factory=list)
    tuned: float | None = None
    tuned_low: float | None = None
    tuned_high: float | None = None
    chance: float = 0.0
    train: int = 0
    judged: int = 0
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
