"""A question about a passage, and every answer that a model considers."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import without_controls
from playground.messages import Complaint, Notice

MAX_PASSAGE = 20_000  # characters
MAX_QUESTION = 500
MAX_ANSWERS = 20
MAX_ANSWER_TOKENS = 60
LATTICE = 28  # tokens of the lattice that are shown; more where the best answer has more
ALL_TOKENS = 1000  # up to here every token of a passage is in the result


class Request(BaseModel):
    """top_k: answers listed; threshold: "no answer" where the null score is more than this above the best span's,
    by default the one that the model came with; max_answer: tokens that an answer may have."""

    model_config = ConfigDict(extra="forbid")

    question: str
    passage: str
    model: str = "bert-mini-squad2"
    top_k: int = Field(default=5, ge=1, le=MAX_ANSWERS)
    threshold: float | None = Field(default=None, ge=-30, le=30)
    max_answer: int = Field(default=30, ge=1, le=MAX_ANSWER_TOKENS)

    @field_validator("question")
    @classmethod
    def _asked(cls, question: str) -> str:
        if not question.strip():
            raise Complaint("pg_err_sqd_no_question")
        if len(question) > MAX_QUESTION:
            raise Complaint("pg_err_sqd_question", size=len(question), limit=MAX_QUESTION)
        return without_controls(question)

    @field_validator("passage")
    @classmethod
    def _given(cls, passage: str) -> str:
        if not passage.strip():
            raise Complaint("pg_err_sqd_no_passage")
        if len(passage) > MAX_PASSAGE:
            raise Complaint("pg_err_sqd_passage", size=len(passage), limit=MAX_PASSAGE)
        return without_controls(passage)


class Answer(BaseModel):
    """passage[start:end] == text. probability: of the span among all legal ones; score: start logit + end logit."""

    text: str
    start: int
    end: int
    probability: float
    score: float


class Tokens(BaseModel):
    """Tokens of the passage, column by column: the place of each among all `count`, its characters [start, end), and
    how probably the answer starts or ends with it. Of a long passage those that may start or end the answer, and those
    of the lattice."""

    count: int
    place: list[int]
    start: list[int]
    end: list[int]
    start_probability: list[float]
    end_probability: list[float]


class Lattice(BaseModel):
    """Scores of the spans from one token to another, near the best answer. first: the passage's token that row and
    column 0 stand for; scores[i][j]: start at first + i, end at first + j; None for an illegal span."""

    first: int
    scores: list[list[float | None]]


class Depth(BaseModel):
    """The best answer, if the head read the hidden states of this layer (0: the embeddings) instead of the last."""

    layer: int
    start_probability: float
    end_probability: float


class Window(BaseModel):
    """A window over the passage: its tokens [first, last), the best score in it, and its null score."""

    first: int
    last: int
    best_score: float
    null_score: float


class Result(BaseModel):
    """answer: "" for none, by the threshold; start, end: its characters (0, 0 for none); answers: best first, whatever
    the threshold; null_score: the least of all windows; best_score: of the best span."""

    answer: str
    start: int
    end: int
    answers: list[Answer]
    null_score: float
    best_score: float
    threshold: float
    windows: int
    tokens: Tokens
    lattice: Lattice
    depth: list[Depth]
    window_list: list[Window]
    notices: list[Notice] = Field(default_factory=list)
