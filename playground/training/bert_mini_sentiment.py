"""bert-mini-sentiment: is a sentence on a film favourable? Fine-tuned from bert-mini; the distillation teacher."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer, BertForSequenceClassification, PreTrainedTokenizerBase

from playground.core.metrics import auc
from playground.training import corpora, loop
from playground.training.buckets import Buckets
from playground.training.corpora import CorpusError
from playground.training.measures import Measure, share, statistic
from playground.training.recipe import About, Places, Recipe, Trained

NAME = "bert-mini-sentiment"
NEGATIVE, POSITIVE = 0, 1
MAX_LENGTH = 128
REVIEW_EVERY = 8  # one batch in so many is of whole reviews

Labelled = tuple[str, int]


@dataclass(frozen=True)
class Sizes:
    sentences: int  # a batch
    reviews: int


CPU = Sizes(sentences=32, reviews=8)
GPU = Sizes(sentences=128, reviews=64)

ABOUT = About(
    name=NAME,
    summary="bert-mini fine-tuned to tell favourable from unfavourable sentences on films "
    "(`BertForSequenceClassification`, 22.7M parameters, uncased English; labels negative, positive).",
    recipe="Cross-entropy on a linear layer over the pooled [CLS]. Seven batches of SST-2 sentences and phrases to one "
    "of IMDB reviews (their first and last 63 tokens). AdamW, linear warm-up and decay, dropout 10%.",
    base="bert-mini of this project (Apache-2.0)",
    license="apache-2.0",
    data=(
        ("SST-2, training part of GLUE (Socher et al. 2013, Wang et al. 2018)", "research use"),
        ("Large Movie Review Dataset, training part (Maas et al. 2011)", "research use"),
    ),
    uses="For demonstrations of fine-tuning and, as the teacher, of distillation.",
    limits="It knows two classes and reviews of films: on neutral sentences and other topics its probabilities mean "
    "little. English only.",
    bars=(
        "sst2_accuracy, sst2_auc: the development part of SST-2 (872 sentences).",
        "imdb_accuracy: 2,000 test reviews of the Large Movie Review Dataset, evenly spaced, cut as in training.",
    ),
)


def sst2(path: Path) -> list[Labelled]:
    """(sentence, label) rows below a header line. Raises CorpusError."""
    rows = [line.split("\t") for line in corpora.lines(path)][1:]
    return [_labelled(row[0].strip(), row[-1], path) for row in rows]


def imdb(path: Path, rows: int | None = None) -> list[Labelled]:
    """(review, label) of a table with the columns id, label, rating, text; `rows` of them evenly spaced, since the
    file holds one label after the other. Raises CorpusError."""
    table = [line.split("\t", 3) for line in corpora.lines(path)][1:]
    step = max(1, len(table) // rows) if rows else 1
    return [_labelled(row[-1].replace("<br />", " "), row[min(1, len(row) - 1)], path) for row in table[::step][:rows]]


def _labelled(text: str, label: str, path: Path) -> Labelled:
    if label not in ("0", "1") or not text:
        raise CorpusError(f"{path} has a row without text or label 0 or 1 ({text[:40]!r}): fetch this file again.")
    return text, int(label)


def encode(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    """Token ids with [CLS] and [SEP]; of a long text the first and last 63 tokens.

    Head and tail did best on reviews in Sun et al. 2019 (arXiv:1905.05583), table 2.
    """
    half = (MAX_LENGTH - 2) // 2
    found = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    cut = [ids if len(ids) <= 2 * half else ids[:half] + ids[-half:] for ids in found]
    return [[tokenizer.cls_token_id, *ids, tokenizer.sep_token_id] for ids in cut]


def pad(rows: Sequence[list[int]], pad_id: int) -> loop.Batch:
    length = max(map(len, rows))
    ids = torch.tensor([row + [pad_id] * (length - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    return {"input_ids": ids, "attention_mask": mask}


class Batches:
    """batch(step): a pure function of the seed and the step."""

    def __init__(self, folder: Path, tokenizer: PreTrainedTokenizerBase, sizes: Sizes, seed: int) -> None:
        self.pad_id = tokenizer.pad_token_id
        sources = [sst2(folder / "glue" / "SST-2" / "train.tsv.xz"), imdb(folder / "imdb" / "train.tsv.xz")]
        self.rows = [encode(tokenizer, [text for text, _ in source]) for source in sources]
        self.labels = [[label for _, label in source] for source in sources]
        self.buckets = [
            Buckets([len(row) for row in rows], size, seed)
            for rows, size in zip(self.rows, (sizes.sentences, sizes.reviews), strict=True)
        ]

    def __call__(self, step: int) -> loop.Batch:
        reviews, rest = divmod(step, REVIEW_EVERY)
        source = int(rest == REVIEW_EVERY - 1)
        chosen = self.buckets[source](reviews if source else step - reviews)
        labels = torch.tensor([self.labels[source][index] for index in chosen])
        return {**pad([self.rows[source][index] for index in chosen], self.pad_id), "label": labels}


def loss(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits.float()
    right = (logits.argmax(1) == batch["label"]).float().mean()
    return cross_entropy(logits, batch["label"]), {"accuracy": right}


def train(places: Places, settings: loop.Settings, device: torch.device, sizes: Sizes | None = None) -> Trained:
    base = places.models / "bert-mini"
    tokenizer = AutoTokenizer.from_pretrained(base)
    batches = Batches(places.corpora, tokenizer, sizes or (CPU if device.type == "cpu" else GPU), settings.seed)
    torch.manual_seed(settings.seed)
    model = BertForSequenceClassification.from_pretrained(
        base,
        dtype=torch.float32,
        id2label={NEGATIVE: "negative", POSITIVE: "positive"},
        label2id={"negative": NEGATIVE, "positive": POSITIVE},
    )
    new = {"classifier.weight", "classifier.bias"}
    progress = loop.train(model, batches, loss, settings, places.state / NAME, device, new_parameters=new)
    return Trained({NAME: model}, tokenizer, progress)


@torch.inference_mode()
def scores(
    model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], batch: int = 64
) -> Tensor:
    """(N,) logit of positive over negative, computed in batches sorted by length."""
    rows = encode(tokenizer, texts)
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    out = torch.empty(len(rows))
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        data = pad([rows[row] for row in chosen], tokenizer.pad_token_id)
        logits = model(**{key: value.to(model.device) for key, value in data.items()}).logits.float().cpu()
        out[chosen] = logits[:, POSITIVE] - logits[:, NEGATIVE]
    return out


def evaluate(name: str, places: Places, device: torch.device, reviews: int = 2000) -> dict[str, Measure]:
    model = BertForSequenceClassification.from_pretrained(places.models / name, dtype=torch.float32).to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(places.models / name)
    sentences = sst2(places.corpora / "glue" / "SST-2" / "dev.tsv.xz")
    long = imdb(places.corpora / "imdb" / "test.tsv.xz", reviews)
    scored = scores(model, tokenizer, [text for text, _ in sentences]).numpy()
    labels = torch.tensor([label for _, label in sentences]).bool().numpy()
    long_right = (scores(model, tokenizer, [text for text, _ in long]) > 0) == torch.tensor([b for _, b in long]).bool()
    return {
        "sst2_accuracy": share(int(((scored > 0) == labels).sum()), len(labels)),
        "sst2_auc": statistic(lambda cases: auc(scored[cases], labels[cases]), len(labels), percent=False),
        "imdb_accuracy": share(int(long_right.sum()), len(long)),
    }


RECIPE = Recipe((ABOUT,), {"cpu": 1e-4, "cuda": 1e-4}, train, evaluate, head_factor=3.0)
