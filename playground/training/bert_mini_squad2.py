"""bert-mini-squad2: answers as spans of a passage, or no answer (SQuAD 2.0), fine-tuned from bert-mini."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax
from transformers import AutoTokenizer, BertForQuestionAnswering, PreTrainedTokenizerBase

from playground.core import windows
from playground.training import loop
from playground.training.buckets import Buckets
from playground.training.corpora import CorpusError
from playground.training.measures import Measure
from playground.training.questions import Question, Unanswerable, occurrences, qamr, squad
from playground.training.reading import best_threshold, measures, read
from playground.training.recipe import About, Places, Recipe, Trained

NAME = "bert-mini-squad2"
MAX_LENGTH = 192  # in training; longer passages are cut to a part that holds the answer
MOVED, SWAPPED = 0.15, 0.15  # shares of the answerable questions that are made unanswerable, anew each epoch
# Articles of SQuAD's training part that are never trained on: the threshold is chosen on them.
THRESHOLD_ARTICLES = frozenset({"Immune_system", "Steam_engine", "Warsaw"})
THRESHOLD_SETTING = "null_score_threshold"


@dataclass(frozen=True)
class Sizes:
    """warmup: batches of QAMR's short questions before the paragraphs."""

    batch: int
    warmup: int
    warmup_batch: int


CPU = Sizes(batch=16, warmup=400, warmup_batch=32)
GPU = Sizes(batch=48, warmup=1_000, warmup_batch=64)

ABOUT = About(
    name=NAME,
    summary="bert-mini fine-tuned to mark the answer to a question in a passage, or to say that there is none "
    "(`BertForQuestionAnswering`, 22.6M parameters, uncased English).",
    recipe="A start and an end logit for every token. First short questions on single sentences (QAMR), then "
    "paragraphs. The loss is the negative log of the probability that all annotated answers have together; no answer "
    "is the span at [CLS]. Of the answerable questions 15% are asked of another paragraph of the same article and 15% "
    "get a name or number from elsewhere in it, drawn anew each epoch: both become unanswerable. Passages are cut to "
    "192 tokens in training. AdamW, linear warm-up and decay, no dropout.",
    base="bert-mini of this project (Apache-2.0)",
    license="cc-by-sa-4.0",
    data=(
        ("SQuAD 1.1 and 2.0: articles of the official development sets (Rajpurkar et al. 2016, 2018)", "CC BY-SA 4.0"),
        ("SQuADShifts: new Wikipedia, Reddit, Amazon (Miller et al. 2020)", "CC BY 4.0"),
        ("SubjQA (Bjerva et al. 2020)", "research use"),
        ("QAMR (Michael et al. 2018)", "MIT"),
    ),
    uses="For demonstrations of reading comprehension: answer spans, the null score and its threshold.",
    limits="Small and briefly trained: it often picks a wrong name of the right kind, and tells unanswerable questions "
    "only weakly. English only; passages beyond 384 tokens are read in windows.",
    bars=(
        "Measured on five SQuAD articles held out by title (squad/dev); this is not the official SQuAD dev score.",
        "f1_answerable, exact_answerable: answerable questions, best span, no answer not allowed.",
        "f1, exact: all questions, no answer where null score - best span score is above the threshold that was best "
        "on three training articles that were not trained on (config.json: null_score_threshold).",
        "f1_always_none: what answering nothing scores on the same questions.",
        "auc: chance that an answerable question has a higher (best span - null) score than an unanswerable one.",
        "f1_v1, exact_v1: the questions of SQuAD 1.1 on the same articles, all answerable.",
        "Intervals of F1, exact and AUC are bootstrapped over questions.",
    ),
)


def training_questions(folder: Path) -> list[list[Question]]:
    """By source, each with its own articles. What is in both versions of SQuAD is there once."""
    both = squad(folder / "squad" / "train-v2.0.json.xz") + squad(folder / "squad" / "train-v1.1.json.xz")
    first = {q.id: q for q in reversed(both) if q.title not in THRESHOLD_ARTICLES}
    shifts = [squad(folder / "squadshifts" / f"{n}.json.xz") for n in ("new_wiki", "reddit", "amazon_reviews")]
    return [list(first.values()), *shifts, squad(folder / "subjqa" / "train.squad.json.xz")]


def threshold_questions(folder: Path) -> list[Question]:
    path = folder / "squad" / "train-v2.0.json.xz"
    found = [question for question in squad(path) if question.title in THRESHOLD_ARTICLES]
    if not found:
        raise CorpusError(f"{path} has none of the articles {', '.join(sorted(THRESHOLD_ARTICLES))}: fetch it again.")
    return found


class Batches:
    """batch(step): a pure function of the seed and the step; first QAMR, then the paragraphs."""

    def __init__(self, folder: Path, tokenizer: PreTrainedTokenizerBase, sizes: Sizes, seed: int) -> None:
        self.tokenizer, self.sizes, self.seed = tokenizer, sizes, seed
        self.short = qamr(folder / "qamr")
        self.held_out = threshold_questions(folder)
        sources = [[occurrences(question) for question in source] for source in training_questions(folder)]
        self.long = list(chain.from_iterable(sources))
        self.spoilers = [spoiler for source in sources for spoiler in [Unanswerable(source)] * len(source)]
        self.short_buckets = Buckets([len(q.context) for q in self.short], sizes.warmup_batch, seed)
        self.long_buckets = Buckets([len(q.context) for q in self.long], sizes.batch, seed)

    def __call__(self, step: int) -> loop.Batch:
        rng = np.random.default_rng([self.seed, step])
        if step < self.sizes.warmup:
            return pack([self.short[index] for index in self.short_buckets(step)], self.tokenizer, rng)
        return pack([self._varied(i, rng) for i in self.long_buckets(step - self.sizes.warmup)], self.tokenizer, rng)

    def _varied(self, index: int, rng: np.random.Generator) -> Question:
        question = self.long[index]
        draw = rng.random()
        if not question.answers or draw >= MOVED + SWAPPED:
            return question
        spoiler = self.spoilers[index]
        spoilt = spoiler.swapped(question, rng) if draw < SWAPPED else None
        return spoilt or spoiler.moved(question, rng) or question


