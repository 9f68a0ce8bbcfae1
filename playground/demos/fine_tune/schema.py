"""How few labels are enough: four ways to learn the same sentences, and what each of them knows by how many labels."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground import demo
from playground.messages import Complaint, Notice

Method = Literal["random", "frozen", "full", "two_rates"]
METHODS: tuple[Method, ...] = ("random", "frozen", "full", "two_rates")
Size = Literal[8, 16, 32, 64, 128, 256, 512]
SIZES: tuple[Size, ...] = (8, 16, 32, 64, 128, 256, 512)
Pooling = Literal["mean", "cls"]
MAX_SEEDS, MAX_SEED = 10, 99_999
MAX_RATE = 0.1
MAX_BYTES = 5_000_000


class Sentences(BaseModel):
    """data: labelled sentences as CSV or TSV, or nothing for the project's own; they are in no saved run and no link,
    which carry their name alone (source)."""

    source: str = Field(default="", max_length=200)
    data: str = Field(default="", max_length=MAX_BYTES, exclude=True, repr=False)


class Race(Sentences):
    """labels: how many sentences are learned from; seeds: how often, from `seed` on.

    learning_rate: of the encoder; head_rate: of the head where it has one of its own (two_rates); random_rate: of a
    network that begins at random. pooling: what of the frozen encoder the linear head reads. bar: the accuracy for
    which the labels that are needed are read off.
    """

    model_config = ConfigDict(extra="forbid")

    model: str = "bert-mini"
    labels: list[Size] = Field(default=[8, 32, 128], max_length=len(SIZES))
    seeds: int = Field(default=5, ge=1, le=MAX_SEEDS)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    learning_rate: float = Field(default=3e-4, gt=0, le=MAX_RATE)
    head_rate: float = Field(default=1e-3, gt=0, le=MAX_RATE)
    random_rate: float = Field(default=1e-4, gt=0, le=MAX_RATE)
    pooling: Pooling = "mean"
    bar: float = Field(default=0.65, ge=0, le=1)

    @model_validator(mode="after")
    def _some_labels(self) -> "Race":
        if not self.labels:
            raise Complaint("pg_err_ft_labels")
        self.labels = sorted(set(self.labels))
        return self


class Request(Race):
    """methods: of learning, side by side. Everything else as for any race."""

    methods: list[Method] = Field(default=list(METHODS), max_length=len(METHODS))

    @model_validator(mode="after")
    def _some_methods(self) -> "Request":
        if not self.methods:
            raise Complaint("pg_err_ft_methods")
        self.methods = [method for method in METHODS if method in self.methods]
        return self


class Curve(BaseModel):
    """One way at one number of labels: mean accuracy on held-out sentences over the seeds that are done, its 95%
    interval (None for one seed), and the accuracy of each seed. diverged: seeds whose loss became no number; they
    are in none of the others, and where all did, accuracy is None. loss: of the last quarter of the steps, in nats,
    the mean over the seeds; None for a way without steps."""

    method: str
    labels: int
    accuracy: float | None
    low: float | None
    high: float | None
    values: list[float]
    diverged: int = 0
    loss: float | None = None


class Gain(BaseModel):
    """How much more a way knows than another one at one number of labels, seed by seed: mean and 95% interval."""

    method: str
    over: str
    labels: int
    gain: float
    low: float | None
    high: float | None


class Needed(BaseModel):
    """Labels with which a way reaches the bar, between two that were tried: the median of the seeds, None where it is
    reached by fewer than half of them. least, most: of those that reach it; reached: how many do, of `seeds` done."""

    method: str
    labels: float | None
    least: float | None
    most: float | None
    reached: int
    seeds: int


class Plan(BaseModel):
    """What a way is given: for each number of labels the sentences of a step and the steps; and the rates of the
    encoder and of the head."""

    method: str
    labels: list[int]
    batches: list[int]
    steps: list[int]
    learning_rate: float
    head_rate: float


class Result(BaseModel):
    """seeds: that are done by all ways at all numbers of labels. chance: the share of the most frequent label among the
    judged. classes: their names; train, judged: sentences to learn from, and held-out ones that each run is judged by.
    """

    curves: list[Curve] = Field(default_factory=list)
    encoder: str = ""
    seeds: int = 0
    gains: list[Gain] = Field(default_factory=list)
    needed: list[Needed] = Field(default_factory=list)
    plans: list[Plan] = Field(default_factory=list)
    classes: list[str] = Field(default_factory=list)
    chance: float = 0.0
    train: int = 0
    judged: int = 0
    parameters: int = 0
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
