"""Attention on tiny models: the model's own weights, measures by hand, rollout, pictures, refusals and sizes."""

import json
import math
import re
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
from transformers import (
    AlbertConfig,
    AlbertForMaskedLM,
    BertForPreTraining,
    ElectraConfig,
    ElectraForMaskedLM,
    ElectraForPreTraining,
    GPT2Config,
    GPT2LMHeadModel,
)

from playground.core.attention import as_bytes, blocks, measures, pooled, rolled, thumbnails
from playground.demos.attention import figures, pipeline, tab
from playground.demos.attention.pipeline import run
from playground.demos.attention.schema import Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.pictures import pack, unpack
from playground.runs import MAX_RUN_BYTES, Run, dump
from tests.unit import prompt_gpt, tiny, tiny_gpt

TEXT, SECOND = "The man used the dog.", "It came back to the river."
languages = pytest.mark.parametrize("language", ["en", "ko"])


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """local/bert, local/long (512 places, 12 heads), local/albert (shared layers), local/electra and its generator,
    local/gpt, local/gpt-long (2,048 places), local/gpt-xl (GPT-2 XL's heads)."""
    root = tmp_path_factory.mktemp("models")
    albert = AlbertConfig(**tiny.config(embedding_size=8, num_hidden_layers=3).to_dict())
    electra = ElectraConfig(**(tiny.config(num_hidden_layers=3).to_dict() | {"embedding_size": 8}))
    torch.manual_seed(2)
    made = {
        "electra": ElectraForPreTraining(electra).eval(),
        "electra-generator": ElectraForMaskedLM(electra).eval(),
        "bert": tiny.model(),
        "long": tiny.model(
            BertForPreTraining,
            max_position_embeddings=512,
            hidden_size=48,
            num_attention_heads=12,
            num_hidden_layers=12,
        ),
        "albert": AlbertForMaskedLM(albert).eval(),
    }
    for name, model in made.items():
        model.save_pretrained(root / name)
        tiny.tokenizer(model.config.max_position_embeddings).save_pretrained(root / name)
    tiny_gpt.save(root / "gpt")
    for name, layers, heads in (("gpt-long", 6, 6), ("gpt-xl", 48, 25)):
        words = prompt_gpt.tokenizer()
        words.save_pretrained(root / name)
        sizes = {"n_positions": 2048, "n_embd": 4 * heads, "n_layer": layers, "n_head": heads, "n_inner": 8}
        config = GPT2Config(vocab_size=len(words), initializer_range=0.5, **sizes)
        GPT2LMHeadModel(config).save_pretrained(root / name)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _ask(text: str = TEXT, model: str = "local/bert", **more: Any) -> Result:
    return run(Request(text=text, model=model, **more))


def _stored(**asked: Any) -> Run:
    request = Request(**asked)
    return Run(
        demo="attention",
        request=request.model_dump(),
        result=run(request).model_dump(),
        model=request.model,
        device="CPU",
        seconds=0,
    )


def _own(model: str, head: str, text: str, second: str | None = None) -> tuple[torch.Tensor, ...]:
    """The attentions that the model itself returns, read anew from its files."""
    entry = loading.find(f"local/{model}")
    fresh = loading.HEADS[head].from_pretrained(entry.folder, attn_implementation="eager").eval()
    inputs = loading.AutoTokenizer.from_pretrained(entry.folder)(text, second, return_tensors="pt")
    with torch.inference_mode():
        return tuple(layer[0] for layer in fresh(**inputs, output_attentions=True).attentions)


@pytest.mark.parametrize(
    ("model", "head"),
    [
        ("bert", "masked_lm"),
        ("albert", "masked_lm"),
        ("electra", "replaced_token"),
        ("electra-generator", "masked_lm"),
        ("gpt", "causal_lm"),
    ],
)
def test_rows_are_the_models_own_and_add_up_to_1(model: str, head: str) -> None:
    own = _own(model, head, TEXT)
    for layer, weights in enumerate(own, start=1):
        for number in range(len(weights) + 1):
            wanted = weights.mean(0) if number == 0 else weights[number - 1]
            result = _ask(model=f"local/{model}", layer=layer, head=number)
            found = np.asarray(result.weights)
            assert found.shape == wanted.shape
            assert np.abs(found - wanted.numpy()).max() <= 0.5 / 255 + 1e-3
            assert np.abs(found.sum(1) - 1).max() <= len(found) * 0.5 / 255 + 1e-2
    assert result.layers == len(own) and result.heads_a_layer == len(own[0])
    assert [(head.layer, head.head) for head in result.heads] == [
        (layer + 1, number + 1) for layer in range(len(own)) for number in range(len(own[0]))
    ]


