"""A text, and how much each of its tokens surprises a model that reads from left to right."""

from pydantic import BaseModel, ConfigDict, Field

from playground.demos.few_shot.schema import MODEL, Seen
from playground.inputs import ReadableText
from playground.messages import Notice

MAX_TOKENS = 400


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = MODEL


class Result(BaseModel):
    """tokens: those that were predicted; skipped: text of a first token that nothing stands before. perplexity: e to
    the mean -ln p of a token; bits: of the whole text; characters: of what was predicted."""

    tokens: list[Seen]
    skipped: str = ""
    perplexity: float
    bits: float
    characters: int
    notices: list[Notice] = Field(default_factory=list)
