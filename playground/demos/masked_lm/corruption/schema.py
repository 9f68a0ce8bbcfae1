"""What is asked of a corruption, and what is answered."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.inputs import ReadableText
from playground.messages import Notice

RecipeName = Literal["google", "huggingface", "electra"]
Action = Literal["mask", "random", "kept"]
MAX_SEED = 99_999


class Request(BaseModel):
    """rate: share of the tokens that are chosen; seed: which draw."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = "bert-mini"
    recipe: RecipeName = "google"
    rate: float = Field(default=0.15, ge=0.01, le=0.9)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)


class Chosen(BaseModel):
    """One chosen token: what stood there, what the model reads instead, and its answer."""

    position: int
    action: Action
    original: str
    shown: str
    answer: str
    probability: float  # of the original word
    right: bool


class Tally(BaseModel):
    """Right answers at places of one kind over all draws, with the 95% interval of the share (0 and 1 for none)."""

    right: int
    of: int
    low: float
    high: float


class Result(BaseModel):
    """tokens: before anything is hidden; chosen: of the draw that is shown; accuracy: over `draws` draws."""

    tokens: list[str]
    special: list[int]
    chosen: list[Chosen]
    draws: int
    accuracy: dict[Action, Tally]
    notices: list[Notice] = Field(default_factory=list)
