"""Stored runs that train for minutes: cut down to seconds, and what of them no machine may change."""

from typing import Any

# What is asked instead of the stored request.
SHORT: dict[str, dict[str, Any]] = {
    "electra_efficiency": {"steps": 20, "seeds": 1},
    "distillation": {"steps": 5, "batch": 4},
    "distillation_ablation": {"steps": 5, "batch": 4, "seeds": 1, "sets": ["labels", "soft"]},
    "fine_tune": {"labels": [8], "seeds": 1, "methods": ["random", "two_rates"]},
    "fine_tune_encoders": {"labels": [8], "seeds": 1},
    "fine_tune_where": {"labels": 16, "steps": 1},
    "fine_tune_rates": {"rates": ["5e-5"], "batches": [16], "labels": 16},
    "fine_tune_keep": {"labels": 16, "epochs": 1},
}

# The same over the API, where an answer is asked for and not its numbers.
FEWER: dict[str, dict[str, Any]] = SHORT | {
    "albert_stopwatch": {"models": ["TinyBERT-4", "yours"]},
    "electra_measure": {"text": "The old man went to the river.\nA dog sat near the small house."},
}

# Fields of the Result that neither the number of steps nor the machine's last digits touch.
SAME: dict[str, tuple[str, ...]] = {
    "electra_efficiency": ("tokens", "masked", "words", "parameters", "costs"),
    "distillation": ("material", "copied", "tensors", "seed"),
    "distillation_ablation": ("teacher", "test"),
    "fine_tune": ("encoder", "classes", "chance", "train", "judged", "parameters"),
    "fine_tune_encoders": ("encoder", "classes", "chance", "train", "judged"),
    "fine_tune_where": ("layers", "chance", "judged"),
    "fine_tune_rates": ("judged", "guess", "chance"),
    "fine_tune_keep": ("classes", "judged", "chance"),
}
