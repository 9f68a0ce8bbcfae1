"""Starting a GPT-2 from a BERT, against BERT's own causal mask in Transformers."""

import pytest
import torch
from transformers import BertConfig, BertModel, GPT2Config, GPT2Model

from playground.training.causal import start_from

WORDS = 60


def _bert(**more: object) -> BertModel:
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
    config = BertConfig(vocab_size=WORDS, max_position_embeddings=24, is_decoder=True, **(sizes | more))
    model = BertModel(config, add_pooling_layer=False).eval()
    for name, parameter in model.named_parameters():
        # As after training: gains that differ, biases that are not 0, parts that add something.
        torch.nn.init.normal_(parameter, 1.0 if name.endswith("LayerNorm.weight") else 0.0, 0.2)
    return model


def _gpt(**more: object) -> GPT2Model:
    sizes = {"n_positions": 40, "n_embd": 32, "n_layer": 3, "n_head": 4, "n_inner": 64} | more
    config = GPT2Config(vocab_size=WORDS, bos_token_id=0, eos_token_id=0, activation_function="gelu", **sizes)
    return GPT2Model(config).eval()


def _ids(seed: int) -> torch.Tensor:
    return torch.randint(WORDS, (64, 20), generator=torch.Generator().manual_seed(seed))


def _lost(bert: BertModel, gpt: GPT2Model, ids: torch.Tensor) -> list[float]:
    """The share of the variance of BERT's states that GPT-2's lack, from the embeddings to the last layer."""
    with torch.no_grad():
        wanted = bert(ids, output_hidden_states=True).hidden_states
        gpt.wte.weight.copy_(bert.embeddings.word_embeddings.weight)
        found = gpt(ids, output_hidden_states=True).hidden_states
        # GPT-2's last states have passed its last LayerNorm; the others are normalised by the block that reads them.
        read = [*(block.ln_1(h) for block, h in zip(gpt.h, found, strict=False)), found[-1]]
    return [
        float((mine - theirs).square().sum() / (theirs - theirs.mean((0, 1))).square().sum())
        for mine, theirs in zip(read, wanted, strict=True)
    ]


def test_it_says_nearly_what_bert_says_under_a_causal_mask() -> None:
    bert, gpt = _bert(), _gpt()
    before = _lost(bert, gpt, _ids(2))
    said = start_from(bert, gpt, _ids(1))
    fitted, other = _lost(bert, gpt, _ids(1)), _lost(bert, gpt, _ids(2))
    assert fitted[0] == pytest.approx(0.0, abs=1e-6)  # GPT-2 starts with BERT's own sum of rows
    assert said == pytest.approx(sum(fitted) / len(fitted), abs=1e-3)
    assert max(other) < 0.2 < 0.8 < min(before)


def test_later_tokens_change_nothing_before_them() -> None:
    bert, gpt = _bert(), _gpt()
    start_from(bert, gpt, _ids(1))
    ids = _ids(3)
    other = ids.clone()
    other[:, 10:] = (other[:, 10:] + 1) % WORDS
    with torch.no_grad():
        mine, theirs = gpt(ids).last_hidden_state, gpt(other).last_hidden_state
    assert torch.allclose(mine[:, :10], theirs[:, :10], atol=1e-5)
    assert not torch.allclose(mine[:, 10:], theirs[:, 10:], atol=1e-2)


def test_positions_beyond_berts_repeat_them() -> None:
    bert, gpt = _bert(), _gpt()
    start_from(bert, gpt, _ids(1))
    assert torch.equal(gpt.wpe.weight[24:40], gpt.wpe.weight[:16])


@pytest.mark.parametrize("other", [{"n_layer": 2}, {"n_head": 2}, {"n_inner": 32}, {"n_embd": 16}])
def test_another_shape_is_refused_with_the_numbers(other: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"\(\d+, \d+, \d+, \d+\) are not BERT's \(3, 32, 4, 64\)"):
        start_from(_bert(), _gpt(**other), _ids(1))
