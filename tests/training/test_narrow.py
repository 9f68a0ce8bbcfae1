import pytest
import torch
from transformers import AlbertConfig, AlbertForPreTraining, BertForPreTraining, BertModel

from playground.training import albert_mini, electra_mini
from playground.training.narrow import narrow_embeddings, principal
from tests.unit import tiny


def test_the_basis_gives_the_nearest_table_of_its_rank() -> None:
    table = torch.randn(80, 12, generator=torch.Generator().manual_seed(1))
    for width in (1, 4, 12):
        basis = principal(table, width)
        assert torch.allclose(basis.T @ basis, torch.eye(width), atol=1e-5)
        u, s, vh = torch.linalg.svd(table, full_matrices=False)
        nearest = u[:, :width] * s[:width] @ vh[:width]
        assert torch.allclose(table @ basis @ basis.T, nearest, atol=1e-4)
        # A row that counts n times is a row that stands there n times.
        counts = torch.randint(1, 4, (80,), generator=torch.Generator().manual_seed(3))
        often, weighted = principal(table.repeat_interleave(counts, dim=0), width), principal(table, width, counts)
        assert torch.allclose(often @ often.T, weighted @ weighted.T, atol=1e-4)
    with pytest.raises(ValueError, match="13"):
        principal(table, 13)


def test_an_embedding_of_low_rank_survives_nearly_whole() -> None:
    """Where the words use only as many directions as are kept, the layer above reads nearly what it read before."""
    wide = tiny.model(BertModel, hidden_size=32, num_attention_heads=4).embeddings
    with torch.no_grad():
        few = torch.randn(8, 32, generator=torch.Generator().manual_seed(2))
        few -= few.mean(1, keepdim=True)
        wide.word_embeddings.weight.copy_(torch.randn(len(tiny.WORDS), 8) @ few)
        wide.position_embeddings.weight.zero_()
        wide.token_type_embeddings.weight.zero_()
        wide.LayerNorm.weight.uniform_(0.5, 1.5)
        wide.LayerNorm.bias.normal_()
    config = AlbertConfig(
        vocab_size=len(tiny.WORDS), embedding_size=8, hidden_size=32, num_attention_heads=4, intermediate_size=16
    )
    config.max_position_embeddings = tiny.POSITIONS
    albert = AlbertForPreTraining(config).albert.eval()
    lost = narrow_embeddings(
        wide, albert.embeddings, albert.encoder.embedding_hidden_mapping_in, torch.ones(len(tiny.WORDS))
    )
    ids = torch.arange(5, 25)[None]
    with torch.no_grad():
        before, after = wide(ids), albert.encoder.embedding_hidden_mapping_in(albert.embeddings(ids))
    alike = torch.cosine_similarity(before.flatten(0, 1), after.flatten(0, 1), dim=1)
    # Not quite: the narrow LayerNorm takes one of the 8 directions away.
    assert float(alike.mean()) > 0.95 and float(alike.min()) > 0.8
    assert 0 < lost < 0.1


def test_electra_and_albert_begin_with_berts_layers() -> None:
    base = tiny.model(BertForPreTraining, num_hidden_layers=4)
    assert isinstance(base, BertForPreTraining)
    ids = torch.arange(5, 25)[None]
    pair = electra_mini.start(base, torch.ones(base.config.vocab_size))
    with torch.no_grad():
        theirs = base.bert(ids).last_hidden_state
        assert torch.equal(pair.discriminator.electra.eval()(ids).last_hidden_state, theirs)
    layers = base.bert.encoder.layer
    for mine, layer in zip(pair.generator.electra.encoder.layer, (layers[0], layers[3]), strict=True):
        assert all(torch.equal(a, b) for a, b in zip(mine.parameters(), layer.parameters(), strict=True))
    albert = albert_mini.start(base, torch.ones(base.config.vocab_size)).eval()
    layer = base.bert.encoder.layer[albert_mini.FROM_LAYER]
    states = torch.randn(1, 6, base.config.hidden_size)
    with torch.no_grad():
        expected, got = layer(states), albert.albert.encoder.albert_layer_groups[0].albert_layers[0](states)
    assert torch.allclose(_tensor(got), _tensor(expected), atol=1e-5)


def _tensor(output: object) -> torch.Tensor:
    found = output[0] if isinstance(output, tuple) else output
    assert isinstance(found, torch.Tensor)
    return found


def test_the_generator_is_small() -> None:
    base = BertForPreTraining(
        tiny.config(
            vocab_size=30_522,
            hidden_size=384,
            num_attention_heads=12,
            num_hidden_layers=6,
            intermediate_size=1536,
            max_position_embeddings=512,
        )
    )
    generator = electra_mini.start(base, torch.ones(base.config.vocab_size)).generator
    assert sum(parameter.numel() for parameter in generator.parameters()) <= 8_000_000
