"""Scoring a file against the usual recipe, and one click against the bare forward."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from playground.core.answers import best_exact, best_f1
from playground.demos.squad import figures
from playground.demos.squad.pipeline import run as click
from playground.demos.squad.reading import HEAD, read, windows_of
from playground.demos.squad.schema import Request
from playground.demos.squad.scoring.files import Question, bundled
from playground.models.loading import Loaded, load

MODEL = "bert-mini-squad2"
_QUESTION = "Who was the most famous rider?"


def ours(loaded: Loaded, questions: list[Question]) -> list[str]:
    """Batches sorted by length, all spans of a band at once, the best one."""
    windows = windows_of(loaded, [one.text for one in questions], [one.passage for one in questions])
    found = read(loaded, windows, 30)
    answers = []
    for number, question in enumerate(questions):
        [(first, last, _, _)] = found[number].top(1)
        answers.append(question.passage[found[number].offsets[first][0] : found[number].offsets[last][1]])
    return answers


@torch.inference_mode()
def usual(loaded: Loaded, questions: list[Question]) -> list[str]:
    """As tutorials do it: every window padded to 384, eight at a time, the 20 best starts and ends paired in Python."""
    packed = loaded.tokenizer(
        [one.text for one in questions],
        [one.passage for one in questions],
        truncation="only_second",
        max_length=384,
        stride=128,
        padding="max_length",
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    starts, ends = [], []
    for begin in range(0, len(packed["input_ids"]), 8):
        batch = {
            key: torch.tensor(packed[key][begin : begin + 8], device=loaded.model.device)
            for key in ("input_ids", "token_type_ids", "attention_mask")
        }
        out = loaded.model(**batch)
        starts.append(out.start_logits.cpu().numpy())
        ends.append(out.end_logits.cpu().numpy())
    start_logits, end_logits = np.concatenate(starts), np.concatenate(ends)
    best: dict[int, tuple[float, str]] = {}
    for window, number in enumerate(packed["overflow_to_sample_mapping"]):
        offsets = packed["offset_mapping"][window]
        inside = packed.sequence_ids(window)
        for first in np.argsort(start_logits[window])[-1:-21:-1].tolist():
            for last in np.argsort(end_logits[window])[-1:-21:-1].tolist():
                if inside[first] != 1 or inside[last] != 1 or last < first or last - first + 1 > 30:
                    continue
                score = float(start_logits[window][first] + end_logits[window][last])
                if number not in best or score > best[number][0]:
                    best[number] = (score, questions[number].passage[offsets[first][0] : offsets[last][1]])
    return [best.get(number, (0.0, ""))[1] for number in range(len(questions))]


def _seconds(work: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def main() -> None:
    """Print questions a second of both ways on the bundled questions, and a click's time over its forward's."""
    loaded, questions = load(MODEL, HEAD), bundled()
    ours(loaded, questions[:8]), usual(loaded, questions[:8])
    mine, theirs = ours(loaded, questions), usual(loaded, questions)
    # Without answer the usual recipe may find no pair among its 20 x 20 and so be right by accident.
    there = [number for number, question in enumerate(questions) if question.golds]
    for name, judge in (("EM", best_exact), ("F1", best_f1)):
        first, second = (
            100 * statistics.mean(judge(answers[n], questions[n].golds) for n in there) for answers in (mine, theirs)
        )
        print(f"squad: {name} {first:.2f} (ours) and {second:.2f} (the usual recipe) on {len(there)} with an answer")
    fast, slow = _seconds(lambda: ours(loaded, questions), 3), _seconds(lambda: usual(loaded, questions), 3)
    print(
        f"squad: {len(questions) / fast:.1f} and {len(questions) / slow:.1f} questions/s: {slow / fast:.1f}x (goal: 3x)"
    )

    words = " ".join(dict.fromkeys(question.passage for question in questions)).split()
    while len(windows_of(loaded, [_QUESTION], [" ".join(words)])) > 1:
        words = words[: int(0.99 * len(words))]
    passage = " ".join(words)
    request = Request(question=_QUESTION, passage=passage)
    [ids] = windows_of(loaded, [_QUESTION], [passage]).ids
    inputs = torch.tensor([ids], device=loaded.model.device)

    @torch.inference_mode()
    def forward() -> None:
        loaded.model(input_ids=inputs)

    def whole() -> None:
        result = click(request)
        figures.curves(result, passage, "en").to_json()

    forward(), whole()
    bare, all_of_it = _seconds(forward, 15), _seconds(whole, 15)
    print(
        f"squad: a click at {len(ids)} tokens takes {1000 * all_of_it:.0f} ms, its forward {1000 * bare:.0f} ms: "
        f"{all_of_it / bare:.2f}x (goal: 1.3x)"
    )