def pack(questions: Sequence[Question], tokenizer: PreTrainedTokenizerBase, rng: np.random.Generator) -> loop.Batch:
    """One padded batch; `golds` (B, G, 2) holds the first and last token of each gold answer, -1 where there is none.

    A passage that is too long is cut to a random part that holds one of the answers.
    """
    out = windows.Windows([], [], [], [], [], [])
    golds: list[list[tuple[int, int]]] = []
    asked = tokenizer([q.text for q in questions], add_special_tokens=False)["input_ids"]
    read = tokenizer(
        [q.context for q in questions], add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    for number, question in enumerate(questions):
        head = [tokenizer.cls_token_id, *asked[number][: MAX_LENGTH // 2], tokenizer.sep_token_id]
        ids, offsets = read["input_ids"][number], read["offset_mapping"][number]
        spans = [span for answer in question.answers if (span := tokens_of(offsets, *answer)) is not None]
        room = MAX_LENGTH - len(head) - 1
        start = 0
        if len(ids) > room:
            low, high = 0, len(ids) - room
            if spans:
                first, last = spans[int(rng.integers(len(spans)))]
                low, high = max(0, min(first, last - room + 1)), min(first, high)
            start = int(rng.integers(low, max(low, high) + 1))
        part = ids[start : start + room]
        out.ids.append([*head, *part, tokenizer.sep_token_id])
        out.types.append([0] * len(head) + [1] * (len(part) + 1))
        out.first.append(len(head))
        out.last.append(len(head) + len(part))
        inside = [(s - start, e - start) for s, e in spans if s >= start and e < start + len(part)]
        golds.append([(s + len(head), e + len(head)) for s, e in dict.fromkeys(inside)] or [(0, 0)])
    most = max(map(len, golds))
    padded = [spans + [(-1, -1)] * (most - len(spans)) for spans in golds]
    batch = windows.pad(out, range(len(questions)), tokenizer.pad_token_id)
    return {**batch, "golds": torch.tensor(padded)}


def tokens_of(offsets: Sequence[tuple[int, int]], text: str, start: int) -> tuple[int, int] | None:
    """First and last token that hold a character of the answer; None where no token does."""
    held = [place for place, (a, b) in enumerate(offsets) if a < start + len(text) and b > start]
    return (held[0], held[-1]) if held else None


def loss(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """-log of the probability of all gold spans together: logsumexp over them of log p(start) + log p(end)."""
    start, end = forward(model, batch)
    golds = batch["golds"]
    there = golds[:, :, 0] >= 0
    places = golds.clamp(min=0)
    each = start.gather(1, places[:, :, 0]) + end.gather(1, places[:, :, 1])  # (B, G)
    span = -each.masked_fill(~there, float("-inf")).logsumexp(1)
    answerable = golds[:, 0, 0] > 0
    parts = {
        "answerable": span[answerable].sum() / answerable.sum().clamp(min=1),
        "none": span[~answerable].sum() / (~answerable).sum().clamp(min=1),
    }
    return span.mean(), parts


def forward(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, Tensor]:
    """(B, T) log-probabilities of start and end, over [CLS] and the passage."""
    out = model(**{key: batch[key] for key in ("input_ids", "token_type_ids", "attention_mask")})
    open_ = batch["legal"].clone()
    open_[:, 0] = True
    start, end = (logits.float().masked_fill(~open_, float("-inf")) for logits in (out.start_logits, out.end_logits))
    return log_softmax(start, 1), log_softmax(end, 1)


def train(places: Places, settings: loop.Settings, device: torch.device, sizes: Sizes | None = None) -> Trained:
    base = places.models / "bert-mini"
    tokenizer = AutoTokenizer.from_pretrained(base)
    batches = Batches(places.corpora, tokenizer, sizes or (CPU if device.type == "cpu" else GPU), settings.seed)
    torch.manual_seed(settings.seed)
    model = BertForQuestionAnswering.from_pretrained(
        base, dtype=torch.float32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    new = {"qa_outputs.weight", "qa_outputs.bias"}
    progress = loop.train(model, batches, loss, settings, places.state / NAME, device, new_parameters=new)
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    setattr(model.config, THRESHOLD_SETTING, round(best_threshold(read(model, tokenizer, batches.held_out)), 3))
    return Trained({NAME: model}, tokenizer, progress)


def evaluate(name: str, places: Places, device: torch.device) -> dict[str, Measure]:
    model = BertForQuestionAnswering.from_pretrained(places.models / name, dtype=torch.float32).to(device)
    tokenizer = AutoTokenizer.from_pretrained(places.models / name)
    threshold = float(getattr(model.config, THRESHOLD_SETTING))

    files = [places.corpora / "squad" / f"dev-{version}.json.xz" for version in ("v2.0", "v1.1")]
    second, first = (read(model, tokenizer, squad(file)) for file in files)
    return measures(second, first, threshold)


RECIPE = Recipe((ABOUT,), {"cpu": 1.5e-4, "cuda": 1.5e-4}, train, evaluate, head_factor=3.0)
