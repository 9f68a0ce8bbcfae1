"""Several encoders learn the same labels in one way."""

from pydantic import Field, model_validator

from playground.demos.fine_tune.schema import Method, Progress, Race, Result

__all__ = ["MAX_MODELS", "Progress", "Request", "Result"]

MAX_MODELS = 4


class Request(Race):
    """model: what the others are compared with; other_models: up to three more encoders; method: how all of them learn.
    Everything else as for any race."""

    other_models: list[str] = Field(default=["electra-mini-discriminator", "albert-mini"], max_length=MAX_MODELS - 1)
    method: Method = "two_rates"

    @model_validator(mode="after")
    def _each_once(self) -> "Request":
        self.other_models = [model for model in dict.fromkeys(self.other_models) if model != self.model]
        return self
