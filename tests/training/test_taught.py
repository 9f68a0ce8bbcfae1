"""What a teacher adds to a loss, against the formulas written out."""

import pytest
import torch
from transformers import BertForPreTraining

from playground.training.taught import Teacher, apart, soft
from tests.unit import tiny


def test_soft_targets_are_the_divergence_from_the_teachers_distribution() -> None:
    torch.manual_seed(1)
    mine, theirs = torch.randn(7, 11), torch.randn(7, 11)
    p, q = theirs.double().softmax(-1), mine.double().softmax(-1)
    by_hand = sum(float((p[i] * (p[i] / q[i]).log()).sum()) for i in range(7)) / 7
    assert float(soft(mine, theirs)) == pytest.approx(by_hand, rel=1e-5)
    assert float(soft(theirs, theirs)) == pytest.approx(0, abs=1e-6)


def test_hidden_states_are_compared_in_direction_at_real_tokens_only() -> None:
    torch.manual_seed(2)
    mine, theirs = ([torch.randn(2, 5, 16) for _ in range(3)] for _ in range(2))
    real = torch.tensor([[True] * 5, [True] * 2 + [False] * 3])
    total, count = 0.0, 0
    for a, b in zip(mine, theirs, strict=True):
        for row, place in real.nonzero().tolist():
            x, y = a[row, place].double(), b[row, place].double()
            x, y = ((v - v.mean()) / v.std(correction=0) for v in (x, y))
            total, count = total + float((x - y).square().mean()), count + 1
    assert float(apart(mine, theirs, real)) == pytest.approx(total / count, rel=1e-3)
    moved = [3 * state + 2 for state in theirs]  # the same directions
    assert float(apart(moved, theirs, real)) == pytest.approx(0, abs=1e-4)
    theirs[0][1, 4] += 100  # padding
    assert float(apart(mine, theirs, real)) == pytest.approx(total / count, rel=1e-3)


def test_a_teacher_is_frozen_and_answers_at_the_chosen_places() -> None:
    model = tiny.model(BertForPreTraining)
    assert isinstance(model, BertForPreTraining)
    ids = torch.arange(5, 17).view(2, 6)
    batch = {
        "input_ids": ids,
        "token_type_ids": torch.zeros_like(ids),
        "attention_mask": torch.ones_like(ids),
        "places": torch.tensor([1, 8]),
    }
    logits, states = Teacher(model)(batch)
    with torch.no_grad():
        whole = model(ids, output_hidden_states=True)
    assert torch.allclose(logits, whole.prediction_logits.flatten(0, 1)[[1, 8]], atol=1e-5)
    assert len(states) == model.config.num_hidden_layers + 1
    assert torch.allclose(states[-1], whole.hidden_states[-1], atol=1e-5)
    assert not any(weight.requires_grad for weight in model.parameters())
    assert not logits.requires_grad
