"""What a row of logits says: probabilities, the best words, the entropy, the rank of one word."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Distribution:
    """P rows of logits over V words, as numbers to show.

    top_ids, top_probabilities: (P, k), best first. entropy: (P,) in bits, 0 (sure) to log2 V (no idea).
    """

    top_ids: Tensor
    top_probabilities: Tensor
    entropy: Tensor
    log_probabilities: Tensor  # (P, V), natural logarithm

    def rank(self, row: int, token: int) -> int:
        """Place of a token in the row, 1 for the most probable; ties share the better place."""
        log_probabilities = self.log_probabilities[row]
        return int((log_probabilities > log_probabilities[token]).sum()) + 1

    def probability(self, row: int, token: int) -> float:
        return math.exp(float(self.log_probabilities[row, token]))


def distribution(logits: Tensor, k: int) -> Distribution:
    """Softmax of (P, V) logits in float32. Entropy is -sum p log2 p (Shannon 1948).

    Raises ValueError unless 1 <= k <= V.
    """
    if not 1 <= k <= logits.shape[-1]:
        raise ValueError(f"k is {k}; it must lie between 1 and the {logits.shape[-1]} words.")
    log_probabilities = torch.log_softmax(logits.float(), dim=-1)
    probabilities = log_probabilities.exp()
    # p log p is 0 at p = 0, where the logarithm may be -inf.
    terms = torch.where(probabilities > 0, probabilities * log_probabilities, torch.zeros_like(probabilities))
    top = log_probabilities.topk(k, dim=-1)
    entropy = 0.0 - terms.sum(-1) / math.log(2)  # a certain word gives 0.0, not -0.0
    return Distribution(top.indices, top.values.exp(), entropy, log_probabilities)
