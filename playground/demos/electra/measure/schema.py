"""Sentences, and how well replaced tokens are told from original ones in them."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground import demo
from playground.demos.electra.schema import DISCRIMINATOR, GENERATOR, MAX_SEED, MAX_TEMPERATURE
from playground.inputs import readable_or_none
from playground.messages import Notice

TEMPERATURES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
RATES = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85)
BINS = 10
MAX_CHARACTERS = 60_000
MAX_SENTENCES = 600
MAX_FOOLED = 10


class Request(BaseModel):
    """text: at least two sentences, or nothing for those that come with the project. rate, temperature: of the curves;
    then the temperatures are tried at this rate, and the rates at this temperature."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    model: str = DISCRIMINATOR
    generator_model: str = GENERATOR
    rate: float = Field(default=0.15, gt=0, le=1)
    temperature: float = Field(default=1.0, ge=0, le=MAX_TEMPERATURE)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable_or_none(text, MAX_CHARACTERS)


class RocPoint(BaseModel):
    false_alarms: float
    hits: float
    threshold: float


class Bin(BaseModel):
    """Tokens with a probability in one tenth: `mean` is theirs, `share` of them are replaced (interval low to high);
    None in an empty bin."""

    of: int
    mean: float | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None


class Point(BaseModel):
    """One setting. auc: None where nothing was replaced; low, high: its 95% interval. right: the share of the masked
    tokens that the generator guessed."""

    rate: float
    temperature: float
    auc: float | None
    low: float | None
    high: float | None
    replaced: int
    right: float


class Fooled(BaseModel):
    """A replaced token with a low probability, in its sentence as the discriminator read it (before, word, after)."""

    before: str
    word: str
    after: str
    original: str
    probability: float


class Result(BaseModel):
    """tokens, replaced, guessed: of the sentences done so far. error: expected calibration error. by_temperature,
    by_rate: fewer points when the run was cancelled. fooled: what the discriminator believed most, at the end of the
    first pass."""

    sentences: int
    done: int
    tokens: int = 0
    replaced: int = 0
    guessed: int = 0
    auc: float | None = None
    low: float | None = None
    high: float | None = None
    error: float | None = None
    roc: list[RocPoint] = Field(default_factory=list)
    calibration: list[Bin] = Field(default_factory=list)
    fooled: list[Fooled] = Field(default_factory=list)
    by_temperature: list[Point] = Field(default_factory=list)
    by_rate: list[Point] = Field(default_factory=list)
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
