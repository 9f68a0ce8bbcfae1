"""Loss curves of several learning rates and batch sizes over the same tokens."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground import demo
from playground.demos.fine_tune.schema import MAX_SEED, Sentences
from playground.messages import Complaint, Notice

Batch = Literal[1, 2, 4, 8, 16, 32, 64]
BATCHES: tuple[Batch, ...] = (1, 2, 4, 8, 16, 32, 64)
# 2e-5 to 5e-5 are BERT's, 6.25e-5 is GPT-1's.
Rate = Literal["1e-6", "1e-5", "2e-5", "3e-5", "4e-5", "5e-5", "6.25e-5", "1e-4", "3e-4", "1e-3", "3e-3", "1e-2"]
RATES: tuple[Rate, ...] = get_args(Rate)
MAX_RATES, MAX_BATCHES = 5, 4


class Request(Sentences):
    """rates: of all weights; batches: sentences a step. labels: how many sentences are read, once each by every run."""

    model_config = ConfigDict(extra="forbid")

    model: str = "bert-mini"
    rates: list[Rate] = Field(default=["1e-5", "5e-5", "3e-4", "3e-3"], max_length=MAX_RATES)
    batches: list[Batch] = Field(default=[4, 16, 64], max_length=MAX_BATCHES)
    labels: int = Field(default=512, ge=16, le=2000)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)

    @model_validator(mode="after")
    def _something_to_do(self) -> "Request":
        if not self.rates or not self.batches:
            raise Complaint("pg_err_ftr_none")
        self.rates = [rate for rate in RATES if rate in self.rates]
        self.batches = sorted(set(self.batches))
        return self


class Losses(BaseModel):
    """One run: its losses and the tokens read by the end of each; a loss is the mean over `every` steps of `steps`
    done. first, last: the mean loss of the first and of the last quarter of the steps. jump: the standard deviation
    that the changes from one step to the next have in the second half, divided by the square root of 2: that of a
    single step's loss. accuracy: on held-out sentences with Wilson's 95% interval, None as long as the run goes on, or
    where the loss is no number any more (broke)."""

    rate: Rate
    batch: int
    tokens: list[int]
    losses: list[float]
    every: int = 1
    steps: int = 0
    first: float | None = None
    last: float | None = None
    jump: float | None = None
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    broke: bool = False


class Result(BaseModel):
    """guess: the loss of somebody who gives each label its share."""

    runs: list[Losses] = Field(default_factory=list)
    sentences: int = 0
    tokens: int = 0
    judged: int = 0
    guess: float = 0.0
    chance: float = 0.0
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
