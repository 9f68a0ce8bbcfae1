"""The checkpoints that come with the project: whole, described, small enough, and each knows something."""

import json
import lzma
import math
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from playground.core.spans import best_spans, null_score
from playground.demos.electra.measure.pipeline import bundled, cases, interval
from playground.demos.electra.pair import judged, pair, read
from playground.demos.electra.schema import DISCRIMINATOR, GENERATOR
from playground.demos.squad.scoring.pipeline import run
from playground.demos.squad.scoring.schema import Request, Result
from playground.models import catalogue
from playground.models.loading import Loaded, load
from playground.paths import ASSETS, MODELS
from playground.training.__main__ import RECIPES

BUNDLED = [entry for entry in catalogue.entries() if entry.folder is not None and entry.folder.parent == MODELS]
HEADS = [(entry.id, head) for entry in BUNDLED for head in entry.heads]


def _inputs(loaded: Loaded, *texts: str) -> dict[str, torch.Tensor]:
    return dict(loaded.tokenizer(*texts, return_tensors="pt").to(loaded.model.device))


def _fills_a_blank(loaded: Loaded) -> None:
    inputs = _inputs(loaded, f"Paris is the capital of {loaded.tokenizer.mask_token}.")
    place = int((inputs["input_ids"][0] == loaded.tokenizer.mask_token_id).nonzero()[0])
    logits = loaded.model(**inputs).logits[0, place]
    france, january = loaded.tokenizer.convert_tokens_to_ids(["france", "january"])
    rank = int((logits > logits[france]).sum()) + 1
    assert rank <= 20 and logits[france] > logits[january], rank


def _tells_what_comes_next(loaded: Loaded) -> None:
    first = "The storm had torn the roof off the old farmhouse."
    second = "The farmer climbed up the next morning to repair it."
    other = "Photosynthesis turns light into chemical energy in the cells of plants."
    true, false = (loaded.model(**_inputs(loaded, first, text)).logits.softmax(1)[0, 0] for text in (second, other))
    assert true > 0.8 and false < 0.2


def _tells_the_order(loaded: Loaded) -> None:
    first = "In 1895 he was born in a small village near the coast, the son of a fisherman."
    second = "He later moved to the city, where he studied medicine and became a doctor."
    right, swapped = (
        loaded.model(**_inputs(loaded, *pair)).sop_logits.softmax(1)[0, 0]
        for pair in ((first, second), (second, first))
    )
    assert right > swapped


def _marks_an_answer(loaded: Loaded) -> None:
    passage = "The museum was opened in 1921 by Ada Thornbury. It holds four hundred paintings, most of them Dutch."
    for question, answer in (("Who opened the museum?", "Ada Thornbury"), ("When was the museum opened?", "1921")):
        packed = loaded.tokenizer(question, passage, return_tensors="pt", return_offsets_mapping=True)
        offsets = packed.pop("offset_mapping")[0].tolist()
        legal = torch.tensor([[of == 1 for of in packed.sequence_ids(0)]])
        out = loaded.model(**packed.to(loaded.model.device))
        start, end = out.start_logits.cpu(), out.end_logits.cpu()
        spans = best_spans(start, end, legal)
        found = passage[offsets[int(spans.starts[0, 0])][0] : offsets[int(spans.ends[0, 0])][1]]
        assert answer in found and len(found) <= len(answer) + 6, found
        asked = loaded.tokenizer("Which river flows through Lisbon?", passage, return_tensors="pt")
        other = loaded.model(**asked.to(loaded.model.device))
        legal = torch.tensor([[of == 1 for of in asked.sequence_ids(0)]])
        margins = [
            float(best_spans(o.start_logits.cpu(), o.end_logits.cpu(), m).scores[0, 0])
            - float(null_score(o.start_logits.cpu(), o.end_logits.cpu())[0])
            for o, m in ((out, torch.tensor([[of == 1 for of in packed.sequence_ids(0)]])), (other, legal))
        ]
        assert margins[0] > margins[1]


def _finds_a_replaced_word(loaded: Loaded) -> None:
    inputs = _inputs(loaded, "The chef cooked a delicious january in the kitchen of the restaurant.")
    probabilities = loaded.model(**inputs).logits[0].sigmoid()
    words = loaded.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
    assert words[int(probabilities.argmax())] == "january"


def _tells_praise_from_blame(loaded: Loaded) -> None:
    praise, blame = (
        loaded.model(**_inputs(loaded, text)).logits.softmax(1)[0, 1]
        for text in ("A warm, funny and wonderfully acted film.", "A dull, lifeless and badly written mess.")
    )
    assert praise > 0.8 and blame < 0.2
    assert loaded.model.config.id2label == {0: "negative", 1: "positive"}


