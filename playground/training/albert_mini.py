"""albert-mini: one layer used six times, narrow embeddings, masked words and sentence order."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import AlbertConfig, AlbertForPreTraining, AutoTokenizer, BertForPreTraining

from playground.training import loop, pairs, texts
from playground.training.masked import EVALUATION_SEED, Batches, word_counts
from playground.training.measures import Measure, share
from playground.training.narrow import narrow_embeddings
from playground.training.recipe import About, Places, Recipe, Trained
from playground.training.taught import INPUTS, Teacher, apart, soft
from playground.training.texts import Sizes

NAME = "albert-mini"
EMBEDDING = 128
FROM_LAYER = 2  # of bert-mini; a middle one does a bit of everything
# Six different layers into one: tried for 150 seconds each, the hidden states were at a distance of 0.46 from the
# teacher's with a learning rate of 1e-3, 0.34 with 3e-3, 0.51 with 6e-3.
TAUGHT, TAUGHT_RATE = 0.53, 6.0  # share of the time that it learns from bert-mini; times the learning rate
HIDDEN_WEIGHT = 10.0
# At the start, gradients of these two are a tenth and a hundredth as long as that of MLM.
GATHER_WEIGHT, SOP_WEIGHT = 20.0, 20.0

CPU = Sizes(wikipedia=24_000_000, books=0, reviews=4_000_000, batch=16)
GPU = Sizes(wikipedia=80_000_000, books=0, reviews=30_000_000, batch=256)

ABOUT = About(
    name=NAME,
    summary="An ALBERT with embeddings of 128, width 384 and one layer that is used six times (6.0M parameters, BERT's "
    "uncased English WordPiece vocabulary), with trained masked-LM and sentence-order heads (`AlbertForPreTraining`).",
    recipe="For half of the time it learns from bert-mini, for want of the paper's compute: the direction of its "
    "hidden states after each layer for every token, and its distribution at the predicted places. Then ALBERT's two "
    "objectives together: 15% of the tokens predicted (80/10/10, exact count per text; single tokens, not the "
    "paper's n-grams), and sentence order: the beginning of a paragraph or review in two segments of whole "
    "sentences, of together up to 128 tokens, half of the pairs swapped. The paper takes segments from anywhere, "
    "of up to 512 tokens: from so little text as here, in the middle of an article, their order cannot be told. "
    "Beside them an auxiliary loss: a linear map from [CLS] to how the means of both segments differ. AdamW, "
    "linear warm-up and decay, no dropout.",
    base="bert-mini of this project (Apache-2.0): its third layer, shared by all; its embeddings cut down to their 128 "
    "principal directions, frequent words first; new heads.",
    license="apache-2.0",
    data=(texts.DATA[0], texts.DATA[2]),
    uses="For demonstrations of parameter sharing and sentence-order prediction.",
    limits="Small and briefly trained; weaker than bert-mini at filling masks. English only, at most 512 tokens "
    "(trained on 128).",
    bars=(
        "masked_top1: all predicted places ([MASK], random and kept) of wikipedia_en/dev.",
        "sop_accuracy: beginnings of paragraphs of the same articles in two segments of whole sentences, half of the "
        "pairs swapped; guessing gives 50%.",
    ),
)


def start(base: BertForPreTraining, counts: Tensor) -> AlbertForPreTraining:
    """bert-mini's embeddings, narrowed, and one of its layers. counts: (V,) how often each word is read."""
    theirs = base.config
    model = AlbertForPreTraining(
        AlbertConfig(
            vocab_size=theirs.vocab_size,
            embedding_size=min(EMBEDDING, theirs.hidden_size // 2),
            hidden_size=theirs.hidden_size,
            num_hidden_layers=theirs.num_hidden_layers,
            num_attention_heads=theirs.num_attention_heads,
            intermediate_size=theirs.intermediate_size,
            max_position_embeddings=theirs.max_position_embeddings,
            hidden_act=theirs.hidden_act,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            classifier_dropout_prob=0.0,
            pad_token_id=theirs.pad_token_id,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    encoder = model.albert.encoder
    narrow_embeddings(base.bert.embeddings, model.albert.embeddings, encoder.embedding_hidden_mapping_in, counts)
    mine = encoder.albert_layer_groups[0].albert_layers[0]
    layer = base.bert.encoder.layer[min(FROM_LAYER, theirs.num_hidden_layers - 1)]
    same = (
        (mine.attention.query, layer.attention.self.query),
        (mine.attention.key, layer.attention.self.key),
        (mine.attention.value, layer.attention.self.value),
        (mine.attention.dense, layer.attention.output.dense),
        (mine.attention.LayerNorm, layer.attention.output.LayerNorm),
        (mine.ffn, layer.intermediate.dense),
        (mine.ffn_output, layer.output.dense),
        (mine.full_layer_layer_norm, layer.output.LayerNorm),
        (model.albert.pooler, base.bert.pooler.dense),
    )
    for here, there in same:
        here.load_state_dict(there.state_dict())
    with torch.no_grad():
        model.predictions.decoder.bias.copy_(base.cls.predictions.bias)  # how frequent each word is
    return model


def forward(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    """(P, V) word logits at the chosen places, (B, 2) sentence-order logits, (B, T, H) hidden states of each layer."""
    assert isinstance(model, AlbertForPreTraining)
    out = model.albert(**{key: batch[key] for key in INPUTS}, output_hidden_states=True)
    hidden = out.last_hidden_state.flatten(0, 1)[batch["places"]]  # (P, H)
    return model.predictions(hidden), model.sop_classifier(out.pooler_output), out.hidden_states


class Taught:
    """What is learnt of the teacher: its hidden states layer by layer, and its distributions at the chosen places."""

    def __init__(self, teacher: Teacher) -> None:
        self.teacher = teacher

    def __call__(self, model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        word_logits, _, states = forward(model, batch)
        wanted, taught = self.teacher(batch)
        hidden = apart(states, taught, batch["attention_mask"].bool())
        like = soft(word_logits, wanted)
        return like + HIDDEN_WEIGHT * hidden, {"soft": like, "hidden": hidden}


class Gathering(nn.Module):
    """An ALBERT in training with a linear map from its [CLS] to how its two segments differ.

    A logistic regression on the mean hidden states of both segments tells their order in 69% of 1,200 pairs after 2,500
    examples; one on [CLS], which is all that ALBERT's head sees, in 54%: nothing has taught it to look there. The order
    alone teaches it too slowly, one bit a pair; the difference of the means has as many numbers as the states.
    """

    def __init__(self, albert: AlbertForPreTraining) -> None:
        super().__init__()
        self.albert = albert
        self.gather = nn.Linear(albert.config.hidden_size, albert.config.hidden_size)

    def apart(self, hidden: Tensor, batch: loop.Batch) -> Tensor:
        """Mean squared error of the map, of what varies as 1. hidden: (B, T, H) of the last layer."""
        real = batch["attention_mask"].bool()
        real[:, 0] = False  # [CLS] itself
        segments = [(real & (batch["token_type_ids"] == number)).float() for number in (0, 1)]
        weights = [segment / segment.sum(1, keepdim=True).clamp_min(1) for segment in segments]  # (B, T)
        wanted = ((weights[0] - weights[1])[:, :, None] * hidden.float()).sum(1).detach()  # (B, H)
        return (self.gather(hidden[:, 0]).float() - wanted / wanted.std()).square().mean()


def loss(model: nn.Module, batch: loop.Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """ALBERT's own objectives, MLM + SOP, and what helps the second one."""
    assert isinstance(model, Gathering)
    word_logits, order_logits, states = forward(model.albert, batch)
    mlm = cross_entropy(word_logits.float(), batch["words"])
    sop = cross_entropy(order_logits.float(), batch["label"])
    gather = model.apart(states[-1], batch)
    return mlm + SOP_WEIGHT * sop + GATHER_WEIGHT * gather, {"mlm": mlm, "sop": sop, "gather": gather}


def train(places: Places, settings: loop.Settings, device: torch.device, sizes: Sizes | None = None) -> Trained:
    base = places.models / "bert-mini"
    sizes = sizes or (CPU if device.type == "cpu" else GPU)
    tokenizer = AutoTokenizer.from_pretrained(base)
    text = texts.read(places.corpora, places.state, tokenizer, sizes, texts.beginnings)
    torch.manual_seed(settings.seed)
    teacher = BertForPreTraining.from_pretrained(base, dtype=torch.float32)
    model = start(teacher, word_counts(text, tokenizer))
    batches = Batches(text, tokenizer, sizes.batch, settings.seed, pairs.draw_order)
    taught = loop.train(
        model,
        batches,
        Taught(Teacher(teacher.to(device))),
        replace(loop.part(settings, TAUGHT), learning_rate=TAUGHT_RATE * settings.learning_rate),
        places.state / f"{NAME}-taught",
        device,
    )
    torch.manual_seed(settings.seed)  # the same map, whether the first stage was trained just now or before
    pupil = Gathering(model)
    alone = loop.train(
        pupil,
        lambda step: batches(taught.step + step),
        loss,
        loop.part(settings, 1 - TAUGHT),
        places.state / NAME,
        device,
        new_parameters={name for name, _ in pupil.named_parameters() if name.startswith(("albert.sop", "gather."))},
    )
    model.config.classifier_dropout_prob = 0.1
    return Trained({NAME: model}, tokenizer, taught.then(alone))


@torch.inference_mode()
def evaluate(name: str, places: Places, device: torch.device, rows: int = 4096) -> dict[str, Measure]:
    """Masked top-1 and sentence-order accuracy on wikipedia_en/dev."""
    model = AlbertForPreTraining.from_pretrained(places.models / name, dtype=torch.float32).to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(places.models / name)
    batches = Batches(
        texts.development(places.corpora, tokenizer, texts.development_paragraphs),
        tokenizer,
        32,
        EVALUATION_SEED,
        pairs.draw_order,
    )
    words = right_words = seen = right_pairs = 0
    for step in range(-(-rows // 32)):
        batch = {key: value.to(device) for key, value in batches(step).items()}
        word_logits, order_logits, _ = forward(model, batch)
        right_words += int((word_logits.argmax(-1) == batch["words"]).sum())
        right_pairs += int((order_logits.argmax(-1) == batch["label"]).sum())
        words, seen = words + len(word_logits), seen + len(order_logits)
    return {"masked_top1": share(right_words, words), "sop_accuracy": share(right_pairs, seen)}


RECIPE = Recipe((ABOUT,), {"cpu": 5e-4, "cuda": 5e-4}, train, evaluate, head_factor=3.0)
