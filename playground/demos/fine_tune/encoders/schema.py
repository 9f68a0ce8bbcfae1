"""Several encoders learn the same labels in one way."""

from pydantic import ConfigDict, Field, model_validator

from playground.demos.fine_tune.schema import (
    MAX_RATE,
    MAX_SEED,
    MAX_SEEDS,
    SIZES,
    Method,
    Pooling,
    Progress,
    Result,
    Sentences,
    Size,
)
from playground.messages import Complaint

__all__ = ["MAX_MODELS", "Progress", "Request", "Result"]

MAX_MODELS = 4


class Request(Sentences):
    """model: what the others are compared with; other_models: up to three more encoders. Everything else as for
    fine_tune."""

    model_config = ConfigDict(extra="forbid")

    model: str = "bert-mini"
    other_models: list[str] = Field(default=["electra-mini-discriminator"], max_length=MAX_MODELS - 1)
    method: Method = "two_rates"
    labels: list[Size] = Field(default=[8, 32, 128, 512], max_length=len(SIZES))
    seeds: int = Field(default=5, ge=1, le=MAX_SEEDS)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)
    learning_rate: float = Field(default=3e-4, gt=0, le=MAX_RATE)
    head_rate: float = Field(default=1e-3, gt=0, le=MAX_RATE)
    pooling: Pooling = "mean"
    bar: float = Field(default=0.65, ge=0, le=1)

    @model_validator(mode="after")
    def _something_to_do(self) -> "Request":
        if not self.labels:
            raise Complaint("pg_err_ft_labels")
        self.labels = sorted(set(self.labels))
        self.other_models = [model for model in dict.fromkeys(self.other_models) if model != self.model]
        return self
