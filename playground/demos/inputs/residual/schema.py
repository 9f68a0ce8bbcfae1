"""How deep and wide the untrained model is, and how long its residual stream becomes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_LAYERS = 96  # GPT-3's
MAX_SEED = 99_999
Width = Literal[64, 128, 256]  # 96 layers of 256 take a second of one core, of 384 more than twice that
WIDTHS: tuple[Width, ...] = (64, 128, 256)


class Request(BaseModel):
    """layers: 2 to 96; width: of the stream, in heads of 64."""

    model_config = ConfigDict(extra="forbid")

    layers: int = Field(default=48, ge=2, le=MAX_LAYERS)
    width: Width = 256
    seed: int = Field(default=1, ge=0, le=MAX_SEED)


class Result(BaseModel):
    """Mean length of the stream's rows before the first layer and after each: with plain weights, and with residual
    weights scaled by `factor`. added: residual layers, two a layer."""

    plain: list[float]
    scaled: list[float]
    added: int
    factor: float
    tokens: int
