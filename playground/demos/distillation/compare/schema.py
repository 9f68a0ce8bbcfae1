"""One sentence, read by a teacher and a student."""

from pydantic import BaseModel, ConfigDict, Field

from playground.demos.distillation.schema import MAX_HEADS, MAX_LAYERS, TEACHER
from playground.inputs import ReadableText
from playground.messages import Notice

MAX_TOKENS = 64


class Request(BaseModel):
    """student: the id of a student that was trained here, nothing for one that begins as every other layer of the
    teacher and was not trained. layer: of the student, 1 for the lowest; head: 1 for the first, 0 for the mean. Where
    the student has fewer, it is its last one."""

    model_config = ConfigDict(extra="forbid")

    text: ReadableText = "I expected a boring film, and it was anything but boring."
    model: str = TEACHER
    student: str = Field(default="", max_length=40)
    layer: int = Field(default=3, ge=1, le=MAX_LAYERS)
    head: int = Field(default=0, ge=0, le=MAX_HEADS)


class Map(BaseModel):
    """Where each token (row) looks: weights as whole 255ths."""

    layer: int
    head: int
    layers: int
    heads: int
    weights: list[list[int]]


class Result(BaseModel):
    """names: of the classes; teacher, student: their probabilities. similarity: debiased linear CKA of hidden states, a
    row a layer of the student and a column a layer of the teacher, the embeddings first; None with fewer than 4 tokens.
    """

    tokens: list[str]
    names: list[str]
    teacher: list[float]
    student: list[float]
    teacher_map: Map
    student_map: Map
    similarity: list[list[float]] | None
    trained: bool
    notices: list[Notice] = Field(default_factory=list)
