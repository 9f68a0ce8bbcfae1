import math
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, pre_tokenizers, processors
from tokenizers.models import WordLevel
from torch import Tensor
from transformers import BertForPreTraining, PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

from playground.demos.masked_lm import pipeline, reader
from playground.demos.masked_lm.schema import Prediction, Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.paths import MODELS
from tests.unit import tiny

TEXT = "The capital of France is Paris, and the bank is near."
MASK = tiny.WORDS.index("[MASK]")


@pytest.fixture
def model(models_folder: Path) -> str:
    tiny.save(models_folder / "tiny")
    return "local/tiny"


def _reference(folder: Path, ids: list[int]) -> Tensor:
    """(T, V) probabilities by the plainest means: the whole pre-training model, eager attention, float64 softmax."""
    whole = BertForPreTraining.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.no_grad():
        logits = whole(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids))).prediction_logits[0]
    return torch.softmax(logits.double(), dim=-1)


def _ids(text: str) -> list[int]:
    ids: list[int] = tiny.tokenizer()(text)["input_ids"]
    return ids


def _refused(**values: object) -> Complaint:
    with pytest.raises(Complaint) as caught:
        pipeline.run(Request(**values))  # type: ignore[arg-type]
    assert caught.value.sentence("en") and caught.value.sentence("ko")
    return caught.value


def _check(prediction: Prediction, probabilities: Tensor, original: int | None, top_k: int) -> None:
    """One hole's numbers against one row (V,) of the reference."""
    naive: list[float] = probabilities.tolist()
    best = sorted(range(len(naive)), key=lambda i: -naive[i])[:top_k]
    assert [c.token for c in prediction.candidates] == [tiny.WORDS[i] for i in best]
    assert [c.probability for c in prediction.candidates] == pytest.approx([naive[i] for i in best], abs=1e-5)
    entropy = -sum(p * math.log2(p) for p in naive if p > 0)
    assert prediction.entropy == pytest.approx(entropy, abs=2e-4)
    if original is None:
        assert prediction.original is prediction.original_rank is prediction.original_probability is None
    else:
        assert prediction.original == tiny.WORDS[original]
        assert prediction.original_rank == 1 + sum(p > naive[original] for p in naive)
        assert prediction.original_probability == pytest.approx(naive[original], abs=1e-5)


@pytest.mark.parametrize("place", [1, 2, 6, 12])
def test_a_hole_against_a_plain_forward(model: str, models_folder: Path, place: int) -> None:
    ids = _ids(TEXT)
    result = pipeline.run(Request(text=TEXT, model=model, positions=[place], top_k=5))
    assert result.tokens == [tiny.WORDS[i] for i in ids]
    assert result.special == [0, len(ids) - 1]
    assert [p.position for p in result.predictions] == [place]
    masked = [MASK if at == place else token for at, token in enumerate(ids)]
    _check(result.predictions[0], _reference(models_folder / "tiny", masked)[place], ids[place], 5)


def test_several_holes_are_one_forward_of_the_text_with_all_of_them(model: str, models_folder: Path) -> None:
    ids, places = _ids(TEXT), [2, 4, 6, 9]
    masked = [MASK if at in places else token for at, token in enumerate(ids)]
    reference = _reference(models_folder / "tiny", masked)
    result = pipeline.run(Request(text=TEXT, model=model, positions=[9, 4, 2, 6, 4], top_k=8))
    assert [p.position for p in result.predictions] == places
    for prediction in result.predictions:
        _check(prediction, reference[prediction.position], ids[prediction.position], 8)
    # Holes see each other: one hole alone is another question.
    alone = pipeline.run(Request(text=TEXT, model=model, positions=[4], top_k=8)).predictions[0]
    assert alone.original_probability != result.predictions[1].original_probability


def test_a_typed_mask_is_a_hole_that_nobody_knows(model: str, models_folder: Path) -> None:
    text = "The capital of [MASK] is paris"
    ids = _ids(text)
    assert ids[4] == MASK
    result = pipeline.run(Request(text=text, model=model, top_k=3))
    assert [p.position for p in result.predictions] == [4]
    _check(result.predictions[0], _reference(models_folder / "tiny", ids)[4], None, 3)
    # Clicking it as well changes nothing; a word beside it can be hidden too.
    assert pipeline.run(Request(text=text, model=model, top_k=3, positions=[4])) == result
    both = pipeline.run(Request(text=text, model=model, top_k=3, positions=[6]))
    assert [(p.position, p.original) for p in both.predictions] == [(4, None), (6, "paris")]


