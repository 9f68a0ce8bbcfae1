import gc
import weakref
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import (
    AlbertConfig,
    AlbertForMaskedLM,
    BertConfig,
    BertForMaskedLM,
    DistilBertConfig,
    DistilBertForMaskedLM,
    ElectraConfig,
    ElectraForMaskedLM,
    MPNetConfig,
    MPNetForMaskedLM,
    PreTrainedModel,
    RobertaConfig,
    RobertaForMaskedLM,
    XLMRobertaConfig,
    XLMRobertaForMaskedLM,
)

from playground.models import heads
from playground.models.attention import with_attention
from playground.models.heads import chunks, true_word, word_logits

WORDS, HIDDEN, EMBEDDED, LAYERS, HEADS = 50, 16, 8, 2, 4
_SIZES: dict[str, Any] = {
    "vocab_size": WORDS,
    "hidden_size": HIDDEN,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
    "initializer_range": 0.4,  # wide, so that no two places are nearly alike
}
_DISTIL: dict[str, Any] = {"dim": HIDDEN, "n_layers": LAYERS, "n_heads": HEADS, "hidden_dim": 32}
FAMILIES: dict[str, tuple[type[PreTrainedModel], Any]] = {
    "bert": (BertForMaskedLM, BertConfig(**_SIZES)),
    "albert": (AlbertForMaskedLM, AlbertConfig(**_SIZES, embedding_size=EMBEDDED)),
    "electra": (ElectraForMaskedLM, ElectraConfig(**_SIZES, embedding_size=EMBEDDED)),
    "roberta": (RobertaForMaskedLM, RobertaConfig(**_SIZES, pad_token_id=1)),
    "xlm-roberta": (XLMRobertaForMaskedLM, XLMRobertaConfig(**_SIZES, pad_token_id=1)),
    "distilbert": (DistilBertForMaskedLM, DistilBertConfig(vocab_size=WORDS, initializer_range=0.4, **_DISTIL)),
    "mpnet": (MPNetForMaskedLM, MPNetConfig(**_SIZES, pad_token_id=1)),  # not listed
}
families = pytest.mark.parametrize("family", FAMILIES)


def _model(family: str) -> PreTrainedModel:
    torch.manual_seed(3)
    kind, config = FAMILIES[family]
    made: PreTrainedModel = kind(config)
    return made.eval()


def _inputs(rows: int = 3, length: int = 12) -> tuple[Tensor, Tensor]:
    """ids and some of their places; the second row has none."""
    generator = torch.Generator().manual_seed(4)
    places = torch.rand(rows, length, generator=generator) < 0.3
    places[1] = False
    return torch.randint(5, WORDS, (rows, length), generator=generator), places


@families
@torch.inference_mode()
def test_logits_at_some_places_are_the_models_own(family: str) -> None:
    model, (ids, places) = _model(family), _inputs()
    whole = model(input_ids=ids).logits
    got = word_logits(model, places, input_ids=ids)
    one_by_one = [whole[row, place] for row in range(3) for place in range(12) if places[row, place]]
    assert got.shape == (len(one_by_one), WORDS) and len(one_by_one) > 3
    assert torch.allclose(got, torch.stack(one_by_one), atol=1e-5)
    assert float(whole[places].std(0).median()) > 0.1  # places are told apart


@families
@torch.inference_mode()
def test_what_else_the_model_takes_is_passed_on(family: str) -> None:
    model, (ids, places) = _model(family), _inputs()
    seen = torch.ones_like(ids)
    seen[:, 8:] = 0
    expected = model(input_ids=ids, attention_mask=seen).logits[places]
    assert torch.allclose(word_logits(model, places, input_ids=ids, attention_mask=seen), expected, atol=1e-5)
    assert not torch.allclose(word_logits(model, places, input_ids=ids), expected, atol=1e-3)


@families
@torch.inference_mode()
def test_no_place_gives_no_row(family: str) -> None:
    model, (ids, places) = _model(family), _inputs()
    assert word_logits(model, torch.zeros_like(places), input_ids=ids).shape == (0, WORDS)


