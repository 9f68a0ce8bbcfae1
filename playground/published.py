"""Numbers that papers print (assets/published.toml), each table with its source."""

import tomllib
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from playground.paths import ASSETS


class PublishedRow(BaseModel):
    """One printed row. parameters: millions; scores: as printed, one a column of the table. A table that is about
    something else than sizes leaves them out. source: where a table's rows come from several papers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    embedding_size: int = 0
    sharing: str = ""
    parameters: int = 0
    scores: list[str]
    source: str = ""


class PublishedTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    columns: list[str]
    rows: list[PublishedRow] = Field(alias="row")


@cache
def published(name: str) -> PublishedTable:
    """A table by its name. Raises KeyError for one that is not there, and pydantic.ValidationError for a broken one."""
    return PublishedTable.model_validate(tomllib.loads((ASSETS / "published.toml").read_text("utf-8"))[name])