def test_a_typed_mask_is_a_hole_for_models_that_call_it_otherwise(models_folder: Path) -> None:
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *(w for w in tiny.WORDS if w.isalpha())]
    vocabulary = {word: number for number, word in enumerate(words)}
    inner = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        **{"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>"},
        **{"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"},
    )
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    made = RobertaForMaskedLM(RobertaConfig(vocab_size=len(words), max_position_embeddings=40, pad_token_id=1, **sizes))
    made.save_pretrained(models_folder / "other")
    tokenizer.save_pretrained(models_folder / "other")
    typed, small, own = (
        pipeline.run(Request(text=f"the capital of {mask} is paris", model="local/other"))
        for mask in ("[MASK]", "[mask]", "<mask>")
    )
    assert [(p.position, p.original) for p in own.predictions] == [(4, None)]
    assert typed == small == own


def test_without_a_hole_nothing_is_predicted(model: str) -> None:
    result = pipeline.run(Request(text="the cat", model=model))
    assert result == Result(tokens=["[CLS]", "the", "cat", "[SEP]"], special=[0, 3], predictions=[])


def test_words_without_a_token_are_counted(model: str) -> None:
    result = pipeline.run(Request(text="the 고양이 cat 👋", model=model, positions=[2]))
    unknown = result.tokens.count("[UNK]")
    assert unknown >= 2
    assert [(n.key, n.values) for n in result.notices] == [("pg_note_unknown", {"count": unknown, "model": model})]
    assert result.predictions[0].original == "[UNK]"  # it can be hidden like any word


def test_markup_is_text(model: str) -> None:
    result = pipeline.run(Request(text="<script> the </b>", model=model, positions=[1]))
    assert "<" in result.tokens and result.predictions[0].original == "<"


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (0, "pg_err_position_special"),
        (3, "pg_err_position_special"),
        (4, "pg_err_position"),
        (-1, "pg_err_position"),
        (10**30, "pg_err_position"),
    ],
)
def test_a_place_that_cannot_be_hidden(model: str, place: int, key: str) -> None:
    refused = _refused(text="the cat", model=model, positions=[1, place])
    assert refused.key == key and refused.values["place"] == place
    assert refused.values.get("last", 3) == 3


def test_as_many_tokens_as_the_model_reads_and_no_more(model: str) -> None:
    fits = pipeline.run(Request(text="the " * (tiny.POSITIONS - 2), model=model, positions=[tiny.POSITIONS - 2]))
    assert len(fits.tokens) == tiny.POSITIONS
    refused = _refused(text="the " * (tiny.POSITIONS - 1), model=model)
    assert refused.key == "pg_err_tokens"
    assert refused.values == {"size": tiny.POSITIONS + 1, "limit": tiny.POSITIONS, "model": model}


@pytest.mark.parametrize("text", ["[CLS]", "[SEP] [PAD]", "\u200b", "\u200b\ufeff\u00ad"])
def test_only_special_tokens(model: str, text: str) -> None:
    assert _refused(text=text, model=model).key == "pg_err_only_special"


def test_at_most_16_holes_typed_and_clicked_together(model: str) -> None:
    pipeline.run(Request(text="[MASK] " * 10 + "the " * 6, model=model, positions=list(range(11, 17))))
    refused = _refused(text="[MASK] " * 10 + "the " * 7, model=model, positions=list(range(11, 18)))
    assert refused.key == "pg_err_masks" and refused.values == {"size": 17, "limit": 16}


def test_korean_in_an_english_model_names_the_reader_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "load", lambda *_: pytest.fail("nothing is to be loaded"))
    refused = _refused(text="프랑스의 수도는 파리예요.", model="bert-mini")
    assert refused.key == "pg_err_korean"
    assert refused.values == {"model": "bert-mini", "reader": "klue/bert-base"}


def test_an_unknown_model_and_a_model_without_the_head(models_folder: Path) -> None:
    assert _refused(text="a", model="nobody/nothing").key == "pg_err_model_unknown"
    assert _refused(text="a", model="openai-community/gpt2").key == "pg_err_head_missing"
    assert _refused(text="a", model="a\ud800").key == "pg_err_model_unknown"


def test_the_result_is_plain_json(model: str) -> None:
    result = pipeline.run(Request(text=TEXT, model=model, positions=list(range(1, 13)), top_k=25))
    assert Result.model_validate_json(result.model_dump_json()) == result
    assert len(result.model_dump_json()) < 300 * 1024


@pytest.mark.skipif(
    not (MODELS / "bert-mini" / "model.safetensors").is_file(),
    reason="assets/models/bert-mini has no weights: `python -m playground.training bert-mini` makes them",
)
def test_the_bundled_model_knows_its_grammar() -> None:
    entry = loading.load("bert-mini", "masked_lm")
    assert entry.max_length == 512
    result = pipeline.run(Request(text="The capital of France is Paris.", positions=[5]))
    assert result.tokens == ["[CLS]", "the", "capital", "of", "france", "is", "paris", ".", "[SEP]"]
    (hole,) = result.predictions
    assert hole.original == "is"
    assert hole.original_rank is not None and hole.original_rank <= 5
    assert "is" in [candidate.token for candidate in hole.candidates[:5]]
