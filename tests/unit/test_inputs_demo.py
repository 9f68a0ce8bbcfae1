"""Inputs: tokens and their characters, BERT's tables by hand, GPT-1's sequences, and GPT-2's first weights."""

import math
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from transformers import DistilBertConfig, DistilBertForMaskedLM, GPT2Config, RobertaConfig, RobertaForMaskedLM
from transformers.models.gpt2.modeling_gpt2 import GPT2Block

from playground.core.residual import apply, draw, factor, lengths
from playground.demos.inputs import figures, tab
from playground.demos.inputs.embeddings import tab as embeddings_tab
from playground.demos.inputs.embeddings.pipeline import run as run_embeddings
from playground.demos.inputs.embeddings.schema import Request as EmbeddingsRequest
from playground.demos.inputs.pipeline import run
from playground.demos.inputs.residual import tab as residual_tab
from playground.demos.inputs.residual.pipeline import run as run_residual
from playground.demos.inputs.residual.schema import Request as ResidualRequest
from playground.demos.inputs.schema import MAX_OTHER, Request
from playground.demos.inputs.tasks import tab as tasks_tab
from playground.demos.inputs.tasks.pipeline import run as run_tasks
from playground.demos.inputs.tasks.schema import Request as TasksRequest
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.models.device import TURNS
from playground.pictures import unpack
from playground.runs import MAX_RUN_BYTES, Run, dump
from tests.unit import tiny, tiny_gpt

languages = pytest.mark.parametrize("language", ["en", "ko"])
ODD = [
    "dog",
    "강아지",
    "😀",
    "👩‍🚀",
    "e\u0301",
    "naïve",
    "ſ",
    "<b>",
    "x.y",
    "３",
    "の",
    "한",
    "\u1112\u1161\u11ab",
    "don't",
]


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """local/bert, local/gpt, local/distilbert (no segments), local/roberta (two places reserved, one segment)."""
    root = tmp_path_factory.mktemp("models")
    torch.manual_seed(2)
    roberta = RobertaConfig(
        **(tiny.config(max_position_embeddings=50).to_dict() | {"type_vocab_size": 1, "pad_token_id": 1})
    )
    distil = DistilBertConfig(
        vocab_size=len(tiny.WORDS), dim=16, n_layers=1, n_heads=2, hidden_dim=32, max_position_embeddings=48
    )
    made = {
        "bert": tiny.model(),
        "distilbert": DistilBertForMaskedLM(distil).eval(),
        "roberta": RobertaForMaskedLM(roberta).eval(),
    }
    for name, model in made.items():
        model.save_pretrained(root / name)
        tiny.tokenizer().save_pretrained(root / name)
    tiny_gpt.save(root / "gpt")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _ran(demo: str, request: Any, result: Any) -> Run:
    return Run(demo=demo, request=request.model_dump(), result=result.model_dump(), model="", device="CPU", seconds=0)


@given(
    st.sampled_from(["bert-mini", "local/bert", "local/gpt"]),
    st.lists(
        st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.sampled_from(ODD), max_size=5),
)
@settings(max_examples=120)
def test_tokens_lead_back_to_their_characters(model: str, words: list[str], more: list[str]) -> None:
    """Joined, the stretches are the texts but for white space, and for signs that nobody sees, which BERT drops."""
    text, second = " ".join(words), " ".join(more)
    if not text.strip():
        return
    result = run(Request(text=text, second_text=second, model=model))
    texts = (text, second)
    for place, (start, end) in enumerate(result.offsets):
        if place in result.special:
            assert (start, end) == (0, 0)
        else:
            assert 0 <= start <= end <= len(texts[result.segments[place]])
    joined = [group.surface for group in tab.groups(result, texts)]
    order = [place for group in tab.groups(result, texts) for place in group.places]
    assert order == list(range(len(result.tokens)))
    read = re.sub(r"\s", "", "".join(joined))
    if model == "local/gpt":
        assert read == re.sub(r"\s", "", text + second)
    else:
        wanted = re.sub(r"\s", "", text + second)
        remaining = iter(wanted)
        assert all(character in remaining for character in read)  # in their order
        dropped = Counter(wanted) - Counter(read)
        assert all(unicodedata.category(one)[0] in "CMZ" or one == "\ufffd" for one in dropped), dropped


