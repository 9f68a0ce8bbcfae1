"""Words put in by hand, and whether the discriminator notices."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from playground.demos.electra.schema import DISCRIMINATOR
from playground.inputs import ReadableText, without_controls
from playground.messages import Complaint, Notice

MAX_CHANGES = 64
MAX_WORD = 40  # characters


def _word(word: str) -> str:
    if not word.strip():
        raise Complaint("pg_err_elh_empty")
    if len(word) > MAX_WORD:
        raise Complaint("pg_err_elh_long", size=len(word), limit=MAX_WORD)
    return without_controls(word.strip())


class Change(BaseModel):
    """place: of a token of the text, [CLS] is 0; word: what stands there now, one token (such as ##ing) or several."""

    model_config = ConfigDict(extra="forbid")

    place: int = Field(ge=0)
    word: Annotated[str, AfterValidator(_word)]


class Request(BaseModel):
    """changes: of several at one place the last one holds. place: of the token for which the generator is asked for its
    top_k words; none where it is null. threshold: from which probability on a token is called replaced."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText
    model: str = DISCRIMINATOR
    generator_model: str = "bert-mini"  # knows better words than the discriminator's own generator, which is small
    changes: list[Change] = Field(default_factory=list, max_length=MAX_CHANGES)
    place: int | None = Field(default=None, ge=0)
    top_k: int = Field(default=12, ge=1, le=25)
    threshold: float = Field(default=0.5, ge=0, le=1)


class Token(BaseModel):
    """place: of the token of the text that it stands for; replaced: it is part of a change."""

    text: str
    place: int
    replaced: bool
    special: bool
    replaced_probability: float


class Changed(BaseModel):
    """probability: the largest of its tokens'; slipped: it is below the threshold."""

    place: int
    original: str
    word: str
    probability: float
    slipped: bool


class Candidate(BaseModel):
    token: str
    probability: float
    original: bool  # it is what stood there


class Result(BaseModel):
    """changes: those that differ from what stood there; false_alarms: of `untouched` tokens, those that reach the
    threshold. candidates: the generator's words for the token `chosen` at the asked place."""

    tokens: list[Token]
    changes: list[Changed]
    slipped: int
    untouched: int
    false_alarms: int
    chosen: str | None = None
    candidates: list[Candidate] = Field(default_factory=list)
    notices: list[Notice] = Field(default_factory=list)
