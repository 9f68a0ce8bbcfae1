"""Inputs cut by a SentencePiece-like tokenizer, as ALBERT's on the Hub is, and which models the tasks are shown for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM, PreTrainedTokenizerFast

from playground.demos.inputs import tab
from playground.demos.inputs.pipeline import run
from playground.demos.inputs.schema import Request
from playground.demos.inputs.tasks import tab as tasks_tab
from playground.demos.inputs.tasks.pipeline import run as run_tasks
from playground.demos.inputs.tasks.schema import Request as TasksRequest
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.tokenizers import tokenizer_of
from tests.unit import tiny, tiny_gpt
from tests.unit.test_inputs_demo import ODD

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["▁the", "▁dog", "s", "▁강", "아지", "▁", "가", "강", "의", "▁한", "국", "어", "k", "m", "fi", "1", "3"]


def unigram() -> PreTrainedTokenizerFast:
    """Unigram over pieces of raw text; NFKC before, `▁` for a space, and letters for what has no piece of its own."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = [*((word, 0.0) for word in SPECIAL), *((word, -2.0) for word in WORDS)]
    pieces += [(letter, -5.0) for letter in letters if letter not in WORDS]
    made = Tokenizer(models.Unigram(pieces, unk_id=1, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        **{f"{name[1:-1].lower()}_token": name for name in SPECIAL},
    )


@pytest.fixture(scope="module", autouse=True)
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """local/unigram, local/bert, local/distilbert (no segments) and local/gpt."""
    root = tmp_path_factory.mktemp("models")
    distil = DistilBertConfig(vocab_size=len(tiny.WORDS), dim=16, n_layers=1, n_heads=2, hidden_dim=32)
    for name, model in (
        ("unigram", tiny.model(BertForMaskedLM)),
        ("bert", tiny.model(BertForMaskedLM)),
        ("distilbert", DistilBertForMaskedLM(distil)),
    ):
        model.save_pretrained(root / name)
        (unigram() if name == "unigram" else tiny.tokenizer()).save_pretrained(root / name)
    tiny_gpt.save(root / "gpt")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        yield root


def _aligned(text: str, second: str = "") -> list[tuple[str, list[str]]]:
    """The stretches of text, each with the pieces that stand below it; special tokens left out."""
    result = run(Request(text=text, second_text=second, model="local/unigram"))
    groups = list(tab.groups(result, (text, second)))
    assert [place for group in groups for place in group.places] == list(range(len(result.tokens)))
    return [
        (group.surface, [result.tokens[place] for place in group.places])
        for group in groups
        if not set(group.places) <= set(result.special)
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the dogs", [("the", ["␣the"]), (" dog", ["␣dog"]), ("s", ["s"])]),
        # A lone "▁": no piece begins with a space and this letter, so the space is a piece by itself.
        ("the kid", [("the", ["␣the"]), (" ", ["␣"]), ("k", ["k"]), ("i", ["i"]), ("d", ["d"])]),
        # The one before the first word came from no character: it stands with that word.
        ("kid", [("k", ["␣", "k"]), ("i", ["i"]), ("d", ["d"])]),
        (
            "강아지의 한국어",
            [("강", ["␣강"]), ("아지", ["아지"]), ("의", ["의"]), (" 한", ["␣한"]), ("국", ["국"]), ("어", ["어"])],
        ),
        # NFKC: one character becomes several (㎞, ½), or others become one.
        ("㎞", [("㎞", ["␣", "k", "m"])]),
        ("３", [("３", ["␣", "3"])]),
        ("ﬁ", [("ﬁ", ["␣", "fi"])]),
        ("½ the", [("½", ["␣", "1", "[UNK]"]), (" the", ["␣the"])]),
        ("e\u0301 the", [("e\u0301", ["␣", "[UNK]"]), (" the", ["␣the"])]),
        ("\u1112\u1161\u11ab국", [("\u1112\u1161\u11ab", ["␣한"]), ("국", ["국"])]),
    ],
)
def test_pieces_of_raw_text_stand_below_their_characters(text: str, wanted: list[tuple[str, list[str]]]) -> None:
    assert _aligned(text) == wanted


@given(
    st.lists(
        st.sampled_from([*ODD, "the", "kid", "㎞", "ﬁ", "½", "ｶﾞ", "강아지의"])
        | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4),
        min_size=1,
        max_size=10,
    ),
    st.lists(st.sampled_from(ODD), max_size=4),
)
@settings(max_examples=120)
def test_pieces_lead_back_to_their_characters(words: list[str], more: list[str]) -> None:
    """As for the other kinds of tokenizers (test_inputs_demo.py): in order, inside the text, and nothing twice."""
    text, second = " ".join(words), " ".join(more)
    if not text.strip():
        return
    result = run(Request(text=text, second_text=second, model="local/unigram"))
    texts = (text, second)
    for place, (start, end) in enumerate(result.offsets):
        assert (start, end) == (0, 0) or place not in result.special
        assert 0 <= start <= end <= len(texts[result.segments[place]])
    groups = list(tab.groups(result, texts))
    assert [place for group in groups for place in group.places] == list(range(len(result.tokens)))
    remaining = iter(re.sub(r"\s", "", text + second))
    assert all(character in remaining for group in groups for character in re.sub(r"\s", "", group.surface))


def test_albert_mini_has_the_word_pieces_of_bert_mini() -> None:
    """As the help says: who looks for SentencePiece finds it in ALBERT's model on the Hub only."""
    mini, bert = (tokenizer_of(name).get_vocab() for name in ("albert-mini", "bert-mini"))
    assert mini == bert and any(word.startswith("##") for word in mini)
    assert run(Request(text="unbelievable dogs", model="albert-mini")).tokens == (
        run(Request(text="unbelievable dogs", model="bert-mini")).tokens
    )


def test_tasks_are_shown_for_models_with_cls_and_segments() -> None:
    offered = [name for _, name in tasks_tab.offered()]
    assert {"bert-mini", "albert-mini", "local/bert", "klue/bert-base"} <= set(offered)
    assert {catalogue.find(name).family for name in offered} == {"bert", "albert", "electra"}
    assert "FacebookAI/roberta-base" not in offered and "local/distilbert" not in offered
    for name in ("local/distilbert", "local/gpt", "FacebookAI/roberta-base"):
        with pytest.raises(Complaint, match="BERT kind"):
            run_tasks(TasksRequest(model=name))
    [one] = run_tasks(TasksRequest(model="local/bert", task="entailment")).bert
    assert [piece.text for piece in one.pieces if piece.kind in ("read", "special")] == ["[CLS]", "[SEP]", "[SEP]"]
