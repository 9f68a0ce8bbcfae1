"""One fine-tuned classifier: how it learned, how good it is, and the name under which it is kept."""

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.demos.fine_tune.schema import MAX_RATE, MAX_SEED, Sentences
from playground.inputs import ReadableText
from playground.messages import Notice


class Request(Sentences):
    """text: judged by the classifier at the end. labels: sentences it learns from, drawn by `seed`; epochs: how often
    it reads each of them."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText = "The soup was cold, but the waiter could not have been kinder."
    model: str = "bert-mini"
    labels: int = Field(default=624, ge=8, le=10_000)
    epochs: int = Field(default=2, ge=1, le=20)
    batch: int = Field(default=16, ge=1, le=64)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    learning_rate: float = Field(default=3e-4, gt=0, le=MAX_RATE)
    head_rate: float = Field(default=1e-3, gt=0, le=MAX_RATE)


class Chance(BaseModel):
    """What the classifier gives a label for the visitor's sentence."""

    label: str
    probability: float


class Result(BaseModel):
    """losses: of each step, or where there are many the means over `every` steps. accuracy, low, high: on `judged`
    held-out sentences, with Wilson's 95% interval. confusion: a row for each true label, a column for each that was
    given. trained: the name under which the model is kept for an hour, empty as long as there is none; megabytes: of
    its download."""

    losses: list[float] = Field(default_factory=list)
    every: int = 1
    classes: list[str] = Field(default_factory=list)
    train: int = 0
    judged: int = 0
    chance: float = 0.0
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    confusion: list[list[int]] = Field(default_factory=list)
    answer: list[Chance] = Field(default_factory=list)
    trained: str = ""
    megabytes: float = 0.0
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
