"""A text, ways to end it, and how the model goes on after each."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.demos.few_shot.schema import MODEL, Token, bounded
from playground.inputs import ReadableText
from playground.messages import Complaint, Notice

TEXT = "{text}"
PATTERNS = ("{text}\nTL;DR:", "Q: {text}\nA:", "{text} =", "{text} =>", "{text}:")
MAX_PATTERNS = 8
MAX_TOKENS = 40


class Request(BaseModel):
    """patterns: each with {text} in it; the bare text is always among the results. count: tokens written after each."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = MODEL
    patterns: list[str] = Field(default=list(PATTERNS))
    count: int = Field(default=16, ge=1, le=MAX_TOKENS)

    @field_validator("patterns")
    @classmethod
    def _whole(cls, patterns: list[str]) -> list[str]:
        if len(patterns) > MAX_PATTERNS:
            raise Complaint("pg_err_fpt_many", count=len(patterns), limit=MAX_PATTERNS)
        for pattern in patterns:
            if TEXT not in pattern:
                raise Complaint("pg_err_fpt_text", pattern=bounded(pattern)[:40])
        kept = list(dict.fromkeys(pattern for pattern in map(bounded, patterns) if pattern != TEXT))
        if not kept:
            raise Complaint("pg_err_fpt_none")
        return kept


class Ending(BaseModel):
    """moved: bits by which the next token's probabilities differ from those after the bare text; entropy: of them."""

    pattern: str
    prompt_tokens: int
    moved: float
    entropy: float
    top: list[Token]
    continuation: str
    tokens: list[Token]


class Result(BaseModel):
    """endings: the bare text first."""

    endings: list[Ending]
    notices: list[Notice] = Field(default_factory=list)
