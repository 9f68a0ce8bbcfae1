"""What is audited, and what was counted."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

RecipeName = Literal["google", "huggingface", "electra"]
Kind = Literal["chosen", "mask", "random", "kept"]
DRAWS = 10_000
MAX_SEED = 99_999


class Request(BaseModel):
    """tokens: length of the text; rate: share of its tokens that are chosen; seed: which 10,000 draws."""

    model_config = ConfigDict(extra="forbid")

    recipe: RecipeName = "google"
    rate: float = Field(default=0.15, ge=0.01, le=0.9)
    tokens: int = Field(default=128, ge=2, le=512)
    seed: int = Field(default=1, ge=0, le=MAX_SEED)


class Share(BaseModel):
    """A share of all tokens: promised by the recipe, counted, and the standard deviation that chance gives it
    over all draws (0 where nothing is left to chance)."""

    kind: Kind
    expected: float
    counted: float
    deviation: float

    @property
    def distance(self) -> float:
        """Standard deviations between counted and expected."""
        return (self.counted - self.expected) / self.deviation if self.deviation else 0.0


class Bar(BaseModel):
    """So many draws chose so many tokens."""

    tokens: int
    draws: float


class Result(BaseModel):
    """histogram: what was counted; expected_histogram: what the recipe promises."""

    draws: int
    tokens: int
    shares: list[Share]
    histogram: list[Bar]
    expected_histogram: list[Bar]
    variance: float
    expected_variance: float
