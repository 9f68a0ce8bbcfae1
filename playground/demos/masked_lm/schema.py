"""What the Masked LM demo is asked, and what it answers."""

import unicodedata

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.messages import Complaint, Notice

MAX_CHARACTERS = 5_000
MAX_MASKS = 16
MAX_CANDIDATES = 25


class Request(BaseModel):
    """positions: places of tokens to hide, as counted in Result.tokens ([CLS] is 0)."""

    model_config = ConfigDict(extra="forbid")

    text: str
    model: str = "bert-mini"
    top_k: int = Field(default=8, ge=1, le=MAX_CANDIDATES)
    positions: list[int] = Field(default_factory=list)

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str) -> str:
        if len(text) > MAX_CHARACTERS:
            raise Complaint("pg_err_characters", size=len(text), limit=MAX_CHARACTERS)
        if not text.strip():
            raise Complaint("pg_err_empty")
        for place, character in enumerate(text):
            kind = unicodedata.category(character)
            if kind == "Cs" or (kind == "Cc" and character not in "\t\n\r"):
                raise Complaint("pg_err_control", code=f"U+{ord(character):04X}", place=place + 1)
        return text

    @field_validator("positions")
    @classmethod
    def _distinct(cls, positions: list[int]) -> list[int]:
        distinct = sorted(set(positions))
        if len(distinct) > MAX_MASKS:
            raise Complaint("pg_err_masks", size=len(distinct), limit=MAX_MASKS)
        return distinct


class Candidate(BaseModel):
    token: str
    probability: float


class Prediction(BaseModel):
    """One hole. original and what is said of it are null where [MASK] was typed: nobody knows the word."""

    position: int
    original: str | None
    candidates: list[Candidate]
    entropy: float  # bits
    original_rank: int | None
    original_probability: float | None


class Result(BaseModel):
    """tokens: the text as the model reads it before anything is hidden, special tokens included."""

    tokens: list[str]
    special: list[int]  # positions that cannot be hidden: [CLS], [SEP]
    predictions: list[Prediction] = Field(max_length=MAX_MASKS)  # a figure has a panel for each
    notices: list[Notice] = Field(default_factory=list)
