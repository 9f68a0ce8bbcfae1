"""Several questions about one passage."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.demos.squad.schema import MAX_QUESTION
from playground.demos.squad.schema import Request as One
from playground.messages import Complaint

MAX_QUESTIONS = 60


class Request(BaseModel):
    """questions: one a line; empty lines are left out."""

    model_config = ConfigDict(extra="forbid")

    questions: str = Field(max_length=MAX_QUESTIONS * MAX_QUESTION)
    passage: str
    model: str = "bert-mini-squad2"
    threshold: float | None = Field(default=None, ge=-30, le=30)

    @field_validator("questions")
    @classmethod
    def _asked(cls, questions: str) -> str:
        lines = lines_of(questions)
        if not lines:
            raise Complaint("pg_err_sqd_no_question")
        if len(lines) > MAX_QUESTIONS:
            raise Complaint("pg_err_sqd_questions", count=len(lines), limit=MAX_QUESTIONS)
        for line in lines:
            One._asked(line)
        return questions

    @field_validator("passage")
    @classmethod
    def _given(cls, passage: str) -> str:
        return One._given(passage)


def lines_of(questions: str) -> list[str]:
    return [line.strip() for line in questions.splitlines() if line.strip()]


class Row(BaseModel):
    """passage[start:end] == text, "" for no answer; probability: of the span among all; margin: best - null score."""

    question: str
    text: str
    start: int
    end: int
    probability: float
    margin: float


class Result(BaseModel):
    rows: list[Row]
    windows: int
