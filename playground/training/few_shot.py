"""Measures a causal model: perplexity, and label ranking with 0 to 32 examples in the prompt."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy
from transformers import GPT2LMHeadModel, PreTrainedTokenizerBase

from playground.core.prefix import Prefix, ranked
from playground.core.prompts import PATTERNS, Example, answer, prompt
from playground.core.tasks import Task, candidates
from playground.training.icl import MAX_SHOTS
from playground.training.measures import Measure, statistic

SHOTS = (0, 1, 2, 4, 8, 16, MAX_SHOTS)


@torch.inference_mode()
def perplexity(model: GPT2LMHeadModel, tokens: NDArray[np.int64], words: int) -> dict[str, Measure]:
    """exp of the mean -log p of every token but each row's first; bootstrapped over rows.

    tokens: (N,) running text of `words` words between blanks.
    """
    length = min(model.config.n_positions, len(tokens) // 2)
    rows = torch.tensor(tokens[: len(tokens) // length * length]).view(-1, length)
    sums = []
    for start in range(0, len(rows), 4):
        ids = rows[start : start + 4].to(model.device)
        logits = model(input_ids=ids).logits[:, :-1].float()
        sums += cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none").sum(1).tolist()
    lost = np.array(sums)
    per_word = len(tokens) / words

    def of(scale: float) -> Measure:
        return statistic(
            lambda cases: float(np.exp(lost[cases].sum() / (len(cases) * (length - 1)) * scale)),
            len(lost),
            percent=False,
        )

    return {"perplexity": of(1.0), "perplexity_per_word": of(per_word)}


class Query(NamedTuple):
    """Examples to show, the example to ask, and the labels to rank."""

    examples: tuple[Example, ...]
    asked: Example
    candidates: tuple[str, ...]


def draw_queries(task: Task, count: int, seed: int) -> list[Query]:
    """`count` queries, each with examples of its own; no query is among its examples."""
    rng = np.random.default_rng([20_260_101, seed])
    queries = []
    for _ in range(count):
        drawn = rng.choice(len(task.rows), size=min(MAX_SHOTS + 1, len(task.rows)), replace=False)
        asked, *examples = (task.rows[i] for i in drawn)
        queries.append(Query(tuple(examples), asked, candidates(task, asked, rng)))
    return queries


def rank_labels(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerBase, queries: Sequence[Query], shots: int
) -> list[bool]:
    """Whether the right label is the likeliest whole label after the prompt, for each query."""
    pattern = PATTERNS["input_output"]
    right = []
    for query in queries:
        begin = tokenizer(prompt(query.examples[:shots], query.asked.input, pattern), verbose=False)["input_ids"]
        endings = [tokenizer(answer(label, pattern))["input_ids"] for label in query.candidates]
        excess = max(0, len(begin) + max(map(len, endings)) - model.config.n_positions)  # first examples are forgotten
        [scores] = [scores for part in ranked(Prefix(model), [begin[excess:]], [endings]) for scores in part]
        right.append(query.candidates[int(np.argmax(scores))] == query.asked.label)
    return right