@pytest.mark.parametrize("model", ["bert-mini", "local/gpt"])
@pytest.mark.parametrize("text", ["한국어를 읽어요", "I love 🍕 and 👩‍🚀.", "cafe\u0301 e\u0301tude", "がぎぐ"])
def test_korean_emoji_and_combining_marks_are_whole(model: str, text: str) -> None:
    result = run(Request(text=text, model=model))
    surfaces = [group.surface for group in tab.groups(result, (text, ""))]
    assert re.sub(r"\s", "", "".join(surfaces)) == re.sub(r"\s", "", text)
    for place, (start, end) in enumerate(result.offsets):
        if place not in result.special:
            assert text[start:end]


def test_the_shape_that_is_promised() -> None:
    result = run(Request(text="The dog", second_text="came back", model="local/bert"))
    assert result.tokens == ["[CLS]", "the", "dog", "[SEP]", "came", "back", "[SEP]"]
    assert result.segments == [0, 0, 0, 0, 1, 1, 1] and result.positions == list(range(7))
    assert result.offsets == [[0, 0], [0, 3], [4, 7], [0, 0], [0, 4], [5, 9], [0, 0]]
    assert result.ids == [tiny.WORDS.index(token) for token in result.tokens] and result.special == [0, 3, 6]
    assert run(Request(text="The dog", model="local/roberta")).positions == [2, 3, 4, 5]
    pair = run(Request(text="dog", second_text="cat", model="local/gpt"))
    assert "".join(pair.tokens) == "dog␣cat" and pair.offsets[-1][1] == 3 and not pair.special


def test_counts_side_by_side_by_every_tokenizer_that_is_here() -> None:
    text, second = "The dogs came back.", "강아지가 왔다"
    result = run(Request(text=text, second_text=second, model="local/gpt"))
    counts = {count.name: count for count in result.counts}
    assert list(counts)[:4] == ["words", "characters", "bytes", "local/gpt"]
    assert counts["words"].pieces == [4, 2] and counts["characters"].pieces == [19, 7]
    assert counts["bytes"].pieces == [19, len(second.encode())]
    gpt, bert = (
        loading.AutoTokenizer.from_pretrained(loading.find(name).folder) for name in ("local/gpt", "bert-mini")
    )
    assert counts["local/gpt"].pieces == [len(gpt(one)["input_ids"]) for one in (text, second)]
    assert counts["local/gpt"].pieces[1] == counts["bytes"].pieces[1]  # no merge of Korean was learned
    assert counts["bert-mini"].pieces == [len(bert(one)["input_ids"]) - 2 for one in (text, second)]
    assert {"bert-mini", "local/bert"} <= counts.keys() and "electra-mini-generator" not in counts
    assert not {"local/distilbert", "local/roberta"} & counts.keys()  # the same words as local/bert


def test_a_tokenizer_of_another_kind_cuts_the_same_texts_beside_it() -> None:
    text, second = "The unbelievable dogs.", "강아지"
    result = run(Request(text=text, second_text=second, model="local/gpt"))
    cut = result.other
    assert cut is not None and cut.name == "bert-mini"  # the first bundled one; WordPiece beside byte-level BPE
    bert = loading.AutoTokenizer.from_pretrained(loading.find("bert-mini").folder)
    alone = [bert(one, add_special_tokens=False)["input_ids"] for one in (text, second)]
    assert cut.ids == [*alone[0], *alone[1]] and cut.tokens == bert.convert_ids_to_tokens(cut.ids)
    assert cut.segments == [0] * len(alone[0]) + [1] * len(alone[1])
    [count] = [count.pieces for count in result.counts if count.name == "bert-mini"]
    assert count == [len(ids) for ids in alone]
    surfaces = [group.surface for group in tab.groups(cut, (text, second))]
    assert "".join(surfaces) == re.sub(r"\s", "", text + second)
    other = run(Request(text=text, model="local/bert")).other
    assert other is not None and "".join(other.tokens) == text.replace(" ", "␣")
    long = run(Request(text="강" * 1500, second_text="dog " * 300, model="local/bert")).other
    assert long is not None and Counter(long.segments) == {0: MAX_OTHER, 1: MAX_OTHER}