@families
@torch.inference_mode()
def test_the_vocabulary_is_scored_at_the_places_only_where_the_family_is_listed(family: str) -> None:
    model, (ids, places) = _model(family), _inputs()
    scored: list[int] = []
    last = model.get_output_embeddings()
    last.register_forward_hook(lambda _, inputs, __: scored.append(inputs[0].shape[:-1].numel()))
    word_logits(model, places, input_ids=ids)
    assert scored == [int(places.sum()) if family != "mpnet" else ids.numel()]
    assert (family in heads.MLM_HEADS) == (family != "mpnet")


@settings(max_examples=200)
@given(rows=st.integers(0, 60), length=st.integers(0, 40), tokens=st.integers(1, 500))
def test_chunks_hold_every_row_once_and_in_order(rows: int, length: int, tokens: int) -> None:
    places = torch.zeros(rows, length, dtype=torch.bool)
    numbers = torch.arange(rows)
    parts = [numbers[part].tolist() for part in chunks(places, tokens)]
    assert [row for part in parts for row in part] == list(range(rows))
    for part in parts:
        assert len(part) == 1 or len(part) * length <= tokens
    assert all(len(part) == len(parts[0]) for part in parts[:-1])
    if parts and len(parts) > 1 and length:  # no more of them than needed
        assert (len(parts[0]) + 1) * length > tokens


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_true_word_against_log_softmax_and_argmax(dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(5)
    logits = (torch.randn(20, WORDS, generator=generator) * 8).to(dtype)
    words = torch.randint(WORDS, (20,), generator=generator)
    lost, first = true_word(logits, words)
    for row in range(20):
        naive = torch.log_softmax(logits[row].double(), 0)
        assert float(lost[row]) == pytest.approx(float(naive[words[row]]), abs=1e-4)
        assert float(naive[first[row]]) == float(naive.max())
    assert lost.dtype == torch.float32 and bool((lost <= 0).all())


def test_the_true_word_of_no_row() -> None:
    lost, first = true_word(torch.zeros(0, WORDS), torch.zeros(0, dtype=torch.long))
    assert lost.shape == first.shape == (0,)


@families
@torch.inference_mode()
def test_the_view_shares_every_weight_and_says_the_same(family: str) -> None:
    model, (ids, _) = _model(family), _inputs()
    before = model.config._attn_implementation
    view = with_attention(model)
    assert view is not model and type(view) is type(model) and not view.training
    assert with_attention(model) is view  # made once
    names = dict(model.named_parameters(remove_duplicate=False)) | dict(model.named_buffers(remove_duplicate=False))
    theirs = dict(view.named_parameters(remove_duplicate=False)) | dict(view.named_buffers(remove_duplicate=False))
    assert names.keys() == theirs.keys()
    assert all(tensor.data_ptr() == theirs[name].data_ptr() for name, tensor in names.items())
    looked = view(input_ids=ids, output_attentions=True)
    assert torch.allclose(looked.logits, model(input_ids=ids).logits, atol=1e-5)
    assert len(looked.attentions) == LAYERS
    for weights in looked.attentions:
        assert weights.shape == (3, HEADS, 12, 12)
        assert bool((weights >= 0).all())
        assert torch.allclose(weights.sum(-1), torch.ones(3, HEADS, 12), atol=1e-5)
        assert float(weights.std(-1).max()) > 0.05  # it does look somewhere
    assert model.config._attn_implementation == before and view.config._attn_implementation == "eager"


@torch.inference_mode()
def test_the_model_itself_still_has_no_attention_to_give() -> None:
    model, (ids, _) = _model("bert"), _inputs()
    with_attention(model)(input_ids=ids, output_attentions=True)
    assert model.config._attn_implementation == "sdpa"
    assert not any(isinstance(weights, Tensor) for weights in model(input_ids=ids, output_attentions=True).attentions)


@torch.inference_mode()
def test_a_changed_weight_is_changed_in_the_view() -> None:
    model, (ids, _) = _model("bert"), _inputs()
    view = with_attention(model)
    before = view(input_ids=ids).logits
    model.bert.encoder.layer[0].attention.self.query.weight.mul_(-1)
    after = view(input_ids=ids).logits
    assert not torch.allclose(before, after, atol=1e-3)
    assert torch.allclose(after, model(input_ids=ids).logits, atol=1e-5)


def test_the_view_goes_with_the_model() -> None:
    model = _model("bert")
    view = weakref.ref(with_attention(model))
    assert view() is not None
    other = with_attention(_model("bert"))
    assert other is not view()
    del model, other
    gc.collect()
    assert view() is None
