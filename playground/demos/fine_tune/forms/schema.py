"""A text packed in four ways, and which of its positions feed the head."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.inputs import OptionalText, ReadableText
from playground.messages import Notice

BASE, SENTIMENT, READER = "bert-mini", "bert-mini-sentiment", "bert-mini-squad2"
FormName = Literal["sentence", "pair", "span", "tags"]
FORMS: tuple[FormName, ...] = ("sentence", "pair", "span", "tags")


class Request(BaseModel):
    """text: in all four forms; second: goes with it in a pair; question: asked about it in a span. A form whose other
    text is empty is left out."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    second: OptionalText = "Nobody was surprised."
    question: OptionalText = "Where did it happen?"


class Slot(BaseModel):
    """One position. segment: 0 for what comes first, 1 for the second text. feeds: whether the head reads it."""

    text: str
    segment: int
    special: bool
    feeds: bool


class Answer(BaseModel):
    """label: of what the head says, or the words of a span; probability: null for a span."""

    label: str
    probability: float | None


class Form(BaseModel):
    """outputs: numbers that the head gives for each position that feeds it; parameters: of the head. model: the bundled
    one that answers, empty where there is none."""

    name: FormName
    slots: list[Slot]
    outputs: int
    parameters: int
    model: str = ""
    answers: list[Answer] = Field(default_factory=list)


class Result(BaseModel):
    """encoder: parameters of what is the same in all forms; hidden_size: of a position."""

    forms: list[Form]
    hidden_size: int
    encoder: int
    notices: list[Notice] = Field(default_factory=list)