@languages
def test_the_longest_texts_are_sent_in_less_than_300_kb(language: str) -> None:
    """2,046 tokens, each a column of its own; only the first ones are shown, and the screen says so."""
    request = Request(text="& " * 1022, second_text="< " * 1023, model="local/bert")
    result = run(request)
    assert len(result.tokens) == 2048 and len(dump(_ran("inputs", request, result))) < MAX_RUN_BYTES
    rows, figure, table = tab.draw(_ran("inputs", request, result), language)
    first, second = rows.split("pg-legend")[1:]
    assert first.count("pg-piece'") == tab._SHOWN and 0 < second.count("pg-piece'") <= tab._SHOWN
    assert f"{tab._SHOWN}" in first and "2048" in first and "local/bert" not in second
    assert 50_000 < len(orjson.dumps([rows, figure.to_json(), table])) <= 300 * 1024
    short = tab.draw(_ran("inputs", request, run(Request(text="& <", model="local/bert"))), language)[0]
    assert "512" not in short


def test_too_many_tokens_and_an_unknown_model_are_one_sentence(models: Path) -> None:
    with pytest.raises(Complaint, match="at most 2,048"):
        run(Request(text="ᄀ가" * 2400, model="local/gpt"))
    with pytest.raises(Complaint, match="not offered"):
        run(Request(text="a", model="no/such"))
    with pytest.raises(ValidationError):
        Request(text="a", second_text="\x00")
    broken = models / "broken"
    tiny.save(broken)
    (broken / "tokenizer.json").write_text("{")
    with pytest.raises(Complaint, match="local/broken"):
        run(Request(text="a", model="local/broken"))
    assert "local/broken" not in {count.name for count in run(Request(text="a")).counts}
    for path in broken.iterdir():
        path.unlink()
    broken.rmdir()
    long = Request(text="dog " * 1000, second_text="cat " * 1000, model="local/bert")
    assert len(dump(_ran("inputs", long, run(long)))) < MAX_RUN_BYTES


@languages
def test_tokens_on_the_screen(language: str) -> None:
    request = Request(text="The <b>dogs</b>", second_text="강", model="bert-mini")
    rows, figure, table = tab.draw(_ran("inputs", request, run(request)), language)
    first, second = rows.split("pg-legend")[1:]
    result = run(request)
    assert result.other is not None and result.other.name in second
    assert "<b>d" not in rows and "&lt;" in first and "&lt;" in second
    assert first.count("pg-piece'") == len(result.tokens) and second.count("pg-piece'") == len(result.other.tokens)
    assert [list(trace.x) for trace in figure.data] == [
        [count.pieces[number] for count in run(request).counts] for number in (0, 1)
    ]
    assert table.count("<tr>") == 1 + len(run(request).counts) and len(figures.counts(run(request), language).data) == 2


@pytest.mark.parametrize("model", ["bert", "distilbert", "roberta"])
def test_the_parts_add_up_to_what_the_model_reads(model: str) -> None:
    loaded = loading.load(f"local/{model}", "masked_lm")
    text, second = "The man used the dog.", "It came back."
    result = run_embeddings(EmbeddingsRequest(text=text, second_text=second, model=f"local/{model}", place=2))
    inputs = loaded.tokenizer(text, second, return_tensors="pt")
    if model != "bert":
        inputs.pop("token_type_ids", None)
    ids = inputs["input_ids"]
    with torch.inference_mode():
        wanted = loaded.model.base_model.embeddings(**{k: v for k, v in inputs.items() if k != "attention_mask"})[0]
    rows = {row.part: row for row in result.rows}
    assert list(rows) == [part for part in ("token", "segment", "position", "sum", "norm") if part in rows]
    assert ("segment" in rows) == (model != "distilbert")
    assert rows["norm"].values == pytest.approx(wanted[2].tolist(), abs=1e-3)
    added = np.sum([rows[part].values for part in rows if part not in ("sum", "norm")], axis=0)
    assert rows["sum"].values == pytest.approx(added.tolist(), abs=3e-3)
    assert rows["token"].number == int(ids[0, 2]) and rows["position"].number == (4 if model == "roberta" else 2)
    table = loaded.model.base_model.embeddings.word_embeddings.weight[ids[0]].numpy()
    assert rows["token"].lengths == pytest.approx(np.linalg.norm(table, axis=1).tolist(), abs=1e-3)
    cosines = table @ table[2] / np.linalg.norm(table, axis=1) / np.linalg.norm(table[2])
    assert rows["token"].similar == pytest.approx(cosines.tolist(), abs=1e-3)
    places = loaded.model.base_model.embeddings.position_embeddings.weight.numpy()[2 if model == "roberta" else 0 :]
    unit = places / np.linalg.norm(places, axis=1, keepdims=True)
    found = unpack(result.positions.map, result.positions.side, result.positions.side) / 127.5 - 1
    assert result.positions.count == 48 and np.abs(found - unit @ unit.T).max() < 0.5 / 127.5 + 1e-3
    assert result.positions.row == pytest.approx((unit @ unit[2]).tolist(), abs=1e-3)


