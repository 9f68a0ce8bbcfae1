"""A masked language model as a classifier of hidden words, so that it is distilled as any other classifier is.

Each text has one hidden word, and the classes are the words of a small vocabulary. One word a text, since all of a text
is then one example, whose answer of the teacher is computed once and kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from transformers.modeling_outputs import SequenceClassifierOutput


class Blanks(nn.Module):
    """Called as a classifier is, it gives (B, C) logits of the word behind the first mask of each text.

    mask: the number of the mask token in the ids that it is given. words: (C,) numbers of the words that are classes;
    None for all. model: a BertForMaskedLM.
    """

    def __init__(self, model: PreTrainedModel, mask: int, words: Tensor | None = None) -> None:
        super().__init__()
        self.model, self.mask = model, mask
        self.config = model.config
        self.register_buffer("words", words, persistent=False)

    def get_input_embeddings(self) -> nn.Module:
        return self.model.get_input_embeddings()

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, output_hidden_states: bool = False
    ) -> SequenceClassifierOutput:
        out = self.model.base_model(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=output_hidden_states
        )
        places = (input_ids == self.mask).int().argmax(1)
        hidden = out.last_hidden_state[torch.arange(len(places), device=places.device), places]  # (B, H)
        head = self.model.cls.predictions
        weight, bias = head.decoder.weight, head.decoder.bias
        if self.words is not None:
            weight, bias = weight[self.words], bias[self.words]
        return SequenceClassifierOutput(
            logits=linear(head.transform(hidden), weight, bias), hidden_states=out.hidden_states
        )


@dataclass(frozen=True)
class Hidden:
    """rows: token ids with one mask each; words: what stood there; texts: the number of the text that each is of."""

    rows: list[list[int]]
    words: list[int]
    texts: list[int]


def hide(rows: Sequence[Sequence[int]], tokenizer: PreTrainedTokenizerBase, copies: int, seed: int) -> Hidden:
    """Each text up to `copies` times, each time with another of its words hidden, drawn by the seed and the text's
    place. Only words of one piece and of letters are hidden, so that what is asked is a word and not an ending; a text
    without such a word is left out."""
    pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    whole = [piece.isalpha() for piece in pieces]  # "##ing", "," and "[SEP]" are not
    found = Hidden([], [], [])
    for number, row in enumerate(rows):
        places = [
            place
            for place, token in enumerate(row)
            if whole[token] and not (place + 1 < len(row) and pieces[row[place + 1]].startswith("##"))
        ]
        draws = torch.Generator().manual_seed(seed * 1_000_003 + number)
        for chosen in torch.randperm(len(places), generator=draws)[:copies].tolist():
            place = places[chosen]
            found.rows.append([*row[:place], tokenizer.mask_token_id, *row[place + 1 :]])
            found.words.append(row[place])
            found.texts.append(number)
    return found
