"""Long passages read in overlapping windows: [CLS] question [SEP] part of the passage [SEP].

Devlin et al.'s SQuAD code (arXiv:1810.04805, run_squad.py): windows of at most `max_length` tokens, each
`stride` tokens of passage after the last. A token stands in several windows; its offsets say where in the
passage it is, so that answers of different windows are compared as places in the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Windows:
    """All windows of several questions, not yet padded.

    ids, types: token and segment ids, a list a window. first, last: the passage's tokens in it, [first, last).
    offsets: (characters from, to) in the passage for each of these tokens. question: the window's question.
    """

    ids: list[list[int]]
    types: list[list[int]]
    first: list[int]
    last: list[int]
    offsets: list[list[tuple[int, int]]]
    question: list[int]

    def __len__(self) -> int:
        return len(self.ids)


def cut(
    tokenizer: PreTrainedTokenizerBase,
    questions: Sequence[str],
    passages: Sequence[str],
    max_length: int = 384,
    stride: int = 128,
) -> Windows:
    """Pack question and passage pairwise into windows, each `stride` passage tokens after the one before.

    Raises ValueError when a question leaves no room for `stride` tokens of passage, with the numbers.
    """
    pair = tokenizer.num_special_tokens_to_add(pair=True)
    longest = max((len(tokenizer(q, add_special_tokens=False)["input_ids"]) for q in questions), default=0)
    if longest + pair + stride > max_length:
        raise ValueError(
            f"The question has {longest} tokens; with {stride} of the passage and {pair} special tokens it does not "
            f"fit into the {max_length} that are read at once: shorten it."
        )
    found = Windows([], [], [], [], [], [])
    for number, (question, passage) in enumerate(zip(questions, passages, strict=True)):
        asked = len(tokenizer(question, add_special_tokens=False)["input_ids"])
        # Transformers' `stride` is the overlap of two windows, not the step from one to the next.
        packed = tokenizer(
            question,
            passage,
            truncation="only_second",
            max_length=max_length,
            stride=max_length - asked - pair - stride,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_token_type_ids=True,
        )
        for window, ids in enumerate(packed["input_ids"]):
            inside = [place for place, of in enumerate(packed.sequence_ids(window)) if of == 1]
            first, last = (inside[0], inside[-1] + 1) if inside else (len(ids), len(ids))
            found.ids.append(ids)
            found.types.append(packed["token_type_ids"][window])
            found.first.append(first)
            found.last.append(last)
            found.offsets.append(packed["offset_mapping"][window][first:last])
            found.question.append(number)
    return found


def pad(windows: Windows, chosen: Sequence[int], pad_id: int) -> dict[str, Tensor]:
    """One batch of the chosen windows: input_ids, token_type_ids, attention_mask and legal, all (B, T).

    legal: bool, the places of the passage, where an answer may stand.
    """
    length = max(len(windows.ids[window]) for window in chosen)
    ids = torch.full((len(chosen), length), pad_id)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    legal = torch.zeros(ids.shape, dtype=torch.bool)
    for row, window in enumerate(chosen):
        size = len(windows.ids[window])
        ids[row, :size] = torch.tensor(windows.ids[window])
        types[row, :size] = torch.tensor(windows.types[window])
        mask[row, :size] = 1
        legal[row, windows.first[window] : windows.last[window]] = True
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask, "legal": legal}
