"""One or two texts, and the tokens that a model makes of them."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import ReadableText, readable
from playground.messages import Notice

MAX_TOKENS = 2_048  # a larger answer would be more than a Run may hold
MAX_OTHER = 256  # tokens of each text that are given of a second tokenizer


class Request(BaseModel):
    """The texts are read as a pair where there are two."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    second_text: str = ""
    model: str = "bert-mini"

    @field_validator("second_text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable(text) if text.strip() else ""


class Count(BaseModel):
    """How many pieces one tokenizer makes of each text, special tokens not counted; unknown: pieces that stand for
    what it has no word for. name: a model's id, or `characters`, `bytes` (of UTF-8) or `words` (between spaces)."""

    name: str
    pieces: list[int]
    unknown: list[int]


class Cut(BaseModel):
    """The texts by another tokenizer, each by itself and without special tokens, its first 256 tokens. name: a model's
    id; segments and offsets as in Result."""

    name: str
    tokens: list[str]
    ids: list[int]
    segments: list[int]
    offsets: list[list[int]]


class Result(BaseModel):
    """offsets: first character of a token in its own text and one past the last, [0, 0] for a special one; segments:
    0 or 1, of which text it is; positions: the row of the position table, where the model has one. counts: the same
    texts by every tokenizer on this machine. other: by the first bundled tokenizer of another kind (WordPiece, BPE)."""

    tokens: list[str]
    ids: list[int]
    segments: list[int]
    positions: list[int]
    offsets: list[list[int]]
    special: list[int]
    counts: list[Count]
    other: Cut | None = None
    notices: list[Notice] = Field(default_factory=list)
