"""What every experiment begins with: an encoder that reads the sentences, a classifier over it, and memory for both."""

from collections.abc import Sequence

from playground.demos.fine_tune.data import Data, readable_by
from playground.messages import Complaint, Notice
from playground.models.device import available_bytes
from playground.models.loading import Loaded
from playground.models.tunable import MAX_LENGTH, Texts, Tunable, encoded, encoder

_NUMBER = 4  # bytes of a float32
_FROZEN = 2  # copies: the weights, and those to begin anew with
_TRAINED = 6  # also random ones to begin with, the gradient, and Adam's two moments
# Numbers of a layer and token that wait for the backward pass (Korthikanti et al. 2022, arXiv:2205.05198, section 4.1:
# 34 bytes in half precision, dropout's among them), beside those of the attention, which is computed in pieces.
_WAITING = 17


def classifier(
    model: str,
    data: Data,
    more: Sequence[str] = (),
    batch: int = 16,
    kept: int = 0,
    trained: bool = True,
    copies: int = 1,
) -> Tunable:
    """A classifier to be begun anew for each run. more: sentences behind those of the data; batch: sentences of a step;
    kept: vectors that are to be kept of each layer's hidden states; trained: whether its encoder is, and
    copies: of how many of them at once.

    Raises Complaint for sentences that the model does not read, and for more than the memory holds.
    """
    readable_by(model, data.sentences)
    if more:  # a few words of another language do not show among hundreds of sentences
        readable_by(model, more)
    loaded = encoder(model)
    if loaded.tokenizer.pad_token_id is None:
        raise Complaint("pg_err_ft_padding", model=model)
    texts = encoded(loaded, [*data.sentences, *more])
    if (need := copies * _bytes(loaded, texts, batch, kept, trained)) > (free := available_bytes()):
        raise Complaint("pg_err_ft_memory", model=model, need=round(need / 1e9, 1), free=round(max(free, 0) / 1e9, 1))
    return Tunable(loaded, data.names, texts)


def notices(data: Data, tunable: Tunable, asked: int = 0) -> list[Notice]:
    """What became of the sentences before anything is learned from them. asked: how many were to be learned from, where
    that is one number."""
    found = list(data.notices)
    if asked > (there := len(data.train)):
        found.append(Notice(key="pg_note_ft_fewer", values={"train": there, "asked": asked}))
    loaded, rows = tunable.loaded, tunable.texts.rows
    limit = min(MAX_LENGTH, loaded.max_length)
    full = [text for text, row in zip(data.sentences, rows, strict=False) if len(row) == limit]
    whole = loaded.tokenizer(full, verbose=False)["input_ids"] if full else []
    if cut := sum(len(ids) > limit for ids in whole):
        found.append(Notice(key="pg_note_ft_cut", values={"count": cut, "limit": limit}))
    return found


def _bytes(loaded: Loaded, texts: Texts, batch: int, kept: int, trained: bool) -> int:
    """About what a classifier takes beside the loaded model itself."""
    config, base = loaded.model.config, loaded.model.base_model
    vectors = loaded.model.get_input_embeddings().weight
    weights = sum(weight.numel() for weight in base.parameters())
    weights += (len(texts.used) - len(vectors)) * vectors.shape[1]
    layers, hidden = int(config.num_hidden_layers), int(config.hidden_size)
    waiting = _WAITING * batch * max(map(len, texts.rows)) if trained else 0
    copies = _TRAINED if trained else _FROZEN
    return _NUMBER * (copies * weights + (waiting * layers + kept * (layers + 1)) * hidden)
