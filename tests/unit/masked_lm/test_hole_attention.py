"""The attention of hidden places against the whole model's own."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import BertForPreTraining

from playground.demos import masked_lm
from playground.demos.masked_lm import pipeline
from tests.unit.masked_lm.parts import MASK, TYPED, changed, refused_by, run_of, token_ids


def _attentions(folder: Path, ids: list[int]) -> list[Tensor]:
    """(A, T, T) of each layer of the whole model with eager attention."""
    whole = BertForPreTraining.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.no_grad():
        return [layer[0] for layer in whole(input_ids=torch.tensor([ids]), output_attentions=True).attentions]


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("head", [0, 1, 2])
def test_attention_is_the_eager_models_own(model: str, models_folder: Path, layer: int, head: int) -> None:
    values = {"text": TYPED, "model": model, "positions": [2, 6]}
    result = run_of(masked_lm, **values, layer=layer, head=head)
    found, holes = result.attention, [p.position for p in result.predictions]
    assert holes == [2, 4, 6, 8]
    weights = _attentions(models_folder / "tiny", changed(token_ids(TYPED), dict.fromkeys(holes, MASK)))[layer - 1]
    assert (found.layer, found.head, found.layers, found.heads) == (layer, head, 2, 2)
    assert [len(row) for row in found.weights] == [len(result.tokens)] * 4
    for row, hole in zip(found.weights, holes, strict=True):
        both = [weights[number, hole].tolist() for number in range(2)]
        expected = [(a + b) / 2 for a, b in zip(*both, strict=True)] if head == 0 else both[head - 1]
        assert row == pytest.approx(expected, abs=6e-5)
        assert sum(row) == pytest.approx(1, abs=1e-3)
    # Layers and heads differ clearly, so that none is taken for another.
    assert float((weights[0, holes] - weights[1, holes]).abs().max()) > 0.01
    # The predictions are those without attention.
    plain = run_of(masked_lm, **values)
    assert plain.attention is None
    for one, other in zip(result.predictions, plain.predictions, strict=True):
        assert [c.token for c in one.candidates] == [c.token for c in other.candidates]
        assert one.entropy == pytest.approx(other.entropy, abs=2e-4)
        assert one.original_rank == other.original_rank


def test_without_a_hole_nobody_looks(model: str) -> None:
    assert run_of(masked_lm, text="the cat", model=model, layer=1).attention is None


@pytest.mark.parametrize(
    ("layer", "head", "key", "values"),
    [
        (3, 0, "pg_err_layer", {"layer": 3, "limit": 2}),
        (48, 48, "pg_err_layer", {"layer": 48, "limit": 2}),
        (2, 3, "pg_err_head", {"head": 3, "limit": 2}),
    ],
)
@pytest.mark.parametrize("positions", [[1], []])
def test_a_layer_or_head_that_the_model_has_not(
    model: str, layer: int, head: int, key: str, values: dict[str, int], positions: list[int]
) -> None:
    refused = refused_by(masked_lm, text="the cat", model=model, positions=positions, layer=layer, head=head)
    assert refused.key == key and refused.values == values | {"model": model}


def test_a_head_means_nothing_without_a_layer(model: str) -> None:
    result = run_of(masked_lm, text="the cat", model=model, positions=[1], head=48)
    assert result.attention is None and result == pipeline.run(
        masked_lm.DEMO.request(text="the cat", model=model, positions=[1])
    )
