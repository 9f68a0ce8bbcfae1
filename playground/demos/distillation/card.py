"""The model card that a student takes along: how it was made, and what it reached."""

from collections.abc import Sequence

from playground.demos.distillation.schema import GENERAL_TEACHER, Material, Result, Setting

_TERMS = ("soft", "hard", "cosine", "embedding", "attention", "hidden", "prediction")


def card(request: Setting, result: Result, steps: int) -> str:
    """README.md of the folder, with numbers as far as the run had come."""
    of = result.material
    words = of is not None and of.task == "masked_lm"
    sizes = f"{_count(request.layers)}, width {request.width}, {request.heads} heads, feed-forward width {request.ffn}"
    begins = f"{_named(request.start)} of the teacher" if result.begun else "random weights"
    return f"""---
library_name: transformers
pipeline_tag: {"fill-mask" if words else "text-classification"}
tags:
- knowledge-distillation
---

# A student of {request.model}

Distilled in the Pretraining Playground: {sizes}.
It began as {begins}.

## Measured

{_measured(result, steps, words)}

## Training

{steps:,} of {request.all_steps:,} steps of {request.batch} sentences{_sentences(of, words)}, seed {request.seed}, AdamW
with a learning rate of {request.learning_rate:g}.
{_stages(request)}

A model of a few minutes, made to learn from. The terms of its teacher apply to it as well.
"""


def _measured(result: Result, steps: int, words: bool) -> str:
    if result.student is None:
        return f"Stopped after {steps:,} steps, before anything was measured."
    judged = max((point.step for point in result.history if point.accuracy is not None), default=steps)
    rows = [
        ("teacher", result.teacher),
        ("student", result.student),
        ("same student, labels alone", result.control if result.control_random else None),
        ("random student, labels alone", result.control_random or result.control),
    ]
    table = "\n".join(
        f"| {name} | {found.accuracy:.1%} | {found.low:.1%} to {found.high:.1%} |" for name, found in rows if found
    )
    asked = "hidden words of held-out sentences, to choose among those of this text" if words else "held-out sentences"
    count = result.material.test if result.material else 0
    return f"""After {judged:,} steps, on {count:,} {asked}:

| model | accuracy | 95% interval |
|---|---|---|
{table}"""


def _sentences(of: Material | None, words: bool) -> str:
    if of is None:
        return ""
    if words:
        return f" ({of.labelled:,} with one hidden word each)"
    more = f", {of.augmented:,} augmented" if of.augmented else ""
    return f" ({of.labelled:,} labelled, {of.unlabelled:,} unlabelled{more})"


def _stages(request: Setting) -> str:
    """A line for each stage."""
    imitates = f"its layers imitate {_named(request.layer_map)} of the teacher"
    lines = []
    if request.general:
        lines.append(
            f"- General stage, {request.general_steps:,} steps: embeddings, attention scores and hidden states of"
            f" {GENERAL_TEACHER} on text without labels; {imitates}."
        )
    if request.task:
        weights = ", ".join(f"{term} {getattr(request, term):g}" for term in _TERMS if getattr(request, term))
        line = f"- Task, {request.steps:,} steps: loss {weights}; temperature {request.temperature:g}"
        lines.append(line + (f"; {imitates}." if request.attention or request.hidden else "."))
    return "\n".join(lines)


def _count(layers: int) -> str:
    return f"{layers} layer" if layers == 1 else f"{layers} layers"


def _named(layers: Sequence[int]) -> str:
    return f"layer{'' if len(layers) == 1 else 's'} {', '.join(map(str, layers))}"
