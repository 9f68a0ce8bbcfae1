"""How a text begins, how its tokens are chosen, and what the model thought of each."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground import demo
from playground.demos.few_shot.schema import MAX_SEED, MODEL, Seen, bounded
from playground.inputs import ReadableText
from playground.messages import Complaint, Notice

MAX_TOKENS = 200
MAX_TEMPERATURE = 3.0
MAX_TOP_K = 500
MAX_STOPS = 8

Ended = Literal["going", "count", "stop", "end", "full"]


class Request(BaseModel):
    """count: tokens at most. temperature 0 always takes the likeliest token; top_k 0 and top_p 1 keep all of them.
    stops: the text ends before any of these."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = MODEL
    count: int = Field(default=60, ge=1, le=MAX_TOKENS)
    temperature: float = Field(default=1.0, ge=0, le=MAX_TEMPERATURE)
    top_k: int = Field(default=0, ge=0, le=MAX_TOP_K)
    top_p: float = Field(default=1.0, gt=0, le=1)
    stops: list[str] = Field(default_factory=list)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)

    @field_validator("stops")
    @classmethod
    def _stops(cls, stops: list[str]) -> list[str]:
        if len(stops) > MAX_STOPS:
            raise Complaint("pg_err_fgn_stops", count=len(stops), limit=MAX_STOPS)
        if not all(stops):
            raise Complaint("pg_err_fgn_stop_empty")
        return [bounded(stop) for stop in stops]


class Result(BaseModel):
    """continuation: what was written so far, without a stop string. ended: why it stopped, or that it goes on: after
    `count` tokens, at a stop string, at the model's own end mark, or because the model reads no more tokens."""

    prompt_tokens: int
    limit: int
    continuation: str = ""
    tokens: list[Seen] = Field(default_factory=list)
    ended: Ended = "going"
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
