"""Sets of terms, each with short runs of its own."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.demos.distillation.schema import TEACHER

Terms = Literal["labels", "soft", "soft_hard", "soft_cosine", "distilbert", "inside", "tinybert"]
Term = Literal["soft", "hard", "cosine", "embedding", "attention", "hidden", "prediction"]
SETS: dict[Terms, dict[Term, float]] = {
    "labels": {"hard": 1.0},
    "soft": {"soft": 5.0},
    "soft_hard": {"soft": 5.0, "hard": 2.0},
    "soft_cosine": {"soft": 5.0, "cosine": 1.0},
    "distilbert": {"soft": 5.0, "hard": 2.0, "cosine": 1.0},
    "inside": {"embedding": 1.0, "attention": 1.0, "hidden": 1.0},
    "tinybert": {"embedding": 1.0, "attention": 1.0, "hidden": 1.0, "prediction": 1.0},
}


def _usual() -> list[Terms]:
    return ["labels", "soft", "soft_hard", "distilbert"]


class Request(BaseModel):
    """sets: of terms, each trained with every seed from `seed` on; labels: no teacher; inside: embeddings, attention
    and hidden states. The student has `layers` of the teacher's width and begins as every other layer of it."""

    model_config = ConfigDict(extra="forbid")

    model: str = TEACHER
    sets: Annotated[list[Terms], Field(min_length=1, max_length=len(SETS))] = Field(default_factory=_usual)
    layers: int = Field(default=3, ge=1, le=12)
    temperature: float = Field(default=2.0, ge=0.5, le=20)
    steps: int = Field(default=20, ge=5, le=500)
    batch: int = Field(default=32, ge=4, le=64, multiple_of=2)
    seeds: int = Field(default=2, ge=1, le=5)
    seed: int = Field(default=1, ge=0, le=99_999)


class Outcome(BaseModel):
    """One student. accuracy: with the labels; agreement: with the teacher, on the test sentences."""

    terms: Terms
    seed: int
    accuracy: float
    agreement: float


class Rank(BaseModel):
    """One set of terms: means over the seeds with standard deviations, 0 for one seed; gain: over labels alone, seed by
    seed, None where these were not trained."""

    terms: Terms
    accuracy: float
    accuracy_spread: float
    agreement: float
    agreement_spread: float
    gain: float | None
    gain_spread: float | None


class Result(BaseModel):
    """outcomes: as they came; ranks: best accuracy first. teacher: its accuracy. test: sentences."""

    outcomes: list[Outcome] = Field(default_factory=list)
    ranks: list[Rank] = Field(default_factory=list)
    teacher: float | None = None
    test: int = 0


class Progress(demo.Progress):
    result: Result
