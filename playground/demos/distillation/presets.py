"""The two papers' settings, in proportion to the teacher."""

from math import lcm
from typing import Any

from playground.core.layer_maps import every_other, uniform_map
from playground.demos.distillation.choosing import Sizes
from playground.demos.distillation.schema import MAX_FFN, MAX_HEADS, MAX_LAYERS, MAX_WIDTH

_STEP = 4  # of the sliders for widths


def distilbert(of: Sizes) -> dict[str, Any]:
    """Sanh et al. 2019, section 3: half of the layers, one of two to begin with; 5, 2 and 1 are the weights of the
    released training command (`alpha_ce`, `alpha_mlm`, `alpha_cos`), where the hard loss is that of masked words."""
    layers = min(MAX_LAYERS, max(1, of.layers // 2))
    return {
        **_limited(layers, of.width, of.heads, of.ffn),
        "start": list(every_other(layers, of.layers)),
        "layer_map": list(uniform_map(layers, of.layers)),
        "soft": 5.0,
        "hard": 2.0,
        "cosine": 1.0,
        "embedding": 0.0,
        "attention": 0.0,
        "hidden": 0.0,
        "prediction": 0.0,
        "temperature": 2.0,
        "general": False,
        "task": True,
        "augment": False,
    }


def tinybert(of: Sizes) -> dict[str, Any]:
    """Jiao et al. 2020, sections 3 and 4: TinyBERT-4 has a third of BERT's layers, 312 of its 768 units and 1,200 of
    the 3,072 within the feed-forward; all terms count 1, no labels, a uniform map, and both stages."""
    layers = min(MAX_LAYERS, max(1, of.layers // 3))
    whole = lcm(of.heads, _STEP)
    width = max(1, round(of.width * 312 / 768 / whole)) * whole
    return {
        **_limited(layers, width, of.heads, of.ffn * 1200 // 3072),
        "start": [],
        "layer_map": list(uniform_map(layers, of.layers)),
        "soft": 0.0,
        "hard": 0.0,
        "cosine": 0.0,
        "embedding": 1.0,
        "attention": 1.0,
        "hidden": 1.0,
        "prediction": 1.0,
        "temperature": 2.0,
        "general": True,
        "task": True,
        "augment": True,
    }


def _limited(layers: int, width: int, heads: int, ffn: int) -> dict[str, Any]:
    return {
        "layers": layers,
        "width": min(width, MAX_WIDTH),
        "heads": min(heads, MAX_HEADS),
        "ffn": min(max(ffn, 8), MAX_FFN),
    }
