"""How many questions are asked about the passages, and what a language model answers."""

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.demos.few_shot.schema import MODEL
from playground.messages import Notice

MAX_QUESTIONS = 90


class Request(BaseModel):
    """questions: so many, evenly spread over the passages. history: the earlier questions of the passage stand in the
    prompt with their answers."""

    model_config = ConfigDict(extra="forbid")

    model: str = MODEL
    questions: int = Field(default=45, ge=5, le=MAX_QUESTIONS)
    history: bool = False


class Answer(BaseModel):
    passage: str
    question: str
    answer: str
    gold: str
    f1: float
    exact: float


class Result(BaseModel):
    """f1, exact: means over the answers so far; low, high: 95% interval of f1. guess: mean F1 of all runs of three
    words of the passages. published: printed F1 by name, with its source."""

    questions: int
    answers: list[Answer] = Field(default_factory=list)
    f1: float | None = None
    low: float | None = None
    high: float | None = None
    exact: float | None = None
    guess: float | None = None
    published: dict[str, float]
    source: str
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
