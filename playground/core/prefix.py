"""What a causal model has read, kept as its key-value cache, and what may follow: read once, asked many times.

    prefix            stem of query 1 | label a | label b | stem of query 2 | label a | ...
    [ in the cache ]  [                 one forward, side by side                         ]

Each token of a stem sees the prefix and its own stem; each token of a label sees the prefix, its own stem and its own
label, at the positions that it would have if it stood there alone. So no query and no label is padded, and none of them
pays for the prefix again.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

_TOKENS = 384  # side by side in one forward; attention between them grows with the square


class Branch(NamedTuple):
    """What follows the prefix: the rest of a prompt, and the token ids of each ending whose probability is asked."""

    stem: Sequence[int]
    endings: Sequence[Sequence[int]]

    @property
    def size(self) -> int:
        """Tokens that are read for it: nothing has to be read after an ending's last token."""
        return len(self.stem) + sum(len(ending) - 1 for ending in self.endings)


class Prefix:
    """ids: what is in the cache. forwarded: tokens that the model has computed so far, to be compared."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model
        self.ids: list[int] = []
        self.forwarded = 0
        self._cache = DynamicCache()

    def read(self, ids: Sequence[int]) -> None:
        """Hold just these tokens; what the cache has of their beginning is not computed again."""
        self._hold(ids, shared(self.ids, ids))

    def next_logits(self, ids: Sequence[int]) -> Tensor:
        """(V,) float32 on the CPU: the logits of the token after `ids`. Raises ValueError for no ids."""
        if not ids:
            raise ValueError("There is nothing to continue: give at least one token.")
        logits = self._hold(ids, min(shared(self.ids, ids), len(ids) - 1))
        assert logits is not None
        return logits[0, -1].float().cpu()

    @torch.inference_mode()
    def _hold(self, ids: Sequence[int], kept: int) -> Tensor | None:
        self._forget(len(self.ids) - kept)
        rest = list(ids[kept:])
        if not rest:
            return None
        out = self.model(input_ids=self._tensor([rest]), past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        self.ids += rest
        self.forwarded += len(rest)
        return out.logits

    def follow(self, branches: Sequence[Branch]) -> Iterator[list[list[float]]]:
        """log p (natural) of each ending of each branch, in order, some branches at a time; of a large branch, some
        endings at a time.

        An ending's probability is the product over its tokens, each given all before it. Raises ValueError for an
        empty stem or ending.
        """
        if any(not branch.stem or not all(branch.endings) for branch in branches):
            raise ValueError("A stem and each ending need at least one token.")
        start = 0
        while start < len(branches):
            end, size = start + 1, branches[start].size
            if size > _TOKENS:
                yield [self._large(branches[start])]
                start = end
                continue
            while end < len(branches) and size + branches[end].size <= _TOKENS:
                size += branches[end].size
                end += 1
            yield self._together(branches[start:end])
            start = end

    def _large(self, branch: Branch) -> list[float]:
        """One branch that is too large for one forward: its stem is read as a text is, its endings in groups."""
        begin = list(self.ids)
        self.read([*begin, *branch.stem[:-1]])
        scores: list[float] = []
        group: list[Sequence[int]] = []
        for ending in branch.endings:
            if group and Branch(branch.stem[-1:], [*group, ending]).size > _TOKENS:
                scores += self._together([Branch(branch.stem[-1:], group)])[0]
                group = []
            group.append(ending)
        scores += self._together([Branch(branch.stem[-1:], group)])[0]
        self.read(begin)
        return scores

    @torch.inference_mode()
    def _together(self, branches: Sequence[Branch]) -> list[list[float]]:
        past, size = len(self.ids), sum(branch.size for branch in branches)
        ids: list[int] = []
        positions: list[int] = []
        seen = torch.zeros(size, size, dtype=torch.bool)
        asked: list[tuple[int, int]] = []  # (the token that predicts, the token that is predicted)
        for branch in branches:
            first, stem = len(ids), len(branch.stem)
            ids += branch.stem
            positions += range(past, past + stem)
            _causal(seen, first, first, stem)
            for ending in branch.endings:
                at, inner = len(ids), len(ending) - 1
                ids += ending[:-1]
                positions += range(past + stem, past + stem + inner)
                seen[at : at + inner, first : first + stem] = True
                _causal(seen, at, at, inner)
                asked += zip((first + stem - 1, *range(at, at + inner)), ending, strict=True)
        dtype = self.model.dtype
        mask = torch.full((1, 1, size, past + size), torch.finfo(dtype).min, dtype=dtype)
        mask[..., :past] = 0
        mask[0, 0, :, past:].masked_fill_(seen, 0)
        rows, inverse = torch.tensor([row for row, _ in asked]).unique(return_inverse=True)
        logits = self.model(
            input_ids=self._tensor([ids]),
            position_ids=self._tensor([positions]),
            attention_mask=mask.to(self.model.device),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=rows.to(self.model.device),
        ).logits[0]
        self.forwarded += size
        self._cache.crop(-size)
        logits = logits.float()
        words = self._tensor([word for _, word in asked])
        inverse = inverse.to(logits.device)
        each = (logits[inverse, words] - logits.logsumexp(1)[inverse]).double().cpu().tolist()
        scores, at = [], 0
        for branch in branches:
            row = []
            for ending in branch.endings:
                row.append(sum(each[at : at + len(ending)]))
                at += len(ending)
            scores.append(row)
        return scores

    def _forget(self, count: int) -> None:
        if count:
            self._cache.crop(-count)
            del self.ids[-count:]

    def _tensor(self, values: object) -> Tensor:
        return torch.tensor(values, device=self.model.device)


def _causal(seen: Tensor, row: int, column: int, size: int) -> None:
    seen[row : row + size, column : column + size] = torch.ones(size, size, dtype=torch.bool).tril()


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts begin with alike."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def ranked(
    prefix: Prefix, prompts: Sequence[Sequence[int]], labels: Sequence[Sequence[Sequence[int]]]
) -> Iterator[list[list[float]]]:
    """log p of each label's tokens after each prompt, some prompts at a time.

    What all prompts begin with is read once, and stays in the cache for the next call.
    """
    begin = min(map(len, prompts)) - 1
    for prompt in prompts[1:]:
        begin = min(begin, shared(prompts[0], prompt))
    prefix.read(prompts[0][:begin])
    yield from prefix.follow([Branch(prompt[begin:], endings) for prompt, endings in zip(prompts, labels, strict=True)])