def test_a_gpt_sees_nothing_later_and_a_bert_does() -> None:
    gpt = np.asarray(_ask(model="local/gpt", layer=2, head=1).weights)
    assert len(gpt) > 5 and not np.triu(gpt, 1).any() and gpt[0, 0] == 1
    assert _ask(model="local/gpt").causal and not _ask().causal
    assert np.triu(np.asarray(_ask().weights), 1).any()


def test_a_row_is_that_row_and_a_weight_a_255th() -> None:
    whole = _ask(layer=2, head=2)
    for row in range(len(whole.tokens)):
        [exact] = _ask(layer=2, head=2, row=row).weights
        assert exact == pytest.approx(whole.weights[row], abs=0.5 / 255 + 1e-3)
        assert sum(exact) == pytest.approx(1, abs=1e-3)
    assert all(abs(weight * 255 - round(weight * 255)) < 0.13 for row in whole.weights for weight in row)


@given(st.integers(1, 9), st.integers(1, 3), st.integers(0, 2**16))
@settings(max_examples=40)
def test_measures_are_what_loops_give(length: int, heads: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    weights = torch.rand(heads, length, length, generator=generator).pow(4).softmax(-1)
    special = torch.rand(length, generator=generator) < 0.3
    separators = special & (torch.rand(length, generator=generator) < 0.5)
    segments = (torch.arange(length) >= length // 2).long()
    found = measures(weights, special, separators, segments)
    for head, map_ in enumerate(weights.tolist()):
        rows = range(length)
        mean = lambda values: sum(values) / len(values) if values else 0.0  # noqa: E731
        ordinary = [row for row in rows if not special[row]]
        texts = [[row for row in ordinary if segments[row] == number] for number in (0, 1)]
        other = {row: texts[1 - int(segments[row])] for row in ordinary}
        wanted = {
            "entropy": mean([-sum(w * math.log2(w) for w in map_[row] if w) for row in rows]),
            "distance": mean([sum(w * abs(row - at) for at, w in enumerate(map_[row])) for row in rows]),
            "to_special": mean([sum(w for at, w in enumerate(map_[row]) if special[at]) for row in rows]),
            "to_sep": mean([sum(w for at, w in enumerate(map_[row]) if separators[at]) for row in rows]),
            "to_first": mean([map_[row][0] for row in rows]),
            "to_previous": mean([map_[row][row - 1] for row in rows[1:]]),
            "to_next": mean([map_[row][row + 1] for row in rows[:-1]]),
            "to_other": mean([sum(map_[row][at] for at in other[row]) for row in ordinary]) if all(texts) else 0.0,
        }
        assert {name: float(values[head]) for name, values in vars(found).items()} == pytest.approx(wanted, abs=1e-5)


def test_measures_of_the_extremes() -> None:
    eye, even = torch.eye(4), torch.full((4, 4), 0.25)
    nothing = torch.zeros(4, dtype=torch.bool)
    found = measures(torch.stack([eye, even, eye.roll(-1, 0)]), nothing, nothing, nothing.long())
    assert found.entropy.tolist() == [0, 2, 0]
    assert found.distance.tolist() == [0, 1.25, 1.5]
    assert found.to_next.tolist() == [0, 0.25, 1] and found.to_other.tolist() == [0, 0, 0]


def test_the_share_on_separators_is_that_of_their_columns() -> None:
    result = _ask(second_text=SECOND, layer=2, head=1)
    columns = [place for place, token in enumerate(result.tokens) if token == "[SEP]"]
    wanted = np.asarray(result.weights)[:, columns].sum(1).mean()
    [head] = [head for head in result.heads if (head.layer, head.head) == (2, 1)]
    assert len(columns) == 2 and 0 < head.to_sep < head.to_special and head.to_sep == pytest.approx(wanted, abs=0.01)
    assert all(head.to_sep == 0 for head in _ask(model="local/gpt").heads)
    by_share = figures.ordered(result.heads, "to_sep")
    assert [head.to_sep for head in by_share] == sorted((head.to_sep for head in result.heads), reverse=True)


def test_rollout_is_the_product_of_the_mixed_means() -> None:
    own = _own("bert", "masked_lm", TEXT)
    product = np.eye(len(own[0][0]))
    for layer, weights in enumerate(own, start=1):
        product = (weights.mean(0).numpy().astype(float) / 2 + np.eye(len(product)) / 2) @ product
        found = np.asarray(_ask(layer=layer, rollout=True).weights)
        assert np.abs(found - product).max() <= 0.5 / 255 + 1e-3
        assert np.abs(product.sum(1) - 1).max() < 1e-5
    causal = np.asarray(_ask(model="local/gpt", layer=3, rollout=True).weights)
    assert not np.triu(causal, 1).any()
    assert torch.allclose(rolled(None, torch.eye(3)[None]), torch.eye(3))


def test_the_two_texts_of_a_pair_and_what_goes_between_them() -> None:
    result = _ask(second_text=SECOND, layer=2, head=1)
    assert result.tokens.count("[SEP]") == 2 and result.segments == sorted(result.segments)
    weights, special = np.asarray(result.weights), set(result.special)
    texts = [[p for p, s in enumerate(result.segments) if s == number and p not in special] for number in (0, 1)]
    columns = [*texts, sorted(special)]
    assert result.blocks is not None
    for rows, shares in zip(texts, result.blocks, strict=True):
        wanted = [weights[np.ix_(rows, group)].sum(1).mean() for group in columns]
        assert shares == pytest.approx(wanted, abs=0.02) and sum(shares) == pytest.approx(1, abs=1e-3)
    other = np.mean([weights[row, texts[1 - number]].sum() for number in (0, 1) for row in texts[number]])
    [head] = [head for head in result.heads if (head.layer, head.head) == (2, 1)]
    assert head.to_other == pytest.approx(other, abs=0.02)
    assert _ask().blocks is None and all(head.to_other == 0 for head in _ask().heads)
    empty = blocks(torch.eye(3), torch.tensor([True, False, True]), torch.zeros(3, dtype=torch.long))
    assert empty == [[1, 0, 0], [0, 0, 0]]
    gpt = _ask(model="local/gpt", second_text=SECOND)
    assert "".join(gpt.tokens) == f"{TEXT} {SECOND}".replace(" ", "␣") and set(gpt.segments) == {0, 1}


@languages
@pytest.mark.parametrize("block", ["a_to_b", "b_to_a"])
def test_a_block_is_cut_out_of_the_map(block: Any, language: str) -> None:
    result = _ask(second_text=SECOND, layer=2, head=1, picture=True, block=block)
    drawn = figures.large(result, 2, False, block, language)
    assert drawn is not None
    from_, to = (0, 1) if block == "a_to_b" else (1, 0)
    rows, columns = (
        [p for p, s in enumerate(result.segments) if s == number and p not in result.special] for number in (from_, to)
    )
    assert np.abs(drawn.data[0].z - np.asarray(result.weights)[np.ix_(rows, columns)]).max() < 1e-3
    assert list(drawn.layout.yaxis.ticktext) == [result.tokens[place] for place in rows]
    assert figures.first_row(result, block) == rows[0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"layer": 3}, "Layer 3 was asked for; local/bert has 2"),
        ({"head": 3}, "Head 3 was asked for; local/bert has 2"),
        ({"row": 8}, "its places run from 0 to 7"),
        ({"block": "a_to_b"}, "type a second text"),
        ({"text": "dog " * 47}, "has 49 tokens; local/bert reads at most 48"),
        ({"text": "[CLS] [SEP]"}, "only special tokens"),
        ({"text": "나는 개와 강에 갔다.", "model": "bert-mini"}, "klue/bert-base"),
        ({"text": "dog " * 159, "model": "local/long"}, "161 tokens; all rows at once are given for up to 160"),
        ({"text": "dog " * 511, "model": "local/long"}, "has 513 tokens; local/long reads at most 512"),
        ({"text": "the " * 700, "model": "local/gpt-xl", "row": 0}, "at most 645 are read in this experiment"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(Complaint) as caught:
        _ask(**values)
    assert said in str(caught.value) and caught.value.sentence("ko") != str(caught.value)


def test_the_schema_refuses_what_no_model_has() -> None:
    for values in ({"layer": 0}, {"layer": 49}, {"head": -1}, {"row": -1}, {"sort": "size"}, {"second_text": "\x00a"}):
        with pytest.raises(ValidationError):
            Request(text=TEXT, **values)
    assert Request(text=TEXT, second_text=" \n").second_text == ""


def test_one_token_is_enough() -> None:
    one = _ask("a", model="local/gpt", picture=True, row=0)
    assert (one.tokens, one.weights) == (["a"], [[1]])
    assert all((head.entropy, head.distance, head.to_first) == (0, 0, 1) for head in one.heads)
    assert figures.large(one, 0, False, "all", "en") is not None and figures.mosaic(one, "entropy", "en") is not None


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 99))
@settings(max_examples=30)
def test_small_pictures_lose_no_large_weight(length: int, side: int, seed: int) -> None:
    weights = torch.rand(2, length, length, generator=torch.Generator().manual_seed(seed))
    small = thumbnails(weights, side)
    assert small.shape[-1] == min(length, side)
    assert torch.equal(small.amax((1, 2)), weights.amax((1, 2)))
    for step in (1, 2, 3, 4):
        more = -length % step
        padded = torch.nn.functional.pad(weights[0], (0, more, 0, more), value=-1)
        assert torch.equal(pooled(weights[0], step), padded.unfold(0, step, step).unfold(1, step, step).amax((2, 3)))
    grey = as_bytes(weights).numpy()
    assert np.array_equal(unpack(pack(grey), *grey.shape), grey)


