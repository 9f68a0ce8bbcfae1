"""Transformers' own encoders, built without memory for their weights, so that their parameters can be counted."""

from functools import lru_cache

import torch
from torch import nn
from transformers import AlbertConfig, AlbertModel, BertConfig, BertModel
from transformers.models.albert.modeling_albert import AlbertMLMHead, AlbertSOPHead
from transformers.models.bert.modeling_bert import BertLMPredictionHead

from playground.core.architecture import Architecture
from playground.locks import TRANSFORMERS


@lru_cache(maxsize=256)
def count(of: Architecture) -> tuple[str, int]:
    """(class, parameters) of the model on the meta device, each shared tensor counted once.

    What no configuration of Transformers says is done to the built model: layers share one attention or one
    feed-forward network, or the projection is taken out.
    """
    with TRANSFORMERS:
        model = build(of, "meta")
    return type(model[0]).__name__, sum(parameter.numel() for parameter in model.parameters())


def build(of: Architecture, device: str) -> nn.ModuleList:
    """The encoder and its heads, with random weights."""
    with torch.device(device):
        if of.sharing == "none" and not of.projects:
            return _bert(of)
        return _albert(of)


def _bert(of: Architecture) -> nn.ModuleList:
    config = BertConfig(
        vocab_size=of.vocab_size,
        hidden_size=of.hidden_size,
        num_hidden_layers=of.num_layers,
        num_attention_heads=of.num_heads,
        intermediate_size=of.intermediate_size,
        max_position_embeddings=of.max_positions,
        type_vocab_size=of.token_types,
        pad_token_id=None,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = BertModel(config, add_pooling_layer=of.pooler)
    heads: list[nn.Module] = []
    if of.mlm_head:
        heads.append(_tied(BertLMPredictionHead(config), model))
    if of.sop_head:
        heads.append(nn.Linear(of.hidden_size, 2))  # of next sentence prediction, which has the same shape
    return nn.ModuleList([model, *heads])


def _albert(of: Architecture) -> nn.ModuleList:
    config = AlbertConfig(
        vocab_size=of.vocab_size,
        embedding_size=of.embedding_size,
        hidden_size=of.hidden_size,
        num_hidden_layers=of.num_layers,
        num_hidden_groups=of.num_groups if of.sharing == "all" else of.num_layers,
        num_attention_heads=of.num_heads,
        intermediate_size=of.intermediate_size,
        max_position_embeddings=of.max_positions,
        type_vocab_size=of.token_types,
        pad_token_id=None,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = AlbertModel(config, add_pooling_layer=of.pooler)
    if not of.projects:
        model.encoder.embedding_hidden_mapping_in = nn.Identity()
    layers = [group.albert_layers[0] for group in model.encoder.albert_layer_groups]
    shared = {"attention": ["attention"], "ffn": ["ffn", "ffn_output", "full_layer_layer_norm"]}
    for layer in layers[1:]:
        for name in shared.get(of.sharing, []):
            setattr(layer, name, getattr(layers[0], name))
    heads: list[nn.Module] = []
    if of.mlm_head:
        heads.append(_tied(AlbertMLMHead(config), model))
    if of.sop_head:
        heads.append(AlbertSOPHead(config))
    return nn.ModuleList([model, *heads])


def _tied(head: nn.Module, model: nn.Module) -> nn.Module:
    """The output matrix is that of the word embeddings, and one bias serves both names that it has."""
    head.decoder.weight = model.embeddings.word_embeddings.weight  # type: ignore[union-attr]
    head.decoder.bias = head.bias  # type: ignore[union-attr]
    return head
