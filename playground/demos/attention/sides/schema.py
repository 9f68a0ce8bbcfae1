"""One sentence with a blank, filled by a model that reads both sides and by one that reads the left side only."""

from pydantic import BaseModel, ConfigDict, Field

from playground.inputs import ReadableText

MAX_TOKENS = 64  # of either model: both masks are drawn field by field


class Request(BaseModel):
    """word: the place of the blank among the words between spaces, 0 for the first."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    word: int = Field(default=3, ge=0)
    model: str = "bert-mini"
    gpt_model: str = "gpt-mini"
    top_k: int = Field(default=6, ge=1, le=10)


class Candidate(BaseModel):
    token: str
    probability: float


class Side(BaseModel):
    """tokens: of `both` with [MASK] in the blank; of `left` the whole text, though its words are asked for after what
    is before the blank; pieces: tokens of the word that was taken out; probability: that all of them stand there, null
    where a masked language model would need several masks. mask: packed bytes (tokens, tokens), 255 where the row's
    token sees the column's, as the model's own attention says."""

    tokens: list[str]
    candidates: list[Candidate]
    pieces: int
    probability: float | None
    entropy: float
    mask: str


class Line(BaseModel):
    """A line of the comparison, one cell a model."""

    key: str
    cells: list[str]
    source: str


class Result(BaseModel):
    """words: the text's, blank: the one that was taken out, without its punctuation."""

    words: list[str]
    blank: str
    both: Side
    left: Side
    columns: list[str]
    lines: list[Line]
