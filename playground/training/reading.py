"""Has a model answer questions, and judges the answers as SQuAD does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import BertForQuestionAnswering, PreTrainedTokenizerBase

from playground.core import thresholds, windows
from playground.core.answers import best_exact, best_f1
from playground.core.metrics import auc
from playground.core.spans import best_spans, null_score
from playground.training.measures import Measure, mean, share, statistic
from playground.training.questions import Question

MAX_ANSWER = 30


@dataclass(frozen=True)
class Reading:
    """What the model made of one question. difference: null score - best span score."""

    question: Question
    answer: str
    difference: float

    def decided(self, threshold: float) -> str:
        return "" if self.difference > threshold else self.answer

    @property
    def golds(self) -> list[str]:
        return [text for text, _ in self.question.answers]


@torch.inference_mode()
def read(
    model: BertForQuestionAnswering, tokenizer: PreTrainedTokenizerBase, questions: Sequence[Question], batch: int = 32
) -> list[Reading]:
    """Answer all questions, their windows sorted by length. Of several windows the best span and the least null
    score count, as BERT's SQuAD code takes them."""
    model.eval()
    cut = windows.cut(tokenizer, [q.text for q in questions], [q.context for q in questions])
    best: dict[int, tuple[float, int, int]] = {}
    null: dict[int, float] = {}
    order = sorted(range(len(cut)), key=lambda window: len(cut.ids[window]))
    for begin in range(0, len(order), batch):
        chosen = order[begin : begin + batch]
        data = {key: value.to(model.device) for key, value in windows.pad(cut, chosen, tokenizer.pad_token_id).items()}
        legal = data.pop("legal")
        out = model(**data)
        spans = best_spans(out.start_logits, out.end_logits, legal, MAX_ANSWER)
        rows = zip(
            chosen,
            spans.scores[:, 0].tolist(),
            spans.starts[:, 0].tolist(),
            spans.ends[:, 0].tolist(),
            null_score(out.start_logits, out.end_logits).tolist(),
            strict=True,
        )
        for window, score, start, end, nothing in rows:
            number = cut.question[window]
            null[number] = min(nothing, null.get(number, nothing))
            if number not in best or score > best[number][0]:
                offsets, first = cut.offsets[window], cut.first[window]
                found = (offsets[start - first][0], offsets[end - first][1]) if score > float("-inf") else (0, 0)
                best[number] = (score, *found)
    return [
        Reading(question, question.context[best[number][1] : best[number][2]], null[number] - best[number][0])
        for number, question in enumerate(questions)
    ]


def best_threshold(readings: Sequence[Reading]) -> float:
    """The threshold on null - best span with the highest mean F1 on `readings`."""
    return thresholds.best_threshold(
        [reading.difference for reading in readings],
        [best_f1(reading.answer, reading.golds) for reading in readings],
        [best_f1("", reading.golds) for reading in readings],
    )


def measures(second: Sequence[Reading], first: Sequence[Reading], threshold: float) -> dict[str, Measure]:
    """second, first: readings of the SQuAD 2.0 and 1.1 questions."""
    there = [reading for reading in second if reading.golds]
    answerable = np.array([bool(reading.golds) for reading in second])
    margins = np.array([-reading.difference for reading in second])
    exact_ = [best_exact(reading.decided(threshold), reading.golds) for reading in second]
    return {
        "f1_answerable": mean([best_f1(reading.answer, reading.golds) for reading in there]),
        "exact_answerable": share(int(sum(best_exact(r.answer, r.golds) for r in there)), len(there)),
        "f1": mean([best_f1(reading.decided(threshold), reading.golds) for reading in second]),
        "exact": share(int(sum(exact_)), len(second)),
        "f1_always_none": mean([best_f1("", reading.golds) for reading in second]),
        "auc": statistic(lambda cases: auc(margins[cases], answerable[cases]), len(second), percent=False),
        "f1_v1": mean([best_f1(reading.answer, reading.golds) for reading in first]),
        "exact_v1": share(int(sum(best_exact(r.answer, r.golds) for r in first)), len(first)),
    }
