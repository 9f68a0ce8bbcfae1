"""A task, its texts, and the sequences that GPT-1 and BERT read for it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import without_controls
from playground.messages import Complaint, Notice

Task = Literal["classification", "entailment", "similarity", "choice"]
Kind = Literal["special", "read", "first", "second"]
FAMILIES = ("bert", "albert", "electra")  # whose sequences have [CLS], [SEP] and segments
MAX_OPTIONS = 6
MAX_CHARACTERS = 400


def _short(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise Complaint("pg_err_characters", size=len(text), limit=MAX_CHARACTERS)
    return without_controls(text)


class Request(BaseModel):
    """first: the text; premise; first text; or context. second: the hypothesis or the second text, which a
    classification leaves out. options: of multiple choice, one a line."""

    model_config = ConfigDict(extra="forbid")

    task: Task = "similarity"
    first: str = "The cat sat on the mat."
    second: str = "A cat is sitting on a rug."
    options: str = "It fell asleep.\nIt paid the bill."
    model: str = "bert-mini"

    @field_validator("first", "second", "options")
    @classmethod
    def _readable(cls, text: str) -> str:
        return _short(text)


class Piece(BaseModel):
    """kind: `special`; `read` for the special token whose last state goes on; or of which text it is."""

    text: str
    kind: Kind


class Sequence(BaseModel):
    """One pass through the model. option: its number from 1, where there are several."""

    pieces: list[Piece]
    option: int | None = None


class Result(BaseModel):
    """gpt: words stand for GPT-1's tokens; bert: tokens of the model that was chosen."""

    gpt: list[Sequence]
    bert: list[Sequence]
    notices: list[Notice] = Field(default_factory=list)
