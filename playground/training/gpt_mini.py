"""gpt-mini: a small GPT-2 with a byte-level BPE of its own, trained on running text and few-shot episodes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from playground.training import icl, loop, store, texts
from playground.training.causal import start_from
from playground.training.corpora import CorpusError
from playground.training.few_shot import SHOTS, draw_queries, perplexity, rank_labels
from playground.training.icl import Episodes
from playground.training.measures import Measure, share, statistic
from playground.training.recipe import About, Places, Recipe, Trained
from playground.training.texts import Sizes

NAME = "gpt-mini"
END = "<|endoftext|>"
VOCABULARY = 8192
POSITIONS = 1024
SHORT = 256  # most rows are short: attention is dear in long ones, and more steps teach more than larger ones
LONG_SHARE = 0.25  # of the steps, whose rows are POSITIONS long
EPISODE_SHARE = 0.3
FITTED = (32, 128)  # rows and tokens of text that the start is fitted on
INPUT_WEIGHT = 0.1  # of an episode's tokens that are no label

CPU = Sizes(wikipedia=20_000_000, books=8_000_000, reviews=4_000_000, batch=2)
GPU = Sizes(wikipedia=60_000_000, books=25_000_000, reviews=20_000_000, batch=128)

ABOUT = About(
    name=NAME,
    summary="A 6-layer, 384-wide GPT-2 (14.2M parameters, 1,024 positions, a byte-level BPE of 8,192 pieces learned on "
    "the same text; `GPT2LMHeadModel`).",
    recipe="Next-token prediction on rows of 256 and of 1,024 tokens: 70% running text, 30% few-shot "
    "episodes (2 to 33 solved examples of one task: real tasks, SST-2, arithmetic, made-up mappings; labels replaced "
    "by made-up words half of the time, so that only the examples tell the task), in which tokens that are no label "
    "weigh a tenth. AdamW, linear warm-up and decay, no dropout. Started from "
    "bert-mini: its blocks under a causal mask, moved from post-LN to pre-LN by least squares on 4,096 tokens.",
    base="bert-mini (apache-2.0): a causal decoder warm-started from an encoder, as in Rothe et al. 2020 "
    "(arXiv:1907.12461); its blocks, positions and, for each byte-level piece, the mean embedding of its WordPieces.",
    license="apache-2.0",
    data=(
        *texts.DATA,
        (
            "43 small input-output tasks (Todd et al. 2024), without the held-out ones and without whatever the "
            "project's own tasks ask",
            "MIT",
        ),
        ("SST-2, training part of GLUE", "research use"),
    ),
    uses="For demonstrations of language modelling, sampling and few-shot prompting.",
    limits="Small and briefly trained: its text is grammatical at best, its knowledge slight, and of few-shot tasks "
    "it does what it was trained on. English only.",
    bars=(
        "perplexity: per piece of its own vocabulary, wikipedia_en/dev in rows of 1,024 (not comparable between "
        "vocabularies).",
        "perplexity_per_word: the same text, per whitespace-separated word.",
        f"{', '.join(f'accuracy_{shots}_shot' for shots in SHOTS)}: label ranking on tasks never trained on "
        f"({', '.join(icl.HELD_OUT)}) by the probability of each whole label; among a task's labels, where they are "
        "few, else against three other answers of the task.",
        "accuracy_chance: what drawing lots scores there.",
    ),
)


def learn_tokenizer(lines: Iterator[str], size: int = VOCABULARY) -> PreTrainedTokenizerFast:
    """GPT-2's byte-level BPE (Radford et al. 2019, section 2.2), learned on `lines`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=END, eos_token=END, unk_token=END, model_max_length=POSITIONS
    )


def flowing(documents: Iterator[list[str]]) -> Iterator[list[str]]:
    """Sentences as they follow each other in running text, the last one with the end mark."""
    for document in documents:
        yield [(" " if place else "") + sentence for place, sentence in enumerate(document[:-1])] + [
            (" " if len(document) > 1 else "") + document[-1] + END
        ]


