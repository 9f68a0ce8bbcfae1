"""Which printed table is counted again, and what that gives."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

TableName = Literal["sharing", "sizes", "embedding"]
Rule = Literal["transformers", "no_pooler", "no_projection", "neither"]
RULES: tuple[Rule, ...] = ("transformers", "no_pooler", "no_projection", "neither")


class Request(BaseModel):
    """table: of the ALBERT paper: how parameters are shared, the sizes of its models, the width of embeddings."""

    model_config = ConfigDict(extra="forbid")

    table: TableName = "sharing"


class Row(BaseModel):
    """printed: millions; counts: parameters under each rule; fits: the rules whose count rounds to what is printed."""

    name: str
    printed: int
    counts: dict[Rule, int]
    fits: list[Rule]
    scores: list[str]


class Result(BaseModel):
    """source: the paper and its table; columns: what the scores are of; fits_all: rules that fit every row."""

    source: str
    columns: list[str]
    rows: list[Row]
    fits_all: list[Rule]
