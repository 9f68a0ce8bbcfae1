"""Many pairs of sentences, and how often each head is right about them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground import demo
from playground.inputs import readable_or_none
from playground.messages import Notice

Kind = Literal["next", "swapped", "elsewhere"]
Head = Literal["nsp", "sop"]
KINDS: tuple[Kind, ...] = ("next", "swapped", "elsewhere")
HEADS: tuple[Head, ...] = ("nsp", "sop")
MAX_CHARACTERS = 40_000
MAX_PAIRS = 400
MAX_SEED = 99_999


class Request(BaseModel):
    """text: a text of several sentences, or nothing for the bundled groups; seed: which sentences from elsewhere."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    nsp_model: str = "bert-mini"
    sop_model: str = "albert-mini"
    seed: int = Field(default=1, ge=0, le=MAX_SEED)

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable_or_none(text, MAX_CHARACTERS)


class Share(BaseModel):
    """A share of right answers, with its 95% interval."""

    right: float
    low: float
    high: float


class Judged(BaseModel):
    """One head: its share of right answers on each kind of pair, and on the two tasks of the paper."""

    head: Head
    model: str
    kinds: dict[Kind, Share]
    tasks: dict[Head, Share]


class Result(BaseModel):
    """pairs: of each kind."""

    pairs: int
    judged: list[Judged]
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