def _flowing(source: Callable[[], Iterable[list[str]]]) -> Callable[[], Iterable[list[str]]]:
    return lambda: flowing(iter(source()))


def _tokenizer(places: Places, sizes: Sizes) -> PreTrainedTokenizerBase:
    """Learned once, then kept with the state of the run."""
    folder = places.state / NAME / "tokenizer"
    if not (folder / "tokenizer.json").is_file():
        found = [documents() for documents, _ in texts.sources(places.corpora, sizes).values()]
        every = (islice(flowing(iter(source)), 8_000) for source in found)
        learn_tokenizer(chain.from_iterable(chain.from_iterable(every))).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


class Batches:
    """batch(step): a pure function of the seed and the step. input_ids (B, T), weights (B, T) of predicting each.

    size: rows of a step with short rows; a step with long ones holds as many tokens in fewer of them, at least one.
    """

    def __init__(
        self, text: store.TokenStore, episodes: Episodes, tokenizer: PreTrainedTokenizerBase, size: int, seed: int
    ) -> None:
        self.text, self.episodes, self.tokenizer, self.size, self.seed = text, episodes, tokenizer, size, seed

    def __call__(self, step: int) -> loop.Batch:
        rng = np.random.default_rng([self.seed, step])
        wanted = POSITIONS if rng.random() < LONG_SHARE else SHORT
        count = max(1, self.size * SHORT // wanted)
        length = min(wanted, len(self.text.tokens) // 2)
        rows = [
            self._episodes(rng, length) if rng.random() < EPISODE_SHARE else self._text(rng, length)
            for _ in range(count)
        ]
        ids = torch.tensor(np.stack([ids for ids, _ in rows]).astype(np.int64))
        weights = torch.tensor(np.stack([weights for _, weights in rows]), dtype=torch.float32)
        return {"input_ids": ids, "weights": weights, "attention_mask": torch.ones_like(ids)}

    def _text(self, rng: np.random.Generator, length: int) -> tuple[np.ndarray, np.ndarray]:
        start = int(rng.integers(len(self.text.tokens) - length + 1))
        return self.text.tokens[start : start + length], np.ones(length)

    def _episodes(self, rng: np.random.Generator, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Whole episodes, one after the other, until the row is full."""
        ids: list[int] = []
        weights: list[float] = []
        while len(ids) < length:
            text, labels = self.episodes(rng)
            read = self.tokenizer(text + END, return_offsets_mapping=True, verbose=False)
            inside = np.zeros(len(text) + len(END) + 1, bool)
            for start, end in labels:
                inside[start:end] = True
            ids += read["input_ids"]
            weights += [1.0 if inside[max(a, b - 1)] else INPUT_WEIGHT for a, b in read["offset_mapping"]]
        return np.array(ids[:length]), np.array(weights[:length])


def loss(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Weighted mean of -log p(next token); `text` is the plain mean over tokens of full weight."""
    ids, weights = batch["input_ids"], batch["weights"][:, 1:]
    logits = model(input_ids=ids).logits[:, :-1]
    each = cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten(), reduction="none").view_as(weights)
    running = (weights > INPUT_WEIGHT).float() * (weights.min(1, keepdim=True).values == 1)
    labels = (weights > INPUT_WEIGHT).float() * (weights.min(1, keepdim=True).values < 1)
    parts = {
        "text": (each * running).sum() / running.sum().clamp(min=1),
        "labels": (each * labels).sum() / labels.sum().clamp(min=1),
    }
    return (each * weights).sum() / weights.sum(), parts


def warm_embeddings(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerBase, bert: BertModel, pieces: PreTrainedTokenizerBase
) -> None:
    """Give each piece the mean of BERT's raw embeddings of what WordPiece makes of it."""
    table, inside = bert.embeddings.word_embeddings.weight.detach(), pieces.get_vocab()
    with torch.no_grad():
        model.transformer.wte.weight.copy_(table.mean(0).expand(len(tokenizer), -1))
        for number in range(len(tokenizer)):
            text = tokenizer.decode([number])
            ids = pieces(text, add_special_tokens=False)["input_ids"]
            # A piece with no space before it goes on with a word.
            if not text.startswith(" ") and "##" + text.lower() in inside:
                ids = [inside["##" + text.lower()]]
            if ids and pieces.unk_token_id not in ids:
                model.transformer.wte.weight[number] = table[ids].mean(0)


def warm_start(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerBase, base: Path, lines: Iterable[str]) -> float:
    """Start from the BERT in `base`, fitted on `lines`; returns what is lost, as `causal.start_from`."""
    bert, pieces = BertModel.from_pretrained(base, dtype=torch.float32).eval(), AutoTokenizer.from_pretrained(base)
    warm_embeddings(model, tokenizer, bert, pieces)
    read = pieces(" ".join(lines), add_special_tokens=False, verbose=False)["input_ids"]
    length = min(FITTED[1], len(read))
    rows = min(FITTED[0], len(read) // length)
    return start_from(bert, model.transformer, torch.tensor(read[: rows * length]).view(rows, length))


def train(places: Places, settings: loop.Settings, device: torch.device, sizes: Sizes | None = None) -> Trained:
    sizes = sizes or (CPU if device.type == "cpu" else GPU)
    episodes = Episodes(places.corpora)
    tokenizer = _tokenizer(places, sizes)
    where = places.corpora.resolve()
    text = texts.merge(
        [
            store.cached(places.state, f"{name}-flowing-{where}", _flowing(source), tokenizer, tokens)
            for name, (source, tokens) in texts.sources(places.corpora, sizes).items()
        ]
    )
    torch.manual_seed(settings.seed)
    base = places.models / "bert-mini"
    shape = BertConfig.from_pretrained(base)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(tokenizer),
            n_positions=POSITIONS,
            n_embd=shape.hidden_size,
            n_layer=shape.num_hidden_layers,
            n_head=shape.num_attention_heads,
            n_inner=shape.intermediate_size,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )
    documents, _ = texts.sources(places.corpora, sizes)["wikipedia"]
    lost = warm_start(model, tokenizer, base, chain.from_iterable(islice(documents(), 200)))
    print(f"started from {base.name}: {lost:.0%} of the variance of its states under a causal mask is lost", flush=True)
    batches = Batches(text, episodes, tokenizer, sizes.batch, settings.seed)
    progress = loop.train(model, batches, loss, settings, places.state / NAME, device)
    model.config.resid_pdrop = model.config.embd_pdrop = model.config.attn_pdrop = 0.1
    return Trained({NAME: model}, tokenizer, progress, max_length=POSITIONS)


@torch.inference_mode()
def evaluate(name: str, places: Places, device: torch.device, queries: int = 40) -> dict[str, Measure]:
    model = GPT2LMHeadModel.from_pretrained(places.models / name, dtype=torch.float32).to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(places.models / name)
    found = icl.tasks(places.corpora / "icl_tasks" / "icl_tasks.tar.xz")
    held_out = [found[task] for task in icl.HELD_OUT if task in found]
    if not held_out:
        raise CorpusError(f"{places.corpora} has none of the tasks {', '.join(icl.HELD_OUT)}: fetch icl_tasks again.")
    documents = list(texts.development_documents(places.corpora))
    words = sum(len(sentence.split()) for document in documents for sentence in document)
    tokens = store.tokenise(flowing(iter(documents)), tokenizer, 10**9).tokens.astype(np.int64)
    measures = perplexity(model, tokens, words)
    asked = [query for number, task in enumerate(held_out) for query in draw_queries(task, queries, number)]
    for shots in SHOTS:
        right = rank_labels(model, tokenizer, asked, shots)
        measures[f"accuracy_{shots}_shot"] = share(sum(right), len(right))
    chances = np.array([1 / len(query.candidates) for query in asked])
    measures["accuracy_chance"] = statistic(lambda cases: float(chances[cases].mean()), len(chances))
    return measures


RECIPE = Recipe((ABOUT,), {"cpu": 1e-3, "cuda": 1e-3}, train, evaluate)
