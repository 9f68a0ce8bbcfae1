"""Stored runs that train for minutes: cut down to seconds, and what of them no machine may change."""

from typing import Any

# What is asked instead of the stored request.
SHORT: dict[str, dict[str, Any]] = {
    "electra_efficiency": {"steps": 20, "seeds": 1},
    "distillation": {"steps": 5, "batch": 4},
    "distillation_ablation": {"steps": 5, "batch": 4, "seeds": 1, "sets": ["labels", "soft"]},
}

# Fields of the Result that neither the number of steps nor the machine's last digits touch.
SAME: dict[str, tuple[str, ...]] = {
    "electra_efficiency": ("tokens", "masked", "words", "parameters", "costs"),
    "distillation": ("material", "copied", "tensors", "seed"),
    "distillation_ablation": ("teacher", "test"),
}
