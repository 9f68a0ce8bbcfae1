"""A text or two, and where every token of it looks: one head of one layer, and all of them in small."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.inputs import ReadableText, readable
from playground.messages import Notice

MAX_LAYERS = MAX_HEADS = 48  # more than any model that is offered has
MAX_ROWS = 160  # tokens up to which all rows are given as numbers
MAX_TOKENS = 1_024  # that are read: all layers' maps are in memory at once
MAX_MAP = 384  # tokens up to which the large picture has a field for every pair, unless there are very many heads

Sort = Literal[
    "place", "entropy", "distance", "to_special", "to_sep", "to_first", "to_previous", "to_next", "to_other"
]  # by which heads are ordered
Block = Literal["all", "a_to_b", "b_to_a"]


class Request(BaseModel):
    """layer: 1 for the lowest. head: 1 for the first, 0 for the mean of all. row: only the row of this token, as
    counted in Result.tokens; all rows where it is null, of texts of up to 160 tokens. rollout: of all layers up to
    `layer` instead of one head. picture: the pictures that the screen draws as well. sort, block: how it draws them:
    heads ordered by a measure, the largest first, and only what tokens of one text give to those of the other.
    """

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    second_text: str = ""
    model: str = "bert-mini"
    layer: int = Field(default=1, ge=1, le=MAX_LAYERS)
    head: int = Field(default=1, ge=0, le=MAX_HEADS)
    row: int | None = Field(default=None, ge=0)
    rollout: bool = False
    picture: bool = False
    sort: Sort = "place"
    block: Block = "all"

    @field_validator("second_text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable(text) if text.strip() else ""


class Head(BaseModel):
    """entropy: bits, the mean over the rows. distance: tokens between the one that looks and what it looks at. The
    others are shares of the attention, from 0 to 1: on special tokens, on separators such as [SEP] alone, on the first
    token, on the one before and after, and on the other text (of ordinary tokens)."""

    layer: int
    head: int
    entropy: float
    distance: float
    to_special: float
    to_sep: float = 0.0  # runs that were saved before it was measured lack it
    to_first: float
    to_previous: float
    to_next: float
    to_other: float


class Picture(BaseModel):
    """Packed bytes (playground.pictures), 255 for a weight of 1.

    mosaic: every head in small, layer by layer: (layers, heads, mosaic_side, mosaic_side). map: the chosen head,
    (map_side, map_side). pooled: k where each of its fields is the largest of k by k weights, 0 where it is one weight.
    """

    mosaic: str
    mosaic_side: int
    map: str
    map_side: int
    pooled: int


class Result(BaseModel):
    """weights: one row, rounded to 1/10,000, or all, rounded to 1/255; segments: 0 or 1, of which text a token is;
    special: places of the tokenizer's own tokens; blocks: shares of the attention of the first and of the second text
    on the first, the second, and special tokens; null without a second text."""

    tokens: list[str]
    weights: list[list[float]]
    heads: list[Head]
    segments: list[int]
    special: list[int]
    layer: int
    head: int
    layers: int
    heads_a_layer: int
    causal: bool
    blocks: list[list[float]] | None = None
    picture: Picture | None = None
    notices: list[Notice] = Field(default_factory=list)
