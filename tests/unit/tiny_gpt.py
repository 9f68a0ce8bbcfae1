"""A GPT-2 of a few thousand parameters with a byte-level BPE of its own, made in a second."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from tests.unit.tiny import WORDS

POSITIONS = 48
END = "<|endoftext|>"


def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE with some merges; any text can be spelled."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=360, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator([" ".join(WORDS)] * 4, trainer)
    wrapped = PreTrainedTokenizerFast(tokenizer_object=made, bos_token=END, eos_token=END, unk_token=END)
    wrapped.model_max_length = POSITIONS
    return wrapped


def model() -> GPT2LMHeadModel:
    torch.manual_seed(5)
    config = GPT2Config(
        vocab_size=len(tokenizer()), n_positions=POSITIONS, n_embd=16, n_layer=3, n_head=2, initializer_range=0.3
    )
    made: GPT2LMHeadModel = GPT2LMHeadModel(config)
    return made.eval()


def save(folder: Path) -> Path:
    model().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
