"""A task, and how often the right label ranks first with more and more examples."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground import demo
from playground.demos.few_shot.schema import MAX_SEED, MODEL, PatternName
from playground.messages import Complaint, Notice

SHOTS = (0, 1, 2, 4, 8, 16, 32)
MAX_DRAWS = 8
MAX_ORDERS = 4
LEAST_QUERIES, MAX_QUERIES = 8, 64

Labels = Literal["right", "flipped", "shuffled"]
KINDS: tuple[Labels, ...] = ("right", "flipped", "shuffled")


class Request(BaseModel):
    """draws: how often examples are drawn; orders: in how many orders each draw is shown. labels: those that the
    examples carry: their own, each another one, or by lot."""

    model_config = ConfigDict(extra="forbid")

    task: str = "sentiment"
    labels: list[Labels] = Field(default=["right"], max_length=len(KINDS))
    draws: int = Field(default=2, ge=1, le=MAX_DRAWS)
    orders: int = Field(default=2, ge=1, le=MAX_ORDERS)
    queries: int = Field(default=32, ge=LEAST_QUERIES, le=MAX_QUERIES)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    pattern: PatternName = "input_output"
    model: str = MODEL

    @field_validator("labels")
    @classmethod
    def _some(cls, labels: list[Labels]) -> list[Labels]:
        if not labels:
            raise Complaint("pg_err_fcv_labels")
        return list(dict.fromkeys(labels))


class Point(BaseModel):
    """right of `of` answers with so many examples, in `runs` draws and different orders; low, high: 95% interval of the
    accuracy, for other queries and other draws, each draw with the mean of its orders.
    dropped: examples that did not fit, on average."""

    labels: Labels
    shots: int
    accuracy: float
    low: float
    high: float
    right: int
    of: int
    runs: int
    dropped: float


class Result(BaseModel):
    """points: in the order of KINDS, then of their shots. chance: of drawing lots; majority: of always giving the
    queries' most frequent label, where there are few labels. runs: done so far."""

    points: list[Point] = Field(default_factory=list)
    queries: int
    chance: float
    majority: float | None = None
    majority_label: str = ""
    runs: int = 0
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