def test_the_map_of_512_positions_is_made_of_means() -> None:
    result = run_embeddings(EmbeddingsRequest(text="a dog", place=0))
    weight = loading.load("bert-mini", "masked_lm").model.bert.embeddings.position_embeddings.weight
    unit = torch.nn.functional.normalize(weight, dim=-1)
    cosines = (unit @ unit.T).reshape(128, 4, 128, 4).mean((1, 3)).numpy()
    assert (result.positions.count, result.positions.side, result.positions.stride) == (512, 128, 4)
    assert np.abs(unpack(result.positions.map, 128, 128) / 127.5 - 1 - cosines).max() < 0.01


@languages
def test_embeddings_on_the_screen_say_what_special_tokens_are_for(language: str) -> None:
    said = {}
    for place, kind in ((0, "cls"), (1, "ordinary"), (2, "mask"), (3, "unknown"), (4, "sep")):
        request = EmbeddingsRequest(text="dog [MASK] 😀", model="local/bert", place=place)
        result = run_embeddings(request)
        assert result.kind == kind
        strip, text, *drawn, shown = embeddings_tab.draw(_ran("inputs_embeddings", request, result), language)
        said[kind] = text.count("<p")
        assert shown == place and strip[place]["state"] == "picked" and all(figure.data for figure in drawn)
    assert said == {"cls": 2, "ordinary": 1, "mask": 2, "unknown": 2, "sep": 2}
    for values, message in (({"place": 5}, "from 0 to 4"), ({"model": "local/gpt", "place": 0}, "BERT kind")):
        with pytest.raises(Complaint, match=message):
            run_embeddings(EmbeddingsRequest(**({"text": "dog [MASK] 😀", "model": "local/bert"} | values)))
    asked = {"text": "dog", "second_text": "", "model": "local/bert"}
    run_embeddings(EmbeddingsRequest(**embeddings_tab.complete(asked, None, 9)))


def _written(sequences: list[Any]) -> list[str]:
    return [" ".join(piece.text for piece in one.pieces) for one in sequences]


def test_gpt_1_and_bert_pack_each_task_as_their_papers_draw_it() -> None:
    first, second = "the dog", "a cat"
    ask = lambda **more: run_tasks(TasksRequest(first=first, second=second, model="local/bert", **more))  # noqa: E731
    found = ask(task="classification")
    assert _written(found.gpt) == ["[Start] the dog [Extract]"] and _written(found.bert) == ["[CLS] the dog [SEP]"]
    found = ask(task="entailment")
    assert _written(found.gpt) == ["[Start] the dog [Delim] a cat [Extract]"]
    assert _written(found.bert) == ["[CLS] the dog [SEP] a cat [SEP]"]
    found = ask(task="similarity")
    assert _written(found.gpt) == ["[Start] the dog [Delim] a cat [Extract]", "[Start] a cat [Delim] the dog [Extract]"]
    assert [piece.kind for piece in found.gpt[1].pieces] == [
        "special",
        *["second"] * 2,
        "special",
        *["first"] * 2,
        "read",
    ]
    assert len(found.bert) == 1
    found = ask(task="choice", options="one\n\n two \nthree")
    assert _written(found.gpt) == [f"[Start] the dog [Delim] {option} [Extract]" for option in ("one", "two", "three")]
    assert [one.option for one in found.bert] == [1, 2, 3]
    for sequences in (found.gpt, found.bert):
        assert all([piece.kind for piece in one.pieces].count("read") == 1 for one in sequences)
        assert {one.pieces[0].text for one in sequences} <= {"[Start]", "[CLS]"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first": " "}, "type one in the first box"),
        ({"task": "entailment", "second": ""}, "type the second one"),
        ({"task": "choice", "options": "one"}, "There are 1 answers; 2 to 6"),
        ({"task": "choice", "options": "a\n" * 7}, "There are 7 answers"),
    ],
)
def test_a_task_without_its_texts_is_one_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(Complaint, match=said):
        run_tasks(TasksRequest(**values))
    with pytest.raises(ValidationError):
        TasksRequest(first="x" * 401)


