"""electra-mini: a small generator and a discriminator trained together to detect replaced tokens."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import (
    AutoTokenizer,
    BertForPreTraining,
    ElectraConfig,
    ElectraForMaskedLM,
    ElectraForPreTraining,
    PreTrainedTokenizerBase,
)

from playground.core.metrics import auc
from playground.core.replaced import MASK_SHARE, RANDOM_SHARE, sample
from playground.core.replaced import replace as put
from playground.training import loop, pairs, texts
from playground.training.masked import EVALUATION_SEED, Batches, word_counts
from playground.training.measures import Measure, share, statistic
from playground.training.narrow import narrow_embeddings
from playground.training.recipe import About, Places, Recipe, Trained
from playground.training.store import TokenStore
from playground.training.taught import INPUTS, Teacher, apart, soft
from playground.training.texts import Sizes

GENERATOR, DISCRIMINATOR = "electra-mini-generator", "electra-mini-discriminator"
RTD_WEIGHT = 50.0
GENERATOR_LAYERS, GENERATOR_EMBEDDING = 2, 128
ALONE = 0.4  # of the run the generator learns before the discriminator joins it
ALONE_RATE = 2.0  # times the learning rate

CPU = Sizes(wikipedia=32_000_000, books=4_000_000, reviews=4_000_000, batch=16)
GPU = Sizes(wikipedia=80_000_000, books=30_000_000, reviews=30_000_000, batch=256)

_RECIPE = (
    "ELECTRA's objective (Clark et al. 2020): 15% of the tokens are chosen, 85% of them hidden; the generator learns "
    "to predict them, its samples take their places, and the discriminator tells for every token whether it was "
    "replaced; loss = MLM + 50 x replaced-token detection, both trained together. Before that, for two fifths of the "
    "time and for want of the paper's compute, the generator learns alone, with bert-mini as its teacher: its "
    "distribution at the hidden places, and its hidden states for every token. Texts of up to 128 tokens. AdamW, "
    "linear warm-up and decay, no dropout. Unlike the paper's, the two share no embeddings; the generator's are narrow."
)
_BASE = "bert-mini of this project (Apache-2.0): "
_LIMITS = "Small and briefly trained. English only, at most 512 tokens (trained on 128)."

ABOUTS = (
    About(
        name=GENERATOR,
        summary="A 2-layer, 384-wide ELECTRA generator with embeddings of 128 (7.7M parameters, BERT's uncased English "
        "vocabulary; `ElectraForMaskedLM`).",
        recipe=_RECIPE,
        base=_BASE
        + "its first and its last layer; its embeddings cut down to their 128 principal directions; new head.",
        license="apache-2.0",
        data=texts.DATA,
        uses="For demonstrations of replaced-token detection, together with electra-mini-discriminator.",
        limits=_LIMITS,
        bars=("masked_top1: chosen places of wikipedia_en/dev (85% [MASK], 15% left as they are).",),
    ),
    About(
        name=DISCRIMINATOR,
        summary="A 6-layer, 384-wide ELECTRA discriminator (22.6M parameters, BERT's uncased English vocabulary; "
        "`ElectraForPreTraining`).",
        recipe=_RECIPE,
        base=_BASE + "its embeddings and all its layers; new head.",
        license="apache-2.0",
        data=texts.DATA,
        uses="For demonstrations of replaced-token detection, and as a start for small fine-tuned models.",
        limits=_LIMITS + " It was trained against electra-mini-generator; another generator's mistakes are other ones.",
        bars=(
            "auc: replaced against original tokens of wikipedia_en/dev (special tokens left out), 15% masked and "
            "filled by electra-mini-generator at temperature 1; bootstrapped over texts.",
            "accuracy: at probability 0.5; always_original: what calling every token original scores there.",
        ),
    ),
)


class Pair(nn.Module):
    """Generator and discriminator as one module, so that one loop trains, saves and resumes both."""

    def __init__(self, generator: ElectraForMaskedLM, discriminator: ElectraForPreTraining) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator


def fill(generator: ElectraForMaskedLM, batch: loop.Batch) -> Tensor:
    """(P, V) logits at the chosen places only."""
    return _fill(generator, batch)[0]


def _fill(generator: ElectraForMaskedLM, batch: loop.Batch) -> tuple[Tensor, tuple[Tensor, ...]]:
    """The same, and the (B, T, H) hidden states, embeddings first."""
    out = generator.electra(**{key: batch[key] for key in INPUTS}, output_hidden_states=True)
    hidden = out.last_hidden_state.flatten(0, 1)[batch["places"]]
    return generator.generator_lm_head(generator.generator_predictions(hidden)), out.hidden_states


class Alone:
    """The generator's loss before the discriminator joins it: MLM + the teacher's soft targets and hidden states.

    Its layers follow those of the teacher that are evenly apart, the last its last.
    """

    def __init__(self, teacher: Teacher) -> None:
        self.teacher = teacher

    def __call__(self, model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        assert isinstance(model, ElectraForMaskedLM)
        logits, states = _fill(model, batch)
        wanted, taught = self.teacher(batch)
        apace = [taught[round(place * (len(taught) - 1) / (len(states) - 1))] for place in range(len(states))]
        parts = {
            "mlm": cross_entropy(logits.float(), batch["words"]),
            "soft": soft(logits, wanted),
            "hidden": apart(states, apace, batch["attention_mask"].bool()),
        }
        return torch.stack(list(parts.values())).sum(), parts


def detect(model: ElectraForPreTraining, batch: loop.Batch, words: Tensor) -> tuple[Tensor, Tensor]:
    """(B, T) logits of "replaced" with `words` at the chosen places, and (B, T) bool what was replaced."""
    original = batch["input_ids"].flatten().index_put((batch["places"],), batch["words"]).view_as(batch["input_ids"])
    filled = put(original, batch["places"], words)
    logits = model(
        input_ids=filled.ids, token_type_ids=batch["token_type_ids"], attention_mask=batch["attention_mask"]
    ).logits
    return logits, filled.replaced


def loss(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """MLM at the chosen places + 50 x binary cross-entropy at every token; sampling passes no gradient."""
    assert isinstance(model, Pair)
    word_logits = fill(model.generator, batch).float()
    mlm = cross_entropy(word_logits, batch["words"])
    logits, replaced = detect(model.discriminator, batch, sample(word_logits.detach()))
    real = batch["attention_mask"].bool()
    rtd = binary_cross_entropy_with_logits(logits.float()[real], replaced[real].float())
    return mlm + RTD_WEIGHT * rtd, {"mlm": mlm, "rtd": rtd}


def start(base: BertForPreTraining, counts: Tensor) -> Pair:
    """Both models begin with what bert-mini knows. counts: (V,) how often each word is read."""
    shape = {
        "vocab_size": base.config.vocab_size,
        "hidden_size": base.config.hidden_size,
        "num_attention_heads": base.config.num_attention_heads,
        "intermediate_size": base.config.intermediate_size,
        "max_position_embeddings": base.config.max_position_embeddings,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "pad_token_id": base.config.pad_token_id,
    }
    wide = ElectraConfig(**shape, embedding_size=shape["hidden_size"], num_hidden_layers=base.config.num_hidden_layers)
    discriminator = ElectraForPreTraining(wide)
    # Their parts have BERT's names.
    known = {name: weight for name, weight in base.bert.state_dict().items() if not name.startswith("pooler.")}
    discriminator.electra.load_state_dict(known)
    layers = min(GENERATOR_LAYERS, base.config.num_hidden_layers)
    embedding = min(GENERATOR_EMBEDDING, base.config.hidden_size // 2)
    generator = ElectraForMaskedLM(ElectraConfig(**shape, embedding_size=embedding, num_hidden_layers=layers))
    theirs = base.bert.encoder.layer
    for place, mine in enumerate(generator.electra.encoder.layer):
        mine.load_state_dict(theirs[place * (len(theirs) - 1) // max(1, layers - 1)].state_dict())
    electra = generator.electra
    narrow_embeddings(base.bert.embeddings, electra.embeddings, electra.embeddings_project, counts)
    with torch.no_grad():
        generator.generator_lm_head.bias.copy_(base.cls.predictions.bias)  # how frequent each word is
    return Pair(generator, discriminator)


def _batches(text: TokenStore, tokenizer: PreTrainedTokenizerBase, size: int, seed: int) -> Batches:
    return Batches(text, tokenizer, size, seed, pairs.draw_single, MASK_SHARE, RANDOM_SHARE)


def _new(model: nn.Module, head: str) -> set[str]:
    """Names of the parameters that start at random."""
    return {name for name, _ in model.named_parameters() if name.startswith(head)}


def train(places: Places, settings: loop.Settings, device: torch.device, sizes: Sizes | None = None) -> Trained:
    base = places.models / "bert-mini"
    sizes = sizes or (CPU if device.type == "cpu" else GPU)
    tokenizer = AutoTokenizer.from_pretrained(base)
    text = texts.read(places.corpora, places.state, tokenizer, sizes)
    torch.manual_seed(settings.seed)
    teacher = BertForPreTraining.from_pretrained(base, dtype=torch.float32)
    pair = start(teacher, word_counts(text, tokenizer))
    batches = _batches(text, tokenizer, sizes.batch, settings.seed)
    alone = loop.train(
        pair.generator,
        batches,
        Alone(Teacher(teacher.to(device))),
        replace(loop.part(settings, ALONE), learning_rate=ALONE_RATE * settings.learning_rate),
        places.state / GENERATOR,
        device,
        new_parameters=_new(pair.generator, "generator_predictions"),
    )
    together = loop.train(
        pair,
        lambda step: batches(alone.step + step),
        loss,
        loop.part(settings, 1 - ALONE),
        places.state / "electra-mini",
        device,
        new_parameters=_new(pair, "discriminator.discriminator_predictions"),
    )
    models = {GENERATOR: pair.generator, DISCRIMINATOR: pair.discriminator}
    for model in models.values():
        model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    return Trained(models, tokenizer, alone.then(together))


@torch.inference_mode()
def evaluate(name: str, places: Places, device: torch.device, rows: int = 1024) -> dict[str, Measure]:
    tokenizer = AutoTokenizer.from_pretrained(places.models / name)
    generator = ElectraForMaskedLM.from_pretrained(places.models / GENERATOR, dtype=torch.float32).to(device).eval()
    batches = _batches(texts.development(places.corpora, tokenizer), tokenizer, 32, EVALUATION_SEED)
    discriminator = None
    if name == DISCRIMINATOR:
        discriminator = ElectraForPreTraining.from_pretrained(places.models / name, dtype=torch.float32).to(device)
        discriminator.eval()
    special = batches.special.to(device)
    draws = torch.Generator().manual_seed(EVALUATION_SEED)
    right = words = 0
    scores: list[np.ndarray] = []  # one array a text
    labels: list[np.ndarray] = []
    for step in range(-(-rows // 32)):
        batch = {key: value.to(device) for key, value in batches(step).items()}
        logits = fill(generator, batch)
        right, words = right + int((logits.argmax(-1) == batch["words"]).sum()), words + len(logits)
        if discriminator is not None:
            found, replaced = detect(discriminator, batch, sample(logits, generator=draws))
            # A [MASK] is special here only as a word of the text that was chosen: places count, whatever stands there.
            real = ~torch.isin(batch["input_ids"], special)
            real.view(-1)[batch["places"]] = True
            for row in range(len(real)):
                scores.append(found[row][real[row]].float().cpu().numpy())
                labels.append(replaced[row][real[row]].cpu().numpy())
    if discriminator is None:
        return {"masked_top1": share(right, words)}

    def area(cases: np.ndarray) -> float:
        return auc(np.concatenate([scores[case] for case in cases]), np.concatenate([labels[case] for case in cases]))

    hits = sum(int(((score > 0) == label).sum()) for score, label in zip(scores, labels, strict=True))
    tokens = sum(map(len, labels))
    return {
        "auc": statistic(area, len(scores), draws=200, percent=False),
        "accuracy": share(hits, tokens),
        "always_original": share(tokens - sum(int(label.sum()) for label in labels), tokens),
    }


RECIPE = Recipe(ABOUTS, {"cpu": 3e-4, "cuda": 5e-4}, train, evaluate, head_factor=3.0)
