"""ELECTRA on tiny models: what is drawn, the three states, verdicts, refusals, attention, and changes by hand."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import chisquare
from sklearn.metrics import roc_auc_score
from transformers import BertForMaskedLM, ElectraConfig, ElectraForPreTraining

from playground.demos.electra import figures, tab
from playground.demos.electra import pair as pairs
from playground.demos.electra.by_hand import tab as hand_tab
from playground.demos.electra.by_hand.pipeline import run as by_hand
from playground.demos.electra.by_hand.schema import Request as HandRequest
from playground.demos.electra.by_hand.schema import Result as HandResult
from playground.demos.electra.pipeline import aligned, run
from playground.demos.electra.schema import Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.runs import Run, complaint_of, dump
from tests.unit import tiny

TEXT = "The man used the dog to the river, and the cat came back."
MODELS: dict[str, Any] = {"model": "local/discriminator", "generator_model": "local/generator"}
LENGTH = 96
languages = pytest.mark.parametrize("language", ["en", "ko"])


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """local/generator and local/discriminator share a vocabulary; local/other has another one."""
    root = tmp_path_factory.mktemp("models")
    torch.manual_seed(3)
    config = ElectraConfig(**tiny.config(max_position_embeddings=LENGTH, embedding_size=16).to_dict())
    made = {
        "generator": tiny.model(BertForMaskedLM, max_position_embeddings=LENGTH),
        "discriminator": ElectraForPreTraining(config),
        "other": tiny.model(BertForMaskedLM, max_position_embeddings=LENGTH),
    }
    for name, model in made.items():
        model.save_pretrained(root / name)
        tiny.tokenizer(LENGTH).save_pretrained(root / name)
    other = tiny.tokenizer(LENGTH)
    other.add_tokens(["river,"])
    other.save_pretrained(root / "other")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _ask(text: str = TEXT, **more: Any) -> Result:
    return run(Request(text=text, **(MODELS | more)))


def _hand(changes: list[dict[str, Any]], **more: Any) -> HandResult:
    return by_hand(HandRequest(text=TEXT, changes=changes, **(MODELS | more)))  # type: ignore[arg-type]


def test_a_seed_draws_the_same_words_and_another_one_others() -> None:
    first, again, other = (_ask(rate=0.5, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [token.text for token in first.tokens] != [token.text for token in other.tokens]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_words_are_drawn_as_the_softmax_over_the_temperature_says(temperature: float) -> None:
    """As the tab draws: the only word of a text is masked, with one seed after the other."""
    models = pairs.pair("local/generator", "local/discriminator")
    text = pairs.read(models.discriminator, "dog")
    draws = 600
    drawn = [int(pairs.corrupt(models, [text], 0.5, temperature, seed, [0])[0].filled[1]) for seed in range(draws)]
    masked = text.ids.clone()
    masked[1] = models.generator.tokenizer.mask_token_id
    with torch.inference_mode():
        logits = models.generator.model(input_ids=masked[None]).logits[0, 1].double()
    chances = (logits / temperature).softmax(0).numpy()
    counts = np.bincount(drawn, minlength=len(chances))
    # Rare words together, so that at least 20 are expected of each group.
    order = np.argsort(chances)
    group = (np.cumsum(chances[order]) * draws / 40).astype(int)
    expected, found = (np.bincount(group, weights=values[order]) for values in (chances * draws, counts))
    common = expected >= 20
    pooled = [np.append(of[common], of[~common].sum() + 1e-9) for of in (found, expected)]
    assert common.sum() >= 4
    assert chisquare(pooled[0], pooled[1] * pooled[0].sum() / pooled[1].sum()).pvalue > 1e-3


def test_temperature_0_takes_the_likeliest_word() -> None:
    loaded = loading.load("local/generator", "masked_lm")
    result = _ask(rate=0.4, temperature=0)
    ids = torch.tensor(loaded.tokenizer(TEXT)["input_ids"])
    chosen = torch.tensor([token.state != "original" for token in result.tokens])
    hidden = ids.masked_fill(chosen, loaded.tokenizer.mask_token_id)
    with torch.inference_mode():
        best = loaded.model(input_ids=hidden[None]).logits[0].argmax(-1)
    words = loaded.tokenizer.convert_ids_to_tokens(torch.where(chosen, best, ids).tolist())
    assert [token.text for token in result.tokens] == words


@given(
    st.lists(st.sampled_from(["the", "dog", "cat", "used", "river", ",", "zzz", "é"]), min_size=1, max_size=30),
    st.floats(0, 1),
    st.floats(0, 4),
    st.integers(0, 99),
)
@settings(max_examples=40)
def test_the_three_states_by_construction(words: list[str], rate: float, temperature: float, seed: int) -> None:
    result = _ask(" ".join(words), rate=rate, temperature=temperature, seed=seed)
    models = pairs.pair("local/generator", "local/discriminator")
    text = pairs.read(models.discriminator, " ".join(words))
    chosen, _ = pairs.choose(text, rate, seed)
    for token, masked in zip(result.tokens, chosen.tolist(), strict=True):
        wanted = "original" if not masked else "guessed" if token.text == token.original else "replaced"
        assert token.state == wanted
        assert masked or token.text == token.original
    ordinary = int(text.maskable.sum())
    assert result.masked == (0 if rate == 0 else min(ordinary, max(1, round(rate * ordinary))))
    assert (result.replaced, result.guessed) == tuple(
        sum(token.state == state for token in result.tokens) for state in ("replaced", "guessed")
    )
    assert (result.with_loss_mlm, result.with_loss_rtd) == (result.masked, len(result.tokens))


def test_auc_equals_scikit_learns_and_counts_no_special_token() -> None:
    for seed in range(20):
        result = _ask(rate=0.4, seed=seed)
        real = [token for token in result.tokens if not token.special]
        assert [token.text for token in result.tokens if token.special] == ["[CLS]", "[SEP]"]
        labels = [token.state == "replaced" for token in real]
        if len(set(labels)) == 1:
            assert result.auc is None
            continue
        wanted = roc_auc_score(labels, [token.replaced_probability for token in real])
        assert result.auc == pytest.approx(wanted, abs=0.02)  # of rounded probabilities, some of which are ties


def test_probabilities_are_the_plain_forwards() -> None:
    loaded = loading.load("local/discriminator", "replaced_token")
    result = _ask(rate=0.3)
    ids = loaded.tokenizer.convert_tokens_to_ids([token.text for token in result.tokens])
    with torch.inference_mode():
        wanted = loaded.model(input_ids=torch.tensor([ids])).logits[0].sigmoid().tolist()
    assert [token.replaced_probability for token in result.tokens] == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.0])
def test_hits_misses_and_false_alarms_at_the_threshold(threshold: float) -> None:
    result = _ask(rate=0.4, threshold=threshold)
    marks = [figures.verdict(token, threshold) for token in result.tokens]
    counted = tuple(marks.count(mark) for mark in (figures.HIT, figures.MISS, figures.FALSE_ALARM))
    assert counted == (result.hits, result.misses, result.false_alarms)
    assert result.hits + result.misses == result.replaced
    if threshold == 0:
        assert result.misses == 0 and result.false_alarms == len(result.tokens) - 2 - result.replaced


def test_batches_give_what_each_text_gives_alone() -> None:
    models = pairs.pair("local/generator", "local/discriminator")
    written = ["the dog", TEXT, "a", "she came to the bank and used the cat", "who?", "old " * 40]
    texts = [pairs.read(models.discriminator, one) for one in written]
    together = {}
    for part in pairs.judged(models, texts, 0.3, 1.0, 5):
        together |= part
    assert sorted(together) == list(range(len(texts)))
    for number, text in enumerate(texts):
        [made] = pairs.corrupt(models, [text], 0.3, 1.0, 5, [number])
        [logits] = pairs.suspicion(models.discriminator, [made.filled])
        assert torch.equal(together[number][0].filled, made.filled)
        assert torch.allclose(together[number][1], logits, atol=1e-4)


def test_rate_0_rate_1_one_token_emoji_and_a_single_class_have_no_auc_or_a_right_one() -> None:
    nothing = _ask(rate=0)
    assert (nothing.masked, nothing.replaced, nothing.auc) == (0, 0, None)
    assert [notice.key for notice in nothing.notices] == ["pg_ele_none_masked"]
    everything = _ask(rate=1)
    assert everything.masked == len(everything.tokens) - 2
    one = _ask("dog")
    assert one.masked == 1 and one.auc is None
    emoji = _ask("😀")
    assert emoji.masked == 0 and {notice.key for notice in emoji.notices} == {"pg_note_unknown", "pg_ele_none_masked"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": "the dog " * 300}, "has 602 tokens; local/discriminator reads at most 96"),
        ({"text": "the [MASK] came"}, r"Place 2 holds \[MASK\]"),
        ({"generator_model": "local/other"}, "cut this text into different tokens"),
        ({"model": "local/generator"}, "ships no “replaced_token” head"),
        ({"layer": 7}, "Layer 7 was asked for; local/discriminator has 2"),
        ({"layer": 1, "head": 5}, "Head 5 was asked for; local/discriminator has 2"),
        ({"layer": 1, "place": 99}, "Place 99 is not in the text"),
        (
            {"text": "나는 학교에 갔다", "model": "google/electra-small-discriminator"},
            "cannot read Korean: choose monologg",
        ),
        ({"replaced_text": "[MASK]"}, r"holds \[MASK\]"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_done_is_one_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(Complaint, match=said) as caught:
        _ask(**values)
    assert caught.value.sentence("ko") != caught.value.sentence("en")


def test_values_out_of_range_are_one_sentence() -> None:
    for values, said in (
        ({"rate": 1.5}, "rate is 1.5"),
        ({"temperature": -1}, "temperature is -1"),
        ({"text": " "}, ""),
    ):
        with pytest.raises(ValidationError) as caught:
            Request(**({"text": TEXT} | values))  # type: ignore[arg-type]
        assert said in complaint_of(caught.value).sentence("en")


def test_your_own_changes_are_found_place_by_place_and_between() -> None:
    same = _ask("the dog used the cat", replaced_text="the dog used the man")
    assert [token.state for token in same.tokens].count("replaced") == 1
    assert (same.tokens[5].original, same.tokens[5].text) == ("cat", "man")
    assert same.generator is None and same.auc is not None
    longer = _ask("the dog used the cat", replaced_text="the old dog used the cat")
    [put_in] = [token for token in longer.tokens if token.state == "replaced"]
    assert (put_in.text, put_in.original) == ("old", "")
    unchanged = _ask("the dog", replaced_text="the dog")
    assert unchanged.replaced == 0 and unchanged.auc is None


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 5), max_size=12))
def test_counterparts_stand_in_order(before: list[int], after: list[int]) -> None:
    found = aligned(before, after)
    assert len(found) == len(after)
    there = [place for place in found if place is not None]
    assert all(a < b for a, b in pairwise(there)) and all(0 <= place < len(before) for place in there)
    if before == after:
        assert found == list(range(len(before)))


def test_attention_is_that_of_the_discriminator_at_the_place() -> None:
    loaded = loading.load("local/discriminator", "replaced_token")
    result = _ask(rate=0.3, layer=2, head=1, place=4)
    ids = torch.tensor([loaded.tokenizer.convert_tokens_to_ids([token.text for token in result.tokens])])
    eager = ElectraForPreTraining.from_pretrained(str(loaded.entry.folder), attn_implementation="eager").eval()
    with torch.inference_mode():
        weights = eager(input_ids=ids, output_attentions=True).attentions[1][0]
    assert result.attention is not None and (result.attention.layers, result.attention.heads) == (2, 2)
    assert result.attention.weights == pytest.approx(weights[0, 4].tolist(), abs=1e-4)
    mean = _ask(rate=0.3, layer=2, head=0, place=4).attention
    assert mean is not None and mean.weights == pytest.approx(weights[:, 4].mean(0).tolist(), abs=1e-4)
    plain = _ask(rate=0.3)
    assert result.model_dump(exclude={"attention", "tokens"}) == plain.model_dump(exclude={"attention", "tokens"})


def _shown(name: str, request: Any, result: Any) -> Run:
    run = Run(demo=name, request=request.model_dump(), result=result.model_dump(), model="", device="", seconds=0)
    dump(run)
    return run


@languages
@pytest.mark.parametrize("values", [{}, {"rate": 0}, {"layer": 1, "place": 3}, {"replaced_text": "a <b> dog"}], ids=str)
def test_the_tab_shows_rows_verdicts_and_colours(language: str, values: dict[str, Any]) -> None:
    request = Request(text=TEXT + " <b>bold</b>", **(MODELS | {"rate": 0.4} | values))
    result = run(request)
    drawn = tab.draw(_shown("electra", request, result), language)
    rows, strip, counts, heat, _, looks, _, looking, *_ = drawn
    lines = 2 if values.get("replaced_text") else 3
    assert rows.count("<span>") == lines * (len(result.tokens) + 1) and "<b>" not in rows.replace("<br>", "")
    assert rows.count("[MASK]") == result.masked
    assert [button["text"] for button in strip] == [token.text for token in result.tokens]
    assert f"{result.hits}" in counts
    z = np.asarray(heat.data[0].z, float).ravel()[: len(result.tokens)]
    assert z == pytest.approx([token.replaced_probability for token in result.tokens], abs=1e-6)
    assert looking == ("layer" in values) and (looks is not None) == ("layer" in values)
    heat.to_json()


def test_attention_is_asked_for_while_it_is_looked_at_and_for_the_same_text() -> None:
    asked = {"text": "a", "model": "m"}
    shown = _shown("electra", Request(text="a", model="m"), _ask("a"))
    assert tab.complete(asked, shown, False, 3, 1, 5)["layer"] is None
    assert tab.complete(asked, shown, True, 3, 1, 5) == asked | {"layer": 3, "head": 1, "place": 5}
    assert tab.complete(asked | {"text": "b"}, shown, True, 3, 1, 5)["place"] == 1


# By hand


def test_a_change_is_judged_at_once_and_counted() -> None:
    result = _hand([{"place": 2, "word": "cat"}, {"place": 5, "word": "dog"}], threshold=0.5)
    assert [change.word for change in result.changes] == ["cat"]  # a dog stood at 5: no change
    assert [token.text for token in result.tokens if token.replaced] == ["cat"]
    assert [token.text for token in result.tokens][2] == "cat"
    loaded = loading.load("local/discriminator", "replaced_token")
    ids = loaded.tokenizer.convert_tokens_to_ids([token.text for token in result.tokens])
    with torch.inference_mode():
        wanted = loaded.model(input_ids=torch.tensor([ids])).logits[0].sigmoid()
    assert result.changes[0].probability == pytest.approx(float(wanted[2]), abs=1e-4)
    for threshold, slipped in ((0.0, 0), (1.0, 1)):
        again = _hand([{"place": 2, "word": "cat"}], threshold=threshold)
        assert again.slipped == slipped and again.changes[0].slipped == bool(slipped)
        assert again.false_alarms == (again.untouched if not slipped else 0)


def test_a_word_of_several_pieces_takes_the_place_of_one_token() -> None:
    result = _hand([{"place": 2, "word": "xyz"}, {"place": 5, "word": "##s"}])
    pieces = [token for token in result.tokens if token.place == 2]
    assert [token.text for token in pieces] == ["x", "##y", "##z"] and all(token.replaced for token in pieces)
    assert result.changes[0].probability == max(token.replaced_probability for token in pieces)
    assert [token.text for token in result.tokens if token.place == 5] == ["##s"]
    assert [token.place for token in result.tokens if not token.replaced] == [
        place for place in range(len(result.tokens) - 2) if place not in (2, 5)
    ]


def test_the_generators_words_are_its_softmax_in_the_changed_text() -> None:
    result = _hand([{"place": 2, "word": "xyz"}], place=5, top_k=7)
    loaded = loading.load("local/generator", "masked_lm")
    words = [token.text if token.place != 5 else "[MASK]" for token in result.tokens]
    ids = torch.tensor([loaded.tokenizer.convert_tokens_to_ids(words)])
    with torch.inference_mode():
        best = loaded.model(input_ids=ids).logits[0, words.index("[MASK]")].softmax(0).topk(7)
    assert [one.token for one in result.candidates] == loaded.tokenizer.convert_ids_to_tokens(best.indices.tolist())
    assert [one.probability for one in result.candidates] == pytest.approx(best.values.tolist(), abs=1e-5)
    assert result.chosen == "dog"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"place": 0, "word": "dog"}, "Place 0 holds a special token"),
        ({"place": 99, "word": "dog"}, "Place 99 is not in the text"),
        ({"place": 2, "word": "[SEP]"}, "is no word to the model"),
        ({"place": 2, "word": " "}, "No word was given"),
        ({"place": 2, "word": "w" * 41}, "41 characters; at most 40"),
        ({"place": 2, "word": "a\x00"}, r"U\+0000"),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_made_is_one_sentence(change: dict[str, Any], said: str) -> None:
    with pytest.raises((Complaint, ValidationError), match=said):
        _hand([change])


def test_changes_that_make_the_text_too_long_are_one_sentence() -> None:
    with pytest.raises(Complaint, match="reads at most 96"):
        _hand([{"place": place, "word": "x" * 40} for place in (1, 2, 3, 4)])


@languages
def test_clicks_add_take_back_and_empty_the_changes(language: str) -> None:
    request = HandRequest(text=TEXT, changes=[{"place": 2, "word": "cat"}], place=5, **MODELS)  # type: ignore[list-item]
    result = by_hand(request)
    shown = _shown("electra_by_hand", request, result)
    fields = {name: shown.request[name] for name in ("text", "model", "generator_model", "threshold")}
    asked = hand_tab.complete(fields, shown)
    assert asked["changes"] == [{"place": 2, "word": "cat"}] and asked["place"] == 5
    assert hand_tab.picked(asked, shown, 3, "")["place"] == 3
    taken = hand_tab.taken(asked, shown, 0, "")
    assert taken["changes"] == [{"place": 2, "word": "cat"}, {"place": 5, "word": result.candidates[0].token}]
    again = hand_tab.typed(taken, shown, -1, "man")["changes"]
    assert again == [{"place": 2, "word": "cat"}, {"place": 5, "word": "man"}]
    assert hand_tab.put_back(taken, shown, -1, "")["changes"] == [{"place": 2, "word": "cat"}]
    assert hand_tab.emptied(taken, shown, -1, "") == asked | {"changes": [], "place": None}
    with pytest.raises(Complaint, match="No token is chosen"):
        hand_tab.typed(asked | {"place": None}, shown, -1, "man")
    other = hand_tab.complete(fields | {"text": "another"}, shown)
    assert other["changes"] == [] and other["place"] is None
    strip, score, hint, words, figure, box = hand_tab.draw(shown, language)
    assert [token["text"] for token in strip] == [token.text for token in result.tokens]
    assert "pg-picked" in strip[5]["state"] and len(words) == len(result.candidates)
    assert "1" in score and "dog" in hint and box == ""
    assert list(figure.data[0].x) == [result.changes[0].probability]
    empty = by_hand(HandRequest(text=TEXT, **MODELS))
    hand_tab.draw(_shown("electra_by_hand", HandRequest(text=TEXT, **MODELS), empty), language)
