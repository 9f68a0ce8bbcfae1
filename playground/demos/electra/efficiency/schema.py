"""How much text three objectives need: one tiny encoder trained with each, judged alike."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.inputs import ReadableText
from playground.messages import Notice

RATE = 0.15
MAX_FILE = 4_000_000  # characters
Objective = Literal["mlm", "rtd_masked", "rtd"]
OBJECTIVES: tuple[Objective, ...] = ("mlm", "rtd_masked", "rtd")


class Request(BaseModel):
    """text: whose positions are counted. steps: of each encoder; seeds: how many encoders there are of each objective,
    from `seed` on. corpus: a text to train on, or nothing for Python's own manual; it is in no saved run and no link,
    which carry its name alone (source)."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText = "The chef cooked the meal while her guests waited in the garden."
    steps: int = Field(default=400, ge=10, le=2000)
    seeds: int = Field(default=3, ge=1, le=5)
    seed: int = Field(default=1, ge=0, le=99_999)
    source: str = Field(default="", max_length=200)
    corpus: str = Field(default="", max_length=MAX_FILE, exclude=True, repr=False)


class Point(BaseModel):
    """One encoder after `step` steps and `gflops` 10^9 floating-point operations. auc: of replaced or not in held-out
    text; accuracy: of the topics, None with a text of one's own."""

    objective: Objective
    seed: int
    step: int
    gflops: float
    auc: float
    accuracy: float | None


class Cost(BaseModel):
    """A step of one objective: 10^9 operations, and the positions with a loss of all that are read."""

    objective: Objective
    gflops: float
    with_loss: int
    positions: int


class Equal(BaseModel):
    """One objective at equal compute: mean and standard deviation over the seeds, interpolated between two points."""

    objective: Objective
    auc: float
    auc_spread: float
    accuracy: float | None
    accuracy_spread: float | None


class Gain(BaseModel):
    """RTD at all tokens less another objective, seed by seed, at equal compute: mean, standard deviation, and in how
    many of the seeds it is ahead."""

    over: Objective
    auc: float
    auc_spread: float
    ahead: int


class Result(BaseModel):
    """tokens, masked: positions of the text, and those of them that MLM learns from. words, blocks: of the vocabulary
    and of the training text. parameters: of the encoder. gflops: where the objectives are compared; None as long as the
    run goes on."""

    tokens: int
    masked: int
    words: int = 0
    blocks: int = 0
    parameters: int = 0
    costs: list[Cost] = Field(default_factory=list)
    points: list[Point] = Field(default_factory=list)
    gflops: float | None = None
    equal: list[Equal] = Field(default_factory=list)
    gains: list[Gain] = Field(default_factory=list)
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
