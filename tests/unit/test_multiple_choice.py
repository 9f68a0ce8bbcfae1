"""Options over [CLS]: against Transformers' own classes, with either head."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from transformers import BertForMaskedLM, BertForMultipleChoice, BertForNextSentencePrediction, BertForPreTraining

from playground.demos.multiple_choice import tab
from playground.demos.multiple_choice.pipeline import run
from playground.demos.multiple_choice.schema import Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.runs import Run, complaint_of
from tests.unit import tiny

PASSAGE, QUESTION = "the dog came to the river.", "what did he take?"
OPTIONS = ["the cat", "a good bank of the world", "paris"]


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("models")
    for name, kind in (("choice", BertForMultipleChoice), ("next", BertForPreTraining), ("plain", BertForMaskedLM)):
        tiny.model(kind).save_pretrained(root / name)
        tiny.tokenizer().save_pretrained(root / name)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _ask(**changes: Any) -> Result:
    values = {"passage": PASSAGE, "question": QUESTION, "options": OPTIONS, "model": "local/choice"}
    return run(Request(**(values | changes)))


@torch.inference_mode()
def test_a_head_that_was_trained_to_choose_is_asked_as_transformers_asks_it(models: Path) -> None:
    result = _ask()
    model = BertForMultipleChoice.from_pretrained(models / "choice").eval()
    read = tiny.tokenizer()([f"{PASSAGE} {QUESTION}"] * 3, OPTIONS, return_tensors="pt", padding=True)
    logits = model(**{key: value[None] for key, value in read.items()}).logits[0]
    assert [choice.score for choice in result.choices] == pytest.approx(logits.tolist(), abs=1e-3)
    assert [choice.probability for choice in result.choices] == pytest.approx(logits.softmax(0).tolist(), abs=1e-4)
    assert result.head == "multiple_choice" and result.notices == []
    for choice, option in zip(result.choices, OPTIONS, strict=True):
        packed = tiny.tokenizer()(f"{PASSAGE} {QUESTION}", option)
        assert choice.tokens == tiny.tokenizer().convert_ids_to_tokens(packed["input_ids"])
        assert choice.segments == packed["token_type_ids"]


@torch.inference_mode()
def test_the_next_sentence_head_ranks_and_says_so(models: Path) -> None:
    result = _ask(model="local/next", question=" ")
    model = BertForNextSentencePrediction.from_pretrained(models / "next").eval()
    for choice, option in zip(result.choices, OPTIONS, strict=True):
        logits = model(**tiny.tokenizer()(PASSAGE, option, return_tensors="pt")).logits[0]
        assert choice.score == pytest.approx(float(logits[0] - logits[1]), abs=1e-3)
    assert sum(choice.probability for choice in result.choices) == pytest.approx(1, abs=1e-5)
    assert "no head that was trained to choose" in result.notices[0].sentence("en")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"options": ["one"]}, "There are 1 options"),
        ({"options": ["one", " "]}, "Option 2 is empty"),
        ({"options": ["one", "w" * 1001]}, "Option 2 has 1,001 characters"),
        ({"options": [f"o{n}" for n in range(9)]}, "options has 9 entries; at most 8"),
        ({"passage": " "}, "There is nothing to read"),
        ({"question": "\x00"}, "U+0000"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Request(**({"passage": PASSAGE, "options": OPTIONS} | changes))
    assert said in complaint_of(caught.value).sentence("en")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "local/plain"}, "ships no"),
        ({"options": ["dog " * 60, "cat"]}, "local/choice reads at most 48"),
        ({"model": "bert-mini", "passage": "강아지가 강에 왔다."}, "cannot read Korean"),
    ],
    ids=str,
)
def test_what_a_model_cannot_answer_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Complaint) as caught:
        _ask(**changes)
    assert said in caught.value.sentence("en")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_bars_and_packed_inputs_show_every_option(language: str) -> None:
    options = ["<b>the cat</b>", "the dog came back to the river and took the cat with him"]
    request = Request(passage=PASSAGE, options=options, model="local/next")
    result = run(request)
    shown = Run(demo="d", request=request.model_dump(), result=result.model_dump(), model="", device="", seconds=0)
    figure, packed = tab.draw(shown, language)
    assert list(figure.data[0].x) == [choice.probability for choice in result.choices]
    assert figure.data[0].y[0] == "1. &lt;b&gt;the cat&lt;/b&gt;"
    assert packed.count("<mark>") == sum(sum(choice.segments) for choice in result.choices)
    assert "<b>" not in packed


def test_the_box_of_options_gives_its_lines() -> None:
    box = tab.Lines(label="x")
    assert box.preprocess(" a \n\n b\n") == ["a", "b"] and box.preprocess(None) == []
    assert box.postprocess(["a", "b"]) == "a\nb"
