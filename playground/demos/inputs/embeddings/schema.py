"""One or two texts, and what stands at each place before the first layer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import ReadableText, readable
from playground.messages import Notice

MAX_SIDE = 128  # fields a side of the map of positions
Part = Literal["token", "segment", "position", "sum", "norm"]
Kind = Literal["cls", "sep", "mask", "unknown", "ordinary"]
PARTS: tuple[Part, ...] = ("token", "segment", "position", "sum", "norm")


class Request(BaseModel):
    """place: of the token whose rows are wanted, as counted in Result.tokens."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    second_text: str = ""
    model: str = "bert-mini"
    place: int = Field(default=1, ge=0)

    @field_validator("second_text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable(text) if text.strip() else ""


class Row(BaseModel):
    """One part of the chosen token's input. number: of its row in the table, null for what is computed; lengths: the
    part's length (Euclidean) at every place; similar: its cosine with every place's."""

    part: Part
    number: int | None
    values: list[float]
    lengths: list[float]
    similar: list[float]


class Positions(BaseModel):
    """The learned position rows among themselves. count: rows; map: packed bytes (side, side), 0 for a cosine of -1,
    255 for 1, each field the mean of `stride` by `stride` pairs; row: cosines of the chosen place's row with all."""

    count: int
    side: int
    stride: int
    map: str
    row: list[float]


class Result(BaseModel):
    """rows: of the parts that the model has, in the order of PARTS. kind: what the chosen token is."""

    tokens: list[str]
    segments: list[int]
    special: list[int]
    place: int
    kind: Kind
    rows: list[Row]
    positions: Positions
    notices: list[Notice] = Field(default_factory=list)
