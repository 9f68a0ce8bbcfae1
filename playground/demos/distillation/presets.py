"""The two papers' settings, at the size of what is distilled here."""

from typing import Any

# Sanh et al. 2019, section 3: half of the layers, one of two to begin with; 5, 2 and 1 are the weights of the released
# training command (`alpha_ce`, `alpha_mlm`, `alpha_cos`), where the hard loss is that of masked words.
DISTILBERT: dict[str, Any] = {
    "layers": 3,
    "width": 384,
    "heads": 12,
    "ffn": 1536,
    "start": [1, 3, 5],
    "layer_map": [2, 4, 6],
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
# Jiao et al. 2020, sections 3 and 4: TinyBERT-4 has a third of the layers and 312 of 768 units; all terms count 1, no
# labels, a uniform map, and both stages.
TINYBERT: dict[str, Any] = {
    "layers": 2,
    "width": 156,
    "heads": 12,
    "ffn": 600,
    "start": [],
    "layer_map": [3, 6],
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
