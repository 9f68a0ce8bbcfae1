"""The model card that a student takes along: how it was made, and what it reached."""

from playground.demos.distillation.schema import Result, Setting

_TERMS = ("soft", "hard", "cosine", "embedding", "attention", "hidden", "prediction")


def card(request: Setting, result: Result, steps: int) -> str:
    """README.md of the folder, with numbers as far as the run had come."""
    weights = ", ".join(f"{term} {getattr(request, term):g}" for term in _TERMS if getattr(request, term))
    rows = [
        ("teacher", result.teacher),
        ("student", result.student),
        ("same student, labels alone", result.control),
        ("random student, labels alone", result.control_random),
    ]
    table = "\n".join(
        f"| {name} | {found.accuracy:.1%} | {found.low:.1%} to {found.high:.1%} |" for name, found in rows if found
    )
    of = result.material
    judged = max((point.step for point in result.history if point.accuracy is not None), default=steps)
    text = "" if of is None else f"{of.labelled:,} labelled, {of.unlabelled + of.augmented:,} unlabelled sentences"
    count = of.test if of else 0
    begins = f"layers {', '.join(map(str, request.start))} of the teacher" if result.begun else "random weights"
    words = of is not None and of.task == "masked_lm"
    if words and of is not None:
        text = f"{of.labelled:,} sentences with one hidden word each"
    hidden = " with a hidden word, guessed among the words of this text" if words else ""
    return f"""---
library_name: transformers
pipeline_tag: {"fill-mask" if words else "text-classification"}
tags:
- knowledge-distillation
---

# A student of {request.model}

Distilled in the Pretraining Playground: {request.layers} layers, width {request.width}, {request.heads} heads,
feed-forward width {request.ffn}; it began as {begins}.

## Measured

After {judged:,} steps, on {count:,} held-out sentences{hidden}:

| model | accuracy | 95% interval |
|---|---|---|
{table}

## Training

{steps:,} steps of {request.batch} sentences ({text}), seed {request.seed}, AdamW with a learning rate of
{request.learning_rate:g}. Loss: {weights}; temperature {request.temperature:g}.

A model of a few minutes, made to learn from. The terms of its teacher apply to it as well.
"""
