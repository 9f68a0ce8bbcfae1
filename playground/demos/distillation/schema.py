"""What is distilled, from what, how long, and what came of it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from playground import demo
from playground.messages import Complaint, Notice

TEACHER, GENERAL_TEACHER = "bert-mini-sentiment", "bert-mini"
MAX_LAYERS, MAX_WIDTH, MAX_HEADS, MAX_FFN = 12, 1024, 16, 4096  # the widest: BERT-large's
MAX_WEIGHT = 100.0
MAX_FILE = 5_000_000  # characters
Layers = Annotated[list[int], Field(max_length=MAX_LAYERS)]
Weight = Annotated[float, Field(ge=0, le=MAX_WEIGHT)]


class Setting(BaseModel):
    """A student, what it begins with, and what it learns from.

    model: the teacher, a classifier or a masked language model; of the latter the students learn to guess hidden words.
    layers, width, heads, ffn: the student's sizes. start: the teacher's layer that each of its layers begins as, 1 for
    the lowest; nothing for random weights. layer_map: the teacher's layer that each of its layers imitates in the terms
    attention and hidden. soft to prediction: weights of the terms, 0 leaves one out. temperature: of `soft`. general:
    first imitate bert-mini on unlabelled text; task: then learn the task. augment: more text, with words replaced by
    bert-mini's predictions. steps: of each student, with `batch` sentences each. source, unlabelled_source: names of a
    person's own files, nothing for the project's sentences; what is in the files, labelled and unlabelled, is in no
    saved run and no link.
    """

    model_config = ConfigDict(extra="forbid")

    model: str = TEACHER
    layers: int = Field(default=3, ge=1, le=MAX_LAYERS)
    width: int = Field(default=384, ge=8, le=MAX_WIDTH)
    heads: int = Field(default=12, ge=1, le=MAX_HEADS)
    ffn: int = Field(default=1536, ge=8, le=MAX_FFN)
    start: Layers = Field(default_factory=lambda: [1, 3, 5])
    layer_map: Layers = Field(default_factory=lambda: [2, 4, 6])
    soft: Weight = 5.0
    hard: Weight = 2.0
    cosine: Weight = 1.0
    embedding: Weight = 0.0
    attention: Weight = 0.0
    hidden: Weight = 0.0
    prediction: Weight = 0.0
    temperature: float = Field(default=2.0, ge=0.5, le=20)
    general: bool = False
    task: bool = True
    augment: bool = False
    steps: int = Field(default=120, ge=5, le=2000)
    batch: int = Field(default=32, ge=4, le=64)
    learning_rate: float = Field(default=2e-4, ge=1e-6, le=1e-2)
    seed: int = Field(default=1, ge=0, le=99_999)
    source: str = Field(default="", max_length=200)
    unlabelled_source: str = Field(default="", max_length=200)
    labelled: str = Field(default="", max_length=MAX_FILE, exclude=True, repr=False)
    unlabelled: str = Field(default="", max_length=MAX_FILE, exclude=True, repr=False)

    @field_validator("start", "layer_map", mode="before")
    @classmethod
    def _numbers(cls, given: Any) -> Any:
        if isinstance(given, str):  # a line that was typed and holds something else
            raise Complaint("pg_err_dis_layers", given=given[:40])
        return given

    @model_validator(mode="after")
    def _possible(self) -> "Setting":
        if self.width % self.heads:
            raise Complaint("pg_err_dis_heads", width=self.width, heads=self.heads)
        if not (self.general or self.task):
            raise Complaint("pg_err_dis_no_stage")
        if self.batch % 2:
            raise Complaint("pg_err_dis_batch", batch=self.batch)
        for name, layers in (("start", self.start), ("layer_map", self.layer_map)):
            needed = name == "layer_map" and (self.attention or self.hidden or self.general)
            if (needed if name == "layer_map" else layers) and len(layers) != self.layers:
                raise Complaint("pg_err_dis_map_length", given=len(layers), wanted=self.layers)
        weights = (self.soft, self.cosine, self.embedding, self.attention, self.hidden, self.prediction)
        if self.task and not any(weights):
            raise Complaint("pg_err_dis_no_term")
        return self

    @property
    def general_steps(self) -> int:
        """Half as many as the task's, where both stages are on."""
        return self.general * (self.steps // (1 + self.task))

    @property
    def all_steps(self) -> int:
        return self.task * self.steps + self.general_steps


class Request(Setting):
    """controls: train two more students of the same sizes on the labels alone, one that begins alike and one that
    begins at random."""

    controls: bool = True


class Side(BaseModel):
    """One model. accuracy, low, high: on the test sentences with its 95% interval; latency_ms, latency_32_ms: median
    time for one sentence and for 32 at once on this device, None as long as it was not taken. megabytes: in float32."""

    parameters: int
    megabytes: float
    accuracy: float
    low: float
    high: float
    latency_ms: float | None = None
    latency_32_ms: float | None = None


class Point(BaseModel):
    """After `step` steps: the terms of the loss, each without its weight; total: with weights, added up. accuracy,
    agreement: with the labels and with the teacher on the test sentences, where they were taken."""

    step: int
    terms: dict[str, float]
    total: float
    accuracy: float | None = None
    agreement: float | None = None


class Control(BaseModel):
    """A student that learned from labels alone. start: `same` as the distilled one, or `random`."""

    start: Literal["same", "random"]
    accuracy: float
    low: float
    high: float
    agreement: float
    history: list[Point] = Field(default_factory=list)


class Gain(BaseModel):
    """What the student has over a control, in points of accuracy, with a 95% interval over the test sentences, which
    both were asked."""

    points: float
    low: float
    high: float


class Material(BaseModel):
    """What is learned from, in sentences. words: of the small vocabulary that the students are trained with. names: of
    the classes; none where words are guessed (task masked_lm). chance: the share of the most frequent answer in the
    test, which whoever always gives it reaches."""

    labelled: int
    unlabelled: int
    augmented: int
    test: int
    words: int
    names: list[str]
    chance: float = 0.0
    task: Literal["sequence_classification", "masked_lm"] = "sequence_classification"


class Result(BaseModel):
    """control: the student with the same start that saw labels alone; control_random: one that began at random. Where
    nothing is the teacher's both would be one, and `control` is it. gain: over `control`. retained: the student's
    accuracy as a share of the teacher's. copied of tensors: what the student began with that is the teacher's; begun:
    how many of its layers. student_id: where the student waits for an hour, to be downloaded or compared; empty where
    none."""

    teacher: Side | None = None
    student: Side | None = None
    control: Control | None = None
    control_random: Control | None = None
    gain: Gain | None = None
    agreement: float | None = None
    retained: float | None = None
    history: list[Point] = Field(default_factory=list)
    material: Material | None = None
    copied: int = 0
    begun: int = 0
    tensors: int = 0
    seed: int = 1
    tokens_per_second: float = 0.0
    seconds_left: float | None = None
    student_id: str = ""
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