def test_a_picture_that_is_none_is_refused() -> None:
    for text in ("!", pack(np.zeros(5, np.uint8)), "AAAA"):
        with pytest.raises(ValueError):
            unpack(text, 2, 2)


def test_more_tokens_than_memory_should_hold_are_refused_before_the_model_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = loading.load("local/gpt-long", "causal_lm")
    monkeypatch.setattr(loaded.tokenizer, "model_max_length", 2048)
    monkeypatch.setattr(pipeline, "_look", lambda *_: pytest.fail("the model ran"))
    with pytest.raises(Complaint, match=r"has 1,0\d\d tokens; at most 1,024 are read in this experiment"):
        _ask(" 12" * 1030, "local/gpt-long", row=0)


def _long(size: int, model: str) -> str:
    """A text of `size` tokens."""
    words = [word for word in tiny.WORDS if word.isalpha()] if model == "local/long" else ["the", "dog", "한국어"]
    cut = loading.AutoTokenizer.from_pretrained(loading.find(model).folder)
    text = " ".join(words[number % len(words)] for number in range(size))
    ids = cut(text, add_special_tokens=False)["input_ids"][: size - cut.num_special_tokens_to_add()]
    return str(cut.decode(ids))


def _as_sent(values: list[Any]) -> int:
    """Bytes of the values as Gradio writes them on the wire; the strip is JSON in a text."""
    plain = [json.dumps(value) if isinstance(value, list) else value for value in values]
    return len(orjson.dumps([value for value in plain if isinstance(value, str)]))


