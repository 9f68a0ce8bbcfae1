"""A passage, a question, and options to choose from."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import ReadableText, without_controls
from playground.messages import Complaint, Notice

MAX_OPTIONS = 8
MAX_OPTION = 1000  # characters


class Request(BaseModel):
    """question: may be empty, as where the option is simply what comes next."""

    model_config = ConfigDict(extra="forbid")

    passage: ReadableText
    options: list[str] = Field(max_length=MAX_OPTIONS)
    question: str = Field(default="", max_length=1000)
    model: str = "bert-mini"

    @field_validator("question")
    @classmethod
    def _seen(cls, question: str) -> str:
        return without_controls(question)

    @field_validator("options")
    @classmethod
    def _enough(cls, options: list[str]) -> list[str]:
        if len(options) < 2:
            raise Complaint("pg_err_mch_few", count=len(options))
        for number, option in enumerate(options, start=1):
            if not option.strip():
                raise Complaint("pg_err_mch_empty", number=number)
            if len(option) > MAX_OPTION:
                raise Complaint("pg_err_mch_long", number=number, size=len(option), limit=MAX_OPTION)
            without_controls(option)
        return options


class Choice(BaseModel):
    """score: the number over [CLS]; probability: softmax over all options' scores."""

    option: str
    score: float
    probability: float
    tokens: list[str]
    segments: list[int]


class Result(BaseModel):
    """head: what the scores are from, multiple_choice or next_sentence."""

    head: str
    choices: list[Choice]
    notices: list[Notice] = Field(default_factory=list)
