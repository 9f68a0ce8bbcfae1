"""Which published scores are drawn against the size of the models."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Board = Literal["gpt_lambada", "albert_average", "albert_squad", "albert_race"]


class Request(BaseModel):
    """board: accuracy on LAMBADA of GPT-2 and GPT-3, or a score of BERT and ALBERT in the ALBERT paper."""

    model_config = ConfigDict(extra="forbid")

    board: Board = "gpt_lambada"


class Point(BaseModel):
    """parameters: millions, as printed."""

    model: str
    family: str
    parameters: int
    score: float


class Size(BaseModel):
    """A printed line of sizes; cells are empty where the paper prints none."""

    model: str
    parameters: int
    cells: list[str]


class Erratum(BaseModel):
    """key: of the texts; values: the numbers in them, by the places of the texts."""

    key: str
    source: str
    values: dict[str, str]


class Result(BaseModel):
    """columns: what the cells of a size are."""

    source: str
    points: list[Point]
    sizes_source: str
    columns: list[str]
    sizes: list[Size]
    errata: list[Erratum]
