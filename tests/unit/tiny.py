"""Models of a few thousand parameters with a vocabulary of about 200 words, made in a second."""

from pathlib import Path

import torch
from transformers import BertConfig, BertForPreTraining, BertTokenizer, PreTrainedModel, PreTrainedTokenizerBase

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_TEXT = """
    the of and to in a is was he for it with as his on be at by had not are but from or have an they which one you
    were her all she there would their we him been has when who will more no if out so said what up its about into
    than them can only other new some could time these two may then do first any my now such like our over man me
    even most made after also did many before must through back years where much your way well down should because
    each just those people how too little state good very make world still own see men work long get here between
    both life being under never day same another know while last might us great old year off come since against go
    came right used take three capital france paris river bank dog cat
"""
WORDS = list(dict.fromkeys([*SPECIAL, *_LETTERS, *(f"##{c}" for c in _LETTERS), *".,:;!?'\"()-<>/", *_TEXT.split()]))
POSITIONS = 48


def tokenizer(max_length: int = POSITIONS) -> PreTrainedTokenizerBase:
    """BERT's uncased WordPiece over WORDS: any English text is spelled, hangul and emoji are [UNK]."""
    made = BertTokenizer(vocab={word: number for number, word in enumerate(WORDS)}, do_lower_case=True)
    made.model_max_length = max_length
    return made


def config(**changes: object) -> BertConfig:
    settings: dict[str, object] = {
        "vocab_size": len(WORDS),
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": POSITIONS,
        "initializer_range": 0.4,  # wide, so that random predictions differ clearly
    }
    return BertConfig(**(settings | changes))


def model(kind: type[PreTrainedModel] = BertForPreTraining, **changes: object) -> PreTrainedModel:
    torch.manual_seed(7)
    made: PreTrainedModel = kind(config(**changes))
    return made.eval()


def save(folder: Path, what: PreTrainedModel | None = None) -> Path:
    """A Transformers folder with a model (BertForPreTraining unless given) and the tokenizer."""
    (what or model()).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
