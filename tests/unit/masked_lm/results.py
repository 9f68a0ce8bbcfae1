"""Results of every experiment, small enough to check by eye, and what a drawn figure says."""

import json
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import pytest
from pydantic import BaseModel

from playground.demos.masked_lm import figures
from playground.demos.masked_lm import schema as first
from playground.demos.masked_lm.audit import figures as audit_figures
from playground.demos.masked_lm.audit import schema as audit
from playground.demos.masked_lm.corruption import figures as corruption_figures
from playground.demos.masked_lm.corruption import schema as corruption
from playground.demos.masked_lm.surprise import figures as surprise_figures
from playground.demos.masked_lm.surprise import schema as surprise
from playground.demos.masked_lm.sweep import figures as sweep_figures
from playground.demos.masked_lm.sweep import schema as sweep
from playground.demos.masked_lm.visible import figures as visible_figures
from playground.demos.masked_lm.visible import schema as visible

languages = pytest.mark.parametrize("language", ["en", "ko"])
EVIL = ["<b>", "<s>", "&lt;", "<script>alert(1)</script>", "<a href='x'>"]


def chosen_token(place: int, action: str, shown: str, answer: str, **more: Any) -> dict[str, Any]:
    known = {"original": "cat", "probability": 0.25, "right": answer == "cat"}
    return {"position": place, "action": action, "shown": shown, "answer": answer} | known | more


def a_corruption(word: str = "dog") -> corruption.Result:
    return corruption.Result.model_validate(
        {
            "tokens": ["[CLS]", "the", "cat", word, "cat", "[SEP]"],
            "special": [0, 5],
            "chosen": [
                chosen_token(2, "mask", "[MASK]", "cat"),
                chosen_token(3, "random", word, word, original=word, probability=0.00001, right=True),
                chosen_token(4, "kept", "cat", word),
            ],
            "draws": 64,
            "accuracy": {
                "mask": {"right": 1, "of": 4, "low": 0.1, "high": 0.6},
                "random": {"right": 0, "of": 0, "low": 0, "high": 1},
                "kept": {"right": 30, "of": 40, "low": 0.6, "high": 0.85},
            },
        }
    )


def a_share(kind: str, expected: float, counted: float, deviation: float) -> audit.Share:
    return audit.Share.model_validate({"kind": kind, "expected": expected, "counted": counted, "deviation": deviation})


def bars_of(counts: dict[int, float]) -> list[audit.Bar]:
    return [audit.Bar(tokens=tokens, draws=draws) for tokens, draws in counts.items()]


def an_audit(counted: dict[int, float], expected: dict[int, float]) -> audit.Result:
    return audit.Result(
        draws=10_000,
        tokens=128,
        shares=[
            a_share("chosen", 0.15, 0.15, 0),
            a_share("mask", 0.12, 0.1202, 0.0001),  # 2 deviations
            a_share("random", 0.015, 0.0144, 0.0001),  # -6
            a_share("kept", 0.015, 0.01505, 0.0001),  # 0.5
        ],
        histogram=bars_of(counted),
        expected_histogram=bars_of(expected),
        variance=2.25,
        expected_variance=2.4,
    )


def a_sweep(points: int) -> sweep.Result:
    return sweep.Result(
        tokens=40,
        draws=8,
        points=[
            sweep.Point(
                rate=rate,
                hidden=round(40 * rate),
                accuracy=0.9 - rate,
                accuracy_spread=0.05 + rate / 10,
                loss=1 + rate,
                loss_spread=0.125,
            )
            for rate in sweep.RATES[:points]
        ],
    )


def a_surprise(words: list[str], bits: list[float], answer: str = "cat") -> surprise.Result:
    return surprise.Result(
        tokens=["[CLS]", *words, "[SEP]"],
        surprises=[
            surprise.Surprise(position=place, surprisal=bit, answer=answer, right=answer == word)
            for place, (word, bit) in enumerate(zip(words, bits, strict=True), start=1)
        ],
        pseudo_perplexity=1234.56,
    )


def a_visible(words: list[str]) -> visible.Result:
    return visible.Result(
        tokens=["[CLS]", *words, "[SEP]"],
        compared=[
            visible.Compared(
                position=place,
                masked=0.1 * place,
                visible=1 - 0.00001 * place,
                right_masked=place == 1,
                right_visible=True,
            )
            for place, _ in enumerate(words, start=1)
        ],
    )


def looking(word: str = "cat", head: int = 2) -> first.Result:
    holes = [
        first.Prediction(
            position=place,
            original=word,
            candidates=[first.Candidate(token=word, probability=0.5)],
            entropy=1,
            original_rank=1,
            original_probability=0.5,
        )
        for place in (1, 2)
    ]
    weights = [[0.1, 0.2, 0.3, 0.2, 0.1, 0.1], [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]]
    return first.Result(
        tokens=["[CLS]", *[word] * 4, "[SEP]"],
        special=[0, 5],
        predictions=holes,
        attention=first.Attention(layer=3, head=head, layers=6, heads=4, weights=weights),
    )


def attention_of(result: first.Result, language: str) -> go.Figure:
    drawn = figures.attention(result, language)
    assert drawn is not None
    return drawn


NEVER = {"right": 0, "of": 0, "low": 0, "high": 1}
BINOMIAL = {17: 100.0, 18: 800.0, 19: 900.0}
Draw = Callable[[Any, str], go.Figure]
ORDINARY: dict[str, tuple[Draw, BaseModel]] = {
    "corruption": (corruption_figures.accuracy, a_corruption()),
    "audit": (audit_figures.audit, an_audit({18: 10, 19: 20}, BINOMIAL)),
    "sweep": (sweep_figures.curves, a_sweep(10)),
    "surprise": (surprise_figures.heatmap, a_surprise(["the", "cat"], [0.5, 7])),
    "visible": (visible_figures.dumbbells, a_visible(["the", "cat"])),
    "attention": (attention_of, looking()),
}
SPARSE: dict[str, tuple[Draw, BaseModel]] = {
    "nothing chosen": (
        corruption_figures.accuracy,
        corruption.Result.model_validate(
            a_corruption().model_dump() | {"chosen": [], "accuracy": dict.fromkeys(("mask", "random", "kept"), NEVER)}
        ),
    ),
    "one number": (audit_figures.audit, an_audit({19: 10_000}, {19: 10_000})),
    "no rate yet": (sweep_figures.curves, a_sweep(0)),
    "one rate": (sweep_figures.curves, a_sweep(1)),
    "one word": (surprise_figures.heatmap, a_surprise(["cat"], [0.0])),
    "one word twice": (visible_figures.dumbbells, a_visible(["cat"])),
    "mean attention": (attention_of, looking(head=0)),
}


def plain_json(drawn: go.Figure) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(drawn.to_json())
    return plain


def strings_in(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return [string for one in inside for string in strings_in(one)]


def titles_of(drawn: dict[str, Any]) -> list[str]:
    layout = drawn["layout"]
    notes = [note["text"] for note in layout.get("annotations", [])]
    return [layout["title"]["text"], *notes] if "title" in layout else notes
