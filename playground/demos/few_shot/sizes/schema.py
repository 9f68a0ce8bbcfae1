"""A task, several models, and their accuracy with more and more examples; GPT-3's sizes, counted again."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground import demo
from playground.demos.few_shot.curve.schema import LEAST_QUERIES, MAX_DRAWS, MAX_QUERIES
from playground.demos.few_shot.schema import MAX_SEED, MODEL, PatternName
from playground.messages import Complaint, Notice

MAX_MODELS = 4


class Request(BaseModel):
    """draws: how often examples are drawn; the same ones are shown to each model."""

    model_config = ConfigDict(extra="forbid")

    task: str = "sentiment"
    language_models: list[str] = Field(default=[MODEL])
    draws: int = Field(default=2, ge=1, le=MAX_DRAWS)
    queries: int = Field(default=32, ge=LEAST_QUERIES, le=MAX_QUERIES)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    pattern: PatternName = "input_output"

    @field_validator("language_models")
    @classmethod
    def _some(cls, models: list[str]) -> list[str]:
        if not models:
            raise Complaint("pg_err_fsz_none")
        if len(models) > MAX_MODELS:
            raise Complaint("pg_err_fsz_many", count=len(models), limit=MAX_MODELS)
        return list(dict.fromkeys(models))


class Point(BaseModel):
    """low, high: 95% interval of the accuracy; right of `of` answers."""

    shots: int
    accuracy: float
    low: float
    high: float
    right: int
    of: int


class Curve(BaseModel):
    model: str
    parameters: int
    points: list[Point] = Field(default_factory=list)


class Size(BaseModel):
    """A row of the paper's table. counted: parameters from layers, width and vocabulary; by_heads: the same with
    attention as wide as heads times head_width, where that is not the width."""

    name: str
    printed: str
    layers: int
    width: int
    heads: int
    head_width: int
    counted: int
    by_heads: int | None = None


class Result(BaseModel):
    curves: list[Curve] = Field(default_factory=list)
    queries: int
    chance: float
    sizes: list[Size]
    source: str
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
