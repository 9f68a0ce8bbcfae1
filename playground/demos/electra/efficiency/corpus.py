"""A text to learn from that every Python installation carries, cut into blocks; a vocabulary made from it."""

import re
from dataclasses import dataclass
from functools import lru_cache

import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from torch import Tensor
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from playground.messages import Complaint

VOCABULARY = 1000  # words and pieces: a larger one would cost more than the encoder
LENGTH = 32  # tokens of a block, [CLS] and [SEP] among them
HELD_OUT = 400  # blocks at most, never trained on
LEAST = 100  # blocks of training text
MOST = 12_000
_STRETCH = 120  # words
_RULER = re.compile(r"([*=~^\-])\1{3,}")
_SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


@dataclass(frozen=True)
class Corpus:
    """train: (N, LENGTH), held_out: (M, LENGTH) ids of [CLS], 30 tokens of text, [SEP]. cut: not all was taken."""

    tokenizer: PreTrainedTokenizerBase
    train: Tensor
    held_out: Tensor
    cut: bool


def manual() -> str:
    """Python's own manual, as `help()` shows it: some 65,000 words in each installation.

    Rulers are left out, and so is each paragraph that was there before: many belong to several topics, and what is
    held out must not have been read.
    """
    from pydoc_data.topics import topics

    paragraphs = (" ".join(part.split()) for name in sorted(topics) for part in topics[name].split("\n\n"))
    return _RULER.sub(" ", "\n".join(dict.fromkeys(paragraphs)))


@lru_cache(maxsize=2)
def build(text: str) -> Corpus:
    """Train a BPE vocabulary on nine of ten stretches of the text, and cut all of them into blocks.

    Each tenth stretch is held out, so that what is judged is text of all kinds that there are. Raises Complaint for a
    text of fewer than LEAST blocks.
    """
    words = text.split()
    stretches = [" ".join(words[start : start + _STRETCH]) for start in range(0, len(words), _STRETCH)]
    held = stretches[9::10]
    rest = [stretch for number, stretch in enumerate(stretches) if number % 10 != 9]
    if not held:
        raise Complaint("pg_err_elf_short", size=len(words), least=LEAST * LENGTH)
    tokenizer = _tokenizer(rest)
    train, held_out = _blocks(tokenizer, rest), _blocks(tokenizer, held)
    if len(train) < LEAST or len(held_out) < 2:
        raise Complaint("pg_err_elf_short", size=len(train) * LENGTH, least=LEAST * LENGTH)
    return Corpus(tokenizer, train[:MOST], held_out[:HELD_OUT], len(train) > MOST)


def _tokenizer(texts: list[str]) -> PreTrainedTokenizerBase:
    """BPE (Sennrich et al. 2016): the trainer of WordPiece breaks ties by chance, another vocabulary each time."""
    made = Tokenizer(BPE(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    trainer = BpeTrainer(vocab_size=VOCABULARY, special_tokens=list(_SPECIAL.values()), show_progress=False)
    made.train_from_iterator(texts, trainer)
    tokenizer: PreTrainedTokenizerBase = PreTrainedTokenizerFast(tokenizer_object=made, **_SPECIAL)
    return tokenizer


def _blocks(tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> Tensor:
    """(N, LENGTH); what is left over at the end is dropped."""
    found = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    ids = torch.tensor([number for stretch in found for number in stretch], dtype=torch.long)
    inner = LENGTH - 2
    rows = ids[: len(ids) // inner * inner].view(-1, inner)
    first, last = (torch.full((len(rows), 1), number) for number in (tokenizer.cls_token_id, tokenizer.sep_token_id))
    return torch.cat([first, rows, last], 1)
