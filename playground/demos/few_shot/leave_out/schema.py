"""A prompt with examples, and what each of them does to the answer."""

from pydantic import BaseModel, Field

from playground.demos.few_shot import schema
from playground.messages import Notice


class Request(schema.Request):
    """As for the prompt itself; at least 1 example is shown. Probabilities are not calibrated."""

    shots: int = Field(default=8, ge=1, le=schema.MAX_SHOTS)


class Without(BaseModel):
    """An example of the prompt; probability: of `label` where just this example is left out."""

    input: str
    label: str
    probability: float


class Result(BaseModel):
    """label: the right one, or the first where nobody knows it; probability: with all examples. answer: what ranks
    first then; left_out: in the order of the prompt. dropped: examples before them that did not fit."""

    label: str
    known: bool
    answer: str
    probability: float
    left_out: list[Without]
    dropped: int
    notices: list[Notice] = Field(default_factory=list)
