"""Examples, a query, the exact prompt that they make, and how likely each label is to follow."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from playground.inputs import without_controls
from playground.messages import Complaint, Notice

MODEL = "gpt-mini"
OWN = "own"  # no task of the project: the examples of the request
MAX_SHOTS = 32
MAX_LABELS = 32
MAX_SEED = 99_999
MAX_CHARACTERS = 20_000

PatternName = Literal["input_output", "question", "arrow", "colon"]


def bounded(text: str) -> str:
    """The text as it is. Raises Complaint for a too long one, and for characters that nobody can see."""
    if len(text) > MAX_CHARACTERS:
        raise Complaint("pg_err_characters", size=len(text), limit=MAX_CHARACTERS)
    return without_controls(text)


def asked(text: str) -> str:
    """A query. Raises Complaint for an empty one, and as `bounded` does."""
    if not text.strip():
        raise Complaint("pg_err_fsh_query")
    return bounded(text)


class Shot(BaseModel):
    """A solved example."""

    model_config = ConfigDict(extra="forbid")

    input: str
    label: str


class Request(BaseModel):
    """task: one of the project's own, from which `shots` examples are drawn by `seed`; or "own", then the first
    `shots` of `examples` are shown as they stand. labels: among which the answer is sought; without any, those of the
    task or of the examples.

    calibrate: divide by what the labels get after the content-free query "N/A".
    """

    model_config = ConfigDict(extra="forbid")

    query: str
    task: str = OWN
    instruction: str = ""
    examples: list[Shot] = Field(default_factory=list)
    labels: list[str] = Field(default_factory=list)
    shots: int = Field(default=4, ge=0, le=MAX_SHOTS)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    pattern: PatternName = "input_output"
    model: str = MODEL
    calibrate: bool = False

    @field_validator("query")
    @classmethod
    def _query(cls, text: str) -> str:
        return asked(text)

    @field_validator("instruction")
    @classmethod
    def _instruction(cls, text: str) -> str:
        return bounded(text)

    @field_validator("labels")
    @classmethod
    def _labels(cls, labels: list[str]) -> list[str]:
        for label in labels:
            if not label.strip():
                raise Complaint("pg_err_fsh_label_empty")
            if labels.count(label) > 1:
                raise Complaint("pg_err_fsh_label_twice", label=without_controls(label)[:40], count=labels.count(label))
            bounded(label)
        if len(labels) > MAX_LABELS:
            raise Complaint("pg_err_fsh_labels", count=len(labels), limit=MAX_LABELS)
        return labels

    @model_validator(mode="after")
    def _examples(self) -> "Request":
        if self.examples and self.task != OWN:
            raise Complaint("pg_err_fsh_examples_task", task=self.task[:40], count=len(self.examples))
        if len(self.examples) > MAX_SHOTS:
            raise Complaint("pg_err_fsh_shots", count=len(self.examples), limit=MAX_SHOTS)
        for number, example in enumerate(self.examples, start=1):
            if not example.input.strip() or not example.label.strip():
                raise Complaint("pg_err_fsh_example_empty", number=number)
            bounded(example.input), bounded(example.label)
        return self


class Label(BaseModel):
    """probability: its share among the labels, calibrated where that was asked for; plain: before that; whole: the
    probability of all its tokens and the end of the line; content_free: its share after "N/A", where calibrated."""

    label: str
    probability: float
    plain: float
    whole: float
    content_free: float | None = None


class Token(BaseModel):
    token: str
    probability: float


class Seen(BaseModel):
    """A token of a text under the model's own distribution. rank: 1 for the likeliest; entropy in bits; top: the
    likeliest tokens there, best first."""

    token: str
    probability: float
    rank: int
    entropy: float
    top: list[Token]


class Result(BaseModel):
    """prompt: to the character, as the model reads it; prompt_tokens: of at most `limit`. examples: those in it, in
    order; dropped: earlier ones that did not fit. right: the label that the task knows to be right. continuation: what
    the model says by itself, always its likeliest token, to the end of the line; tokens: of it."""

    prompt: str
    prompt_tokens: int
    limit: int
    examples: list[Shot]
    dropped: int
    labels: list[Label]
    right: str | None = None
    continuation: str
    tokens: list[Token]
    notices: list[Notice] = Field(default_factory=list)
