"""Which encoders are timed, and what the stopwatch said."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground import demo
from playground.demos.albert.schema import MAX_HEADS, MAX_INNER, MAX_LAYERS, MAX_WIDTH, SharingName
from playground.demos.albert.schema import Request as Sizes
from playground.messages import Complaint, Notice

ModelName = Literal["BERT-base", "ALBERT-base", "DistilBERT", "TinyBERT-4", "MiniLM-L6", "yours"]
MODELS: tuple[ModelName, ...] = ("BERT-base", "ALBERT-base", "DistilBERT", "TinyBERT-4", "MiniLM-L6", "yours")
MAX_ROUNDS = 30
VOCABULARY = 30_522


class Request(BaseModel):
    """models: which are timed; "yours" has the sizes given here. rounds: how often each is timed."""

    model_config = ConfigDict(extra="forbid")

    models: list[ModelName] = Field(default=["BERT-base", "ALBERT-base", "DistilBERT", "yours"], max_length=len(MODELS))
    embedding_size: int = Field(default=128, ge=1, le=MAX_WIDTH)
    hidden_size: int = Field(default=256, ge=1, le=MAX_WIDTH)
    num_layers: int = Field(default=12, ge=1, le=MAX_LAYERS)
    num_heads: int = Field(default=4, ge=1, le=MAX_HEADS)
    intermediate_size: int = Field(default=1024, ge=1, le=MAX_INNER)
    sharing: SharingName = "all"
    batch_size: int = Field(default=4, ge=1, le=256)
    length: int = Field(default=128, ge=1, le=512)
    rounds: int = Field(default=5, ge=3, le=MAX_ROUNDS)

    @model_validator(mode="after")
    def _can_be_timed(self) -> "Request":
        if not self.models:
            raise Complaint("pg_err_stw_none")
        self.models = list(dict.fromkeys(self.models))
        self.sizes()
        return self

    def sizes(self) -> Sizes:
        """The sizes of "yours". Raises what the calculator complains of."""
        return Sizes(
            vocab_size=VOCABULARY,
            embedding_size=self.embedding_size,
            hidden_size=self.hidden_size,
            num_layers=self.num_layers,
            num_heads=self.num_heads,
            intermediate_size=self.intermediate_size,
            sharing=self.sharing,
            projection=self.sharing != "none",
            batch_size=self.batch_size,
            length=self.length,
        )


class Time(BaseModel):
    """Milliseconds: the median of all rounds, and its quartiles."""

    median: float
    low: float
    high: float


class Timed(BaseModel):
    """One encoder. flops: of a forward pass; weight_bytes: float32; of rounds, fewer while the run goes on."""

    name: ModelName
    parameters: int
    weight_bytes: int
    flops: int
    rounds: int
    forward: Time
    training_step: Time


class Result(BaseModel):
    """tokens: in a batch. notices: what was left out, and why."""

    tokens: int
    timed: list[Timed]
    notices: list[Notice] = Field(default_factory=list)


class Progress(demo.Progress):
    result: Result
