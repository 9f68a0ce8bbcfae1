"""Questions with their gold answers, and how a reader does on them."""

from pydantic import BaseModel, ConfigDict, Field

from playground import demo
from playground.messages import Notice

MAX_FILE = 8_000_000  # characters of JSON
MAX_QUESTIONS = 2000
MAX_WORST = 30


class Request(BaseModel):
    """questions: a file in SQuAD's JSON format as text, or nothing for the bundled questions; it is in no saved run and
    no link, which carry its name alone (source)."""

    model_config = ConfigDict(extra="forbid")

    model: str = "bert-mini-squad2"
    source: str = Field(default="", max_length=200)
    questions: str = Field(default="", max_length=MAX_FILE, exclude=True, repr=False)


class Score(BaseModel):
    """Percent; `of` questions."""

    exact: float
    f1: float
    of: int


class Point(BaseModel):
    """Scores where the model says "no answer" above this null score - best score."""

    threshold: float
    exact: float
    f1: float
    has_answer: float
    no_answer: float


class Wrong(BaseModel):
    """A question that was answered badly. golds: joined, since Gradio's clients cannot follow a list that shrinks from
    one step of a run to the next."""

    question: str
    passage: str
    answer: str
    golds: str
    f1: float
    margin: float


class Result(BaseModel):
    """at_own: all questions with the threshold that the model came with (own); has_answer: those with an answer, always
    answered; no_answer: the others with its own threshold; always_none: F1 without ever answering. chosen: the best
    threshold on half of the passages, held_out: the score of the other half with it; None while the run goes on, for a
    single passage, and where all have answers."""

    asked: int
    of: int
    passages: int
    own: float = 0.0
    at_own: Score | None = None
    has_answer: Score | None = None
    no_answer: Score | None = None
    always_none: float | None = None
    chosen: float | None = None
    held_out: Score | None = None
    curve: list[Point] = Field(default_factory=list)
    worst: list[Wrong] = Field(default_factory=list)
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