@pytest.mark.parametrize(
    ("model", "size", "step"),
    [
        ("local/long", 384, 0),  # a field for every pair
        ("local/long", 512, 2),
        ("local/gpt-long", 640, 3),
        ("local/gpt-long", 1024, 4),
        ("local/gpt-xl", 384, 2),  # so many heads leave less for the map
    ],
)
def test_the_longest_texts_and_most_heads_are_sent_in_less_than_300_kb(model: str, size: int, step: int) -> None:
    """Sharp maps, which compress badly; the chosen row is exact however the map is pooled."""
    stored = _stored(text=_long(size, model), model=model, layer=5, head=3, row=300, sort="entropy", picture=True)
    result = Result.model_validate(stored.result)
    picture = result.picture
    assert picture is not None and len(result.tokens) == size
    assert picture.pooled == step and picture.map_side == -(-size // (step or 1)) and len(dump(stored)) <= MAX_RUN_BYTES
    assert len(result.weights) == 1 and sum(result.weights[0]) == pytest.approx(1, abs=0.04)
    for language in ("en", "ko"):
        values = tab.draw(stored, language)
        said = values[3]
        assert 100_000 < _as_sent(values) <= 300 * 1024
        assert (f"{step} × {step}" in said) == bool(step)
        [shown] = re.findall(r"(\d+) KB(?: for|\.)", said)
        assert int(shown) * 1024 == pytest.approx(_as_sent([*values[:3], "", values[4]]), abs=1500)
    if step and size in (512, 640):  # the others take long
        line, first = 300 // step, 300 // step * step
        asked = [stored.request | {"row": row, "picture": False} for row in range(first, first + step)]
        exact = [run(Request(**one)).weights[0] for one in asked]
        padded = np.pad(np.max(exact, 0), (0, -size % step))
        large = unpack(picture.map, picture.map_side, picture.map_side)[line]
        assert np.abs(padded.reshape(-1, step).max(1) - large / 255).max() < 2.1e-3


@languages
def test_the_mosaic_holds_every_head_in_its_order(language: str) -> None:
    result = _ask(picture=True, layer=2, head=1)
    side = len(result.tokens)
    for sort in ("place", "entropy", "to_first"):
        drawn = figures.mosaic(result, sort, language)  # type: ignore[arg-type]
        assert drawn is not None
        canvas, unseen = drawn.data
        order = [tuple(pair) for pair in unseen.customdata]
        values = {(head.layer, head.head): getattr(head, sort, 0) for head in result.heads}
        if sort == "place":
            assert order == sorted(values)
        else:
            assert [values[pair] for pair in order] == sorted(values.values(), reverse=True)
        for number, (layer, head) in enumerate(order):
            top, left = number // 2 * (side + 1), number % 2 * (side + 1)
            tile = canvas.z[top : top + side, left : left + side]
            wanted = np.asarray(_ask(layer=int(layer), head=int(head)).weights)
            assert canvas.z.dtype == np.uint8 and np.abs(tile / 255 - wanted).max() < 1e-3
        assert (len(drawn.layout.title.text) > 5) and drawn.layout.shapes[-1].type == "rect"


@languages
def test_the_screen_of_a_run(language: str) -> None:
    stored = _stored(text="<b>dog</b> & cat", model="local/bert", layer=1, head=2, row=3, picture=True, sort="entropy")
    mosaic, strip, large, said, heads, row, layer, head = tab.draw(stored, language)
    assert row == 3 and (layer["maximum"], head["maximum"]) == (2, 2)
    assert [button["state"] for button in strip if button.get("state")] == ["picked"]
    assert max(button["shade"] for button in strip) == 0.75
    assert "<b>" not in large and "<b>" not in heads and heads.count("<tr>") == 5
    assert re.search(r"Sent for these pictures: \d+ KB for 4 heads|헤드 4개에 \d+ KB", said) and "× " not in said
    without = _stored(text=TEXT, model="local/bert")
    mosaic, strip, large, *_ = tab.draw(without, language)
    assert mosaic is None and large is None and len(strip) == 8


def test_what_the_tab_asks_keeps_head_and_row_while_they_are_there() -> None:
    stored = _stored(text=TEXT, model="local/bert", layer=2, head=2, row=5, picture=True)
    asked = {name: stored.request[name] for name in ("text", "second_text", "model", "rollout", "sort", "block")}
    assert tab.complete(asked, stored, 2, 2, 5) == stored.request
    other = tab.complete(asked | {"model": "local/gpt"}, stored, 2, 2, 5)
    assert (other["layer"], other["head"]) == (1, 1)
    assert tab.complete(asked | {"text": "dog"}, stored, 2, 2, 5)["row"] == 0
    assert tab.complete(asked | {"block": "a_to_b"}, stored, 2, 2, 5)["block"] == "all"
    run(Request(**tab.complete(asked | {"text": "a", "model": "local/gpt"}, stored, 2, 2, 5)))
