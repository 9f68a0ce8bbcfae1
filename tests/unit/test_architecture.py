"""The counts against models that Transformers builds, and against PyTorch's own books."""

import dataclasses
import random
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    AlbertConfig,
    AlbertForMaskedLM,
    AlbertForPreTraining,
    AlbertModel,
    BertConfig,
    BertForPreTraining,
    BertModel,
    PreTrainedModel,
)

from playground.core import architecture
from playground.core.architecture import Architecture
from playground.models import built

BASE = Architecture(30_000, 128, 768, 12, 12, 3072, sharing="all")


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    heads = draw(st.integers(1, 4))
    hidden = heads * draw(st.integers(1, 12))
    layers = draw(st.integers(1, 5))
    sharing = draw(st.sampled_from(["none", "attention", "ffn", "all"]))
    pooler = draw(st.booleans())
    return Architecture(
        vocab_size=draw(st.integers(1, 300)),
        embedding_size=draw(st.one_of(st.just(hidden), st.integers(1, hidden))),
        hidden_size=hidden,
        num_layers=layers,
        num_heads=heads,
        intermediate_size=draw(st.integers(1, 60)),
        max_positions=draw(st.integers(1, 40)),
        token_types=draw(st.integers(1, 3)),
        sharing=sharing,
        num_groups=draw(st.integers(1, layers)) if sharing == "all" else 1,
        pooler=pooler,
        mlm_head=draw(st.booleans()),
        sop_head=pooler and draw(st.booleans()),
        projection=draw(st.booleans()),
    )


@given(architectures())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_total_is_that_of_the_model_that_transformers_builds(of: Architecture) -> None:
    name, parameters = built.count(of)
    assert architecture.total(of) == parameters
    assert name == ("BertModel" if of.sharing == "none" and not of.projects else "AlbertModel")


def _configured(of: Architecture) -> dict[str, Any]:
    return {
        "vocab_size": of.vocab_size,
        "hidden_size": of.hidden_size,
        "num_hidden_layers": of.num_layers,
        "num_attention_heads": of.num_heads,
        "intermediate_size": of.intermediate_size,
        "max_position_embeddings": of.max_positions,
        "type_vocab_size": of.token_types,
    }


def _own_classes() -> Iterator[tuple[Architecture, type[PreTrainedModel], Any, dict[str, Any]]]:
    """What a person would write who wants such a model: no part of it is put together here."""
    for groups in range(1, 13):
        of = dataclasses.replace(BASE, num_groups=groups)
        config = AlbertConfig(embedding_size=128, num_hidden_groups=groups, **_configured(of))
        yield of, AlbertModel, config, {}
    albert = AlbertConfig(embedding_size=128, **_configured(BASE))
    yield dataclasses.replace(BASE, pooler=False), AlbertModel, albert, {"add_pooling_layer": False}
    yield dataclasses.replace(BASE, pooler=False, mlm_head=True), AlbertForMaskedLM, albert, {}
    yield dataclasses.replace(BASE, mlm_head=True, sop_head=True), AlbertForPreTraining, albert, {}
    bert = Architecture(30_522, 768, 768, 12, 12, 3072, projection=False)
    yield bert, BertModel, BertConfig(**_configured(bert)), {}
    both = dataclasses.replace(bert, mlm_head=True, sop_head=True)
    yield both, BertForPreTraining, BertConfig(**_configured(bert)), {}


@pytest.mark.parametrize("case", _own_classes(), ids=lambda case: f"{case[1].__name__}-{case[0].num_groups}")
def test_the_total_is_that_of_transformers_own_classes(
    case: tuple[Architecture, type[PreTrainedModel], Any, dict[str, Any]],
) -> None:
    of, kind, config, options = case
    with torch.device("meta"):
        model = kind(config, **options)
        model.tie_weights()
    assert architecture.total(of) == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(
    ("changes", "with_pooler", "without"),
    [
        ({"embedding_size": 768}, 31.71, 31.11),
        ({"embedding_size": 768, "sharing": "attention"}, 83.67, 83.08),
        ({"embedding_size": 768, "sharing": "ffn"}, 57.71, 57.12),
        ({"embedding_size": 768, "sharing": "none"}, 109.67, 109.08),
        ({"embedding_size": 768, "sharing": "none", "projection": False}, 109.08, 108.49),
        ({}, 11.68, 11.09),
        ({"sharing": "none"}, 89.65, 89.06),
    ],
    ids=str,
)
def test_millions_that_others_have_counted(changes: dict[str, Any], with_pooler: float, without: float) -> None:
    of = dataclasses.replace(BASE, **changes)
    assert round(architecture.total(of) / 1e6, 2) == with_pooler
    assert round(architecture.total(dataclasses.replace(of, pooler=False)) / 1e6, 2) == without