@languages
@pytest.mark.parametrize("task", ["classification", "entailment", "similarity", "choice"])
def test_tasks_on_the_screen(task: Any, language: str) -> None:
    request = TasksRequest(task=task, first="<b> & dog")
    gpt, bert, diagram = tasks_tab.draw(_ran("inputs_tasks", request, run_tasks(request)), language)
    passes = {"similarity": 2, "choice": 2}.get(task, 1)
    assert gpt.count("[Extract]</span>") == passes and "<b> &" not in gpt + bert
    notes = " ".join(note.text for note in diagram.layout.annotations)
    assert "12 ×" in notes and str(passes) in notes and len(diagram.layout.shapes) == 8


def test_a_block_is_transformers_gpt_2_block() -> None:
    width, heads = 32, 4
    block = draw(width, torch.Generator().manual_seed(3))
    config = GPT2Config(n_embd=width, n_head=heads, n_layer=1, attn_implementation="eager")
    theirs = GPT2Block(config, layer_idx=0).eval()
    pairs = (
        (theirs.attn.c_attn, block.qkv),
        (theirs.attn.c_proj, block.out * 0.3),
        (theirs.mlp.c_fc, block.wide),
        (theirs.mlp.c_proj, block.back * 0.3),
    )
    stream = torch.randn(7, width, generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        for module, weight in pairs:
            module.weight.copy_(weight)
            module.bias.zero_()
        mask = torch.full((7, 7), torch.finfo(torch.float32).min).triu(1)[None, None]
        wanted = theirs(stream[None], attention_mask=mask)
    wanted = (wanted[0] if isinstance(wanted, tuple) else wanted).reshape(7, width)
    assert torch.allclose(apply(block, stream, heads, 0.3), wanted, atol=1e-5)


def test_scaled_weights_keep_the_stream_short_at_any_depth() -> None:
    ends = {}
    for layers in (6, 24, 96):
        *_, (plain, scaled) = lengths(layers, 64, 1, 16, 1, (1.0, factor(layers)))
        ends[layers] = (plain, scaled)
    assert factor(96) == pytest.approx(1 / math.sqrt(192))
    assert ends[96][0] > 2.5 * ends[6][0]  # grows about as the square root of the depth
    assert ends[96][1] == pytest.approx(ends[6][1], rel=0.25)
    alone = [row[0] for row in lengths(6, 64, 1, 16, 1, (1.0,))]
    both = [row[0] for row in lengths(6, 64, 1, 16, 1, (1.0, 0.5))]
    assert alone == both and len(alone) == 7


@languages
def test_the_stream_on_the_screen(language: str) -> None:
    request = ResidualRequest(layers=4, width=64)
    result = run_residual(request)
    assert result == run_residual(request) != run_residual(ResidualRequest(layers=4, width=64, seed=2))
    assert result.plain[0] == result.scaled[0] and len(result.plain) == 5 and result.added == 8
    figure, said = residual_tab.draw(_ran("inputs_residual", request, result), language)
    assert [list(trace.y) for trace in figure.data] == [result.plain, result.scaled] and "0.354" in said
    for values in ({"layers": 1}, {"layers": 97}, {"width": 100}, {"width": 384}, {"seed": -1}):
        with pytest.raises(ValidationError):
            ResidualRequest(**values)  # type: ignore[arg-type]


def test_the_stream_holds_no_turn_while_a_training_step_goes_on() -> None:
    """Nor does it wait for one: both compute at once."""
    done = threading.Event()
    asks = threading.Thread(target=lambda: (run_residual(ResidualRequest(layers=2, width=64)), done.set()))
    with TURNS.step():
        asks.start()
        assert done.wait(30)
    asks.join(30)


@pytest.mark.parametrize(
    ("label", "asked", "said"),
    [
        (tasks_tab._label, TasksRequest(first="A dog slept."), "A dog slept."),
        (residual_tab._label, ResidualRequest(layers=96, width=128), "96 × 128"),
    ],
)
def test_an_example_says_what_it_is(label: Any, asked: Any, said: str) -> None:
    run = Run(demo="inputs", request=asked.model_dump(), result={}, model="", device="CPU", seconds=0)
    assert label(run) == said
