"""What an encoder has learned, judged in the same way whatever it was trained for.

Both judges read the last layer's hidden states of the frozen encoder with a linear probe: one tells replaced from
original tokens in held-out text, one tells the topics of sentences. The replaced words are drawn by how frequent words
are, not by the generator of any objective.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from transformers import ElectraModel, PreTrainedTokenizerBase

from playground.core.masking import choose_exact
from playground.core.metrics import auc
from playground.core.probe import LinearProbe
from playground.core.replaced import replace
from playground.demos.electra.efficiency.corpus import Corpus
from playground.demos.electra.efficiency.schema import RATE
from playground.paths import ASSETS

_SEED = 20_260_101  # the same replacements for each encoder
_FOLDS = 5


@cache
def topics() -> tuple[tuple[str, str], ...]:
    """(topic, sentence) of assets/tasks/python_topics.txt, about programming and written for this project."""
    lines = (ASSETS / "tasks" / "python_topics.txt").read_text(encoding="utf-8").splitlines()
    found = [line.partition("\t") for line in lines if line.strip()]
    return tuple((topic, sentence) for topic, _, sentence in found)


@dataclass(frozen=True)
class Judges:
    """ids, replaced, counted: (M, T) held-out blocks with replaced words; the probe learns from every other block, and
    is judged by the rest.

    sentences, mask: (S, L); labels, fold: (S,). None where the text is not the one that the sentences go with.
    """

    ids: Tensor
    replaced: Tensor
    counted: Tensor
    sentences: Tensor | None
    mask: Tensor | None
    labels: Tensor
    fold: Tensor

    @torch.no_grad()
    def __call__(self, encoder: ElectraModel) -> tuple[float, float | None]:
        """(AUC of replaced-or-not on the unseen half, accuracy of the topics over five folds or None)."""
        hidden = _states(encoder, self.ids)  # (M, T, H)
        (features, labels), (unseen, truth) = (
            (hidden[half::2][self.counted[half::2]], self.replaced[half::2][self.counted[half::2]]) for half in (0, 1)
        )
        logits = LinearProbe(features, labels.long(), 2)(unseen)
        area = auc((logits[:, 1] - logits[:, 0]).numpy(), truth.numpy())
        if self.sentences is None or self.mask is None:
            return area, None
        weights = self.mask[..., None].float()
        pooled = (_states(encoder, self.sentences, self.mask) * weights).sum(1) / weights.sum(1)  # (S, H)
        right = 0
        for fold in range(_FOLDS):
            held = self.fold == fold
            found = LinearProbe(pooled[~held], self.labels[~held], int(self.labels.max()) + 1)(pooled[held])
            right += int((found.argmax(1) == self.labels[held]).sum())
        return area, right / len(pooled)


def judges(corpus: Corpus, labelled: bool) -> Judges:
    """labelled: judge by the topics, too; their sentences are in the words of Python's manual."""
    draws = torch.Generator().manual_seed(_SEED)
    tokenizer, rows = corpus.tokenizer, corpus.held_out
    counted = ~torch.isin(rows, torch.tensor(tokenizer.all_special_ids))
    places = choose_exact(counted, RATE, draws).flatten().nonzero().squeeze(1)
    common = corpus.train.flatten()
    common = common[~torch.isin(common, torch.tensor(tokenizer.all_special_ids))]
    words = common[torch.randint(len(common), places.shape, generator=draws)]
    filled = replace(rows, places, words)
    names = sorted({topic for topic, _ in topics()})
    labels = torch.tensor([names.index(topic) for topic, _ in topics()])
    fold = torch.empty_like(labels)
    fold[torch.randperm(len(labels), generator=draws)] = torch.arange(len(labels)) % _FOLDS
    sentences, mask = _packed(tokenizer) if labelled else (None, None)
    return Judges(filled.ids, filled.replaced, counted, sentences, mask, labels, fold)


def _packed(tokenizer: PreTrainedTokenizerBase) -> tuple[Tensor, Tensor]:
    """(S, L) ids and (S, L) bool of the topic sentences, framed like a block."""
    rows = [
        torch.tensor(
            [tokenizer.cls_token_id]
            + tokenizer(sentence, add_special_tokens=False)["input_ids"]
            + [tokenizer.sep_token_id]
        )
        for _, sentence in topics()
    ]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)
    return ids, ids != tokenizer.pad_token_id


def _states(encoder: ElectraModel, ids: Tensor, mask: Tensor | None = None) -> Tensor:
    """(B, T, H) hidden states of the last layer, on the CPU."""
    device = next(encoder.parameters()).device
    attended = None if mask is None else mask.long().to(device)
    return encoder(input_ids=ids.to(device), attention_mask=attended).last_hidden_state.float().cpu()