def test_the_lectures_example() -> None:
    assert architecture.embedding_parameters(100, 15, 500) == (50_000, 9_000)
    assert 100 * 15 + 15 * 500 == 9_000


@given(st.integers(1, 10**6), st.integers(1, 10**4))
def test_at_the_break_even_both_ways_cost_the_same(words: int, hidden: int) -> None:
    width = architecture.break_even(words, hidden)
    assert width * (words + hidden) == pytest.approx(words * hidden)
    full, below = architecture.embedding_parameters(words, int(width) - 1, hidden)
    assert below < full < architecture.embedding_parameters(words, int(width) + 1, hidden)[1]


@given(architectures())
def test_a_formula_in_numbers_comes_to_its_parameters(of: Architecture) -> None:
    for part in architecture.parts(of):
        assert eval(part.numbers.replace(",", "").replace("·", "*")) == part.parameters, part
    assert architecture.total(of) == sum(part.parameters for part in architecture.parts(of))


def test_neither_sharing_nor_groups_change_what_is_computed_and_kept() -> None:
    kinds = [dataclasses.replace(BASE, sharing=sharing) for sharing in ("none", "attention", "ffn", "all")]
    assert len({architecture.operations(of, 4, 64) for of in kinds}) == 1
    assert len({architecture.memory(of, 4, 64).activations for of in kinds}) == 1
    assert len({architecture.memory(of, 4, 64).weights for of in kinds}) == 4


def _small(number: int) -> Architecture:
    draw = random.Random(number)
    heads = draw.choice([1, 2, 4])
    hidden = heads * draw.choice([8, 16])
    return Architecture(
        vocab_size=draw.randrange(50, 200),
        embedding_size=draw.choice([hidden, hidden // 2]),
        hidden_size=hidden,
        num_layers=draw.randrange(1, 4),
        num_heads=heads,
        intermediate_size=draw.randrange(16, 90),
        max_positions=64,
        sharing=draw.choice(["none", "all"]),
        pooler=True,
        projection=draw.choice([True, False]),
    )


@pytest.mark.parametrize("number", range(8))
def test_operations_are_those_that_pytorch_counts(number: int) -> None:
    of = dataclasses.replace(_small(number), mlm_head=False)
    [model] = built.build(of, "cpu")
    model.set_attn_implementation("eager")
    words = torch.randint(0, of.vocab_size, (3, 20))
    with FlopCounterMode(display=False) as counter:
        out = model(input_ids=words)
        forward = counter.get_total_flops()
        (out.last_hidden_state.sum() + out.pooler_output.sum()).backward()
    counted = architecture.operations(of, 3, 20)
    assert counted.forward == forward
    assert counted.training_step == counter.get_total_flops()


def test_the_heads_operations_are_those_that_pytorch_counts() -> None:
    of = dataclasses.replace(_small(1), mlm_head=True, sop_head=True, embedding_size=16, hidden_size=32, num_heads=2)
    config = AlbertConfig(embedding_size=16, **_configured(of))
    model = AlbertForPreTraining(config)
    model.set_attn_implementation("eager")
    with FlopCounterMode(display=False) as counter:
        model(input_ids=torch.randint(0, of.vocab_size, (3, 20)))
    assert architecture.operations(of, 3, 20).forward == counter.get_total_flops()


@pytest.mark.parametrize(("width", "layers", "length", "inner", "heads"), [(64, 2, 32, 256, 4), (128, 3, 64, 128, 2)])
def test_activations_are_what_autograd_keeps(width: int, layers: int, length: int, inner: int, heads: int) -> None:
    """But for the words' numbers and the masks, which are a few bytes a token."""
    of = Architecture(100, width, width, layers, heads, inner, projection=False, pooler=False)
    [model] = built.build(of, "cpu")
    model.set_attn_implementation("eager")
    model.train()
    model.embeddings.dropout.p = 0.0
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    kept: dict[int, int] = {}
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = model(input_ids=torch.randint(0, 100, (3, length)))
    assert out.last_hidden_state.requires_grad
    assert architecture.activations(of, 3, length) == pytest.approx(sum(kept.values()), rel=0.02)
