"""GPT-2s of a few thousand parameters that go on with any text, made in a second."""

from functools import cache
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerBase

from playground.training.gpt_mini import learn_tokenizer

POSITIONS = 256
_LINES = ["Input: the dog\nOutput: dogs\n\nQ: is it good?\nA: yes, it is bad =>: 12 + 34 한국어 negative positive"] * 20


@cache
def tokenizer() -> PreTrainedTokenizerBase:
    """A byte-level BPE of 400 pieces: any text is spelled."""
    return learn_tokenizer(iter(_LINES), 400)


def model(seed: int = 3, positions: int = POSITIONS) -> GPT2LMHeadModel:
    """initializer_range: wide, so that random predictions differ clearly."""
    torch.manual_seed(seed)
    made = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(tokenizer()),
            n_positions=positions,
            n_embd=16,
            n_layer=2,
            n_head=2,
            initializer_range=0.3,
            bos_token_id=tokenizer().bos_token_id,
            eos_token_id=tokenizer().eos_token_id,
        )
    )
    return made.eval()


def save(folder: Path, seed: int = 3, positions: int = POSITIONS) -> Path:
    """A Transformers folder with the model and its tokenizer."""
    model(seed, positions).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
