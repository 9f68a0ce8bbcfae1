"""Which frozen model gets a head, for which task, and what the head then knows."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.inputs import ReadableText

Task = Literal["order", "next"]
FOLDS = 5


class Request(BaseModel):
    """first, second: judged by the trained head in both orders."""

    model_config = ConfigDict(extra="forbid")

    model: str = "albert-mini"
    task: Task = "order"
    first: ReadableText = "She put the kettle on the stove."
    second: ReadableText = "When it whistled, she poured the tea."
    seed: int = Field(default=1, ge=0, le=99_999)


class Fold(BaseModel):
    """One head: its accuracy on the pairs it learned from, and on those it had never seen."""

    train: float
    held_out: float


class Result(BaseModel):
    """accuracy: on held-out pairs of all folds, with its 95% interval; folds: those that are done.
    in_order, swapped: what the last head says of the two sentences (None until all folds are done)."""

    examples: int
    width: int
    folds: list[Fold]
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    in_order: float | None = None
    swapped: float | None = None


class Progress(demo.Progress):
    result: Result