def _goes_on_with_a_text(loaded: Loaded) -> None:
    ids = _inputs(loaded, "He was born in the United")["input_ids"]
    states, banana = (loaded.tokenizer(word)["input_ids"][0] for word in (" States", " of"))
    logits = loaded.model(input_ids=ids).logits[0, -1]
    assert logits[states] > logits[banana]


FACTS: dict[str, Callable[[Loaded], None]] = {
    "masked_lm": _fills_a_blank,
    "next_sentence": _tells_what_comes_next,
    "sentence_order": _tells_the_order,
    "question_answering": _marks_an_answer,
    "replaced_token": _finds_a_replaced_word,
    "sequence_classification": _tells_praise_from_blame,
    "causal_lm": _goes_on_with_a_text,
}


@pytest.mark.parametrize(("model", "head"), HEADS)
def test_every_head_loads_whole_and_knows_something(model: str, head: str) -> None:
    loaded = load(model, head)  # refuses a checkpoint that lacks a weight
    with torch.inference_mode():
        FACTS[head](loaded)
    assert not loaded.model.training
    assert next(loaded.model.parameters()).dtype == torch.float32


def test_the_readers_card_holds_on_squad(corpora: Path) -> None:
    """The tab's own scoring, on a sixth of the questions that the card was measured on."""
    text = lzma.decompress((corpora / "squad" / "dev-v2.0.json.xz").read_bytes()).decode()
    whole = json.loads(text)
    parts = [part for article in whole["data"] for part in article["paragraphs"]][::6]
    request = Request(questions=json.dumps({"data": [{"paragraphs": parts}]}), source="a sixth of dev-v2.0")
    result = list(run(request))[-1]
    assert isinstance(result, Result) and result.at_own and result.has_answer and result.of > 200
    measured = json.loads((MODELS / "bert-mini-squad2" / "metrics.json").read_text())["metrics"]
    for score, f1, exact in ((result.at_own, "f1", "exact"), (result.has_answer, "f1_answerable", "exact_answerable")):
        band = 1.96 * 50 / math.sqrt(score.of)  # no score between 0 and 100 spreads wider than 50
        assert abs(score.f1 - 100 * measured[f1]["value"]) < band, (score, f1)
        assert abs(score.exact - 100 * measured[exact]["value"]) < band, (score, exact)


def test_the_electra_pair_reaches_the_auc_of_its_card() -> None:
    """On 50 sentences of ours, all chosen places masked; the card's: Wikipedia, 85% of them masked."""
    card = json.loads((MODELS / DISCRIMINATOR / "metrics.json").read_text())["metrics"]["auc"]
    models = pair(GENERATOR, DISCRIMINATOR)
    texts = [read(models.discriminator, sentence) for sentence in bundled()[:50]]
    found = {number: one for part in judged(models, texts, 0.15, 1.0, 1) for number, one in part.items()}
    scores, labels, _ = cases(texts, found)
    low, high = interval(scores, labels)
    assert low <= card["value"] <= high, (low, high)


@pytest.mark.parametrize("entry", BUNDLED, ids=lambda entry: entry.id)
def test_every_checkpoint_is_described_by_what_was_measured(entry: catalogue.Entry) -> None:
    assert entry.folder is not None and entry.id in RECIPES
    known = json.loads((entry.folder / "metrics.json").read_text())
    about = next(about for about in RECIPES[entry.id].abouts if about.name == entry.id)
    card = (entry.folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith(f"---\nlicense: {about.license}\n") and f"# {entry.id}" in card
    assert entry.license == about.license
    assert known["metrics"] and all(m["low"] <= m["value"] <= m["high"] for m in known["metrics"].values())
    for name, measured in known["metrics"].items():
        assert f"| {name} |" in card
        assert f"{measured['of']:,}" in card
    assert known["training"]["steps"] > 0 and f"{known['training']['tokens']:,} tokens" in card
    with safe_open(entry.folder / "model.safetensors", "pt") as file:  # all heads together, what is tied once
        assert entry.parameters == sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118


def test_nothing_lies_there_unlisted_and_all_is_small_enough() -> None:
    listed = {
        row["id"] for row in tomllib.loads((ASSETS / "catalogue.toml").read_text())["model"] if row.get("bundled")
    }
    folders = {path.name for path in MODELS.iterdir() if path.is_dir()}
    assert folders == listed
    sizes = [path.stat().st_size for path in MODELS.rglob("*") if path.is_file()]
    assert sum(sizes) <= 270e6 and max(sizes) <= 95e6
