"""Two heads on pairs of sentences: against Transformers' own outputs one pair at a time, and against scikit-learn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from transformers import AlbertConfig, AlbertForPreTraining, BertForMaskedLM, BertForPreTraining

from playground.core.probe import LinearProbe
from playground.core.sentences import sentences
from playground.demos.sentence_pairs import figures, pipeline, scoring, tab
from playground.demos.sentence_pairs.claim import figures as claim_figures
from playground.demos.sentence_pairs.claim import pipeline as claim
from playground.demos.sentence_pairs.claim.schema import KINDS
from playground.demos.sentence_pairs.claim.schema import Request as ClaimRequest
from playground.demos.sentence_pairs.claim.schema import Result as ClaimResult
from playground.demos.sentence_pairs.groups import elsewhere, groups
from playground.demos.sentence_pairs.probe import figures as probe_figures
from playground.demos.sentence_pairs.probe import pipeline as probe
from playground.demos.sentence_pairs.probe.schema import FOLDS
from playground.demos.sentence_pairs.probe.schema import Request as ProbeRequest
from playground.demos.sentence_pairs.probe.schema import Result as ProbeResult
from playground.demos.sentence_pairs.schema import Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.models.loading import load
from playground.runs import Run
from tests.unit import tiny

FIRST, SECOND = "the dog came to the river", "then it took the bank with the cat and more words"
languages = pytest.mark.parametrize("language", ["en", "ko"])


def _albert() -> AlbertForPreTraining:
    torch.manual_seed(3)
    config = AlbertConfig(
        vocab_size=len(tiny.WORDS),
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=96,
        initializer_range=0.6,
        bos_token_id=None,
        eos_token_id=None,
    )
    return AlbertForPreTraining(config).eval()


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """local/bert with an NSP head, local/albert with an SOP head, local/plain with neither."""
    root = tmp_path_factory.mktemp("models")
    for name, model in {
        "bert": tiny.model(BertForPreTraining, max_position_embeddings=96),
        "albert": _albert(),
        "plain": tiny.model(BertForMaskedLM, max_position_embeddings=96),
    }.items():
        model.save_pretrained(root / name)
        tiny.tokenizer(96).save_pretrained(root / name)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _request(**changes: Any) -> Request:
    values = {"first": FIRST, "second": SECOND, "nsp_model": "local/bert", "sop_model": "local/albert", "layer": 1}
    return Request(**(values | changes))


@torch.inference_mode()
def _alone(model: str, first: str, second: str) -> float:
    """By the classes of Transformers, with nothing of ours."""
    kind = BertForPreTraining if model == "bert" else AlbertForPreTraining
    loaded = load(f"local/{model}", scoring.NSP if model == "bert" else scoring.SOP)
    whole = kind.from_pretrained(loaded.entry.folder).eval()  # type: ignore[arg-type]
    out = whole(**loaded.tokenizer(first, second, return_tensors="pt"))
    logits = out.seq_relationship_logits if model == "bert" else out.sop_logits
    return float(logits.softmax(-1)[0, 0])


def test_both_heads_say_what_transformers_says_of_each_pair_alone() -> None:
    result = pipeline.run(_request())
    other = result.elsewhere_text
    for pair, (first, second) in (
        (result, (FIRST, SECOND)),
        (result.swapped, (SECOND, FIRST)),
        (result.elsewhere, (FIRST, other)),
    ):
        assert pair.nsp is not None and pair.sop is not None
        assert pair.nsp.is_next == pytest.approx(_alone("bert", first, second), abs=2e-6)
        assert pair.sop.in_order == pytest.approx(_alone("albert", first, second), abs=2e-6)


def test_swapping_the_texts_swaps_the_answers() -> None:
    one, other = pipeline.run(_request()), pipeline.run(_request(first=SECOND, second=FIRST))
    assert (one.nsp, one.sop) == (other.swapped.nsp, other.swapped.sop)
    assert (other.nsp, other.sop) == (one.swapped.nsp, one.swapped.sop)


@torch.inference_mode()
@pytest.mark.parametrize("head", [0, 2])
def test_the_packed_input_and_what_cls_looks_at(head: int) -> None:
    bert, albert = pipeline.run(_request(layer=2, head=head)).packed
    for packed, name in ((bert, scoring.NSP), (albert, scoring.SOP)):
        loaded = load(packed.model, name)
        inputs = loaded.tokenizer(FIRST, SECOND, return_tensors="pt")
        ids = inputs["input_ids"][0].tolist()
        assert packed.tokens == loaded.tokenizer.convert_ids_to_tokens(ids)
        border = packed.tokens.index("[SEP]") + 1
        assert packed.segments == [0] * border + [1] * (len(ids) - border)
        kind = BertForPreTraining if name == scoring.NSP else AlbertForPreTraining
        eager = kind.from_pretrained(loaded.entry.folder, attn_implementation="eager").eval()  # type: ignore[arg-type]
        weights = eager(**inputs, output_attentions=True).attentions[1][0, :, 0]
        wanted = weights.mean(0) if head == 0 else weights[head - 1]
        assert packed.attention == pytest.approx(wanted.tolist(), abs=1e-4)
        assert (packed.layers, packed.heads) == (2, 2)


def test_a_model_without_the_head_says_so_and_the_other_answers() -> None:
    result = pipeline.run(_request(sop_model="local/plain"))
    assert result.sop is None and result.swapped.sop is None and result.nsp is not None
    [notice] = result.notices
    assert "local/plain carries no head for sentence order prediction" in notice.sentence("en")
    assert "문장 순서 예측" in notice.sentence("ko")
    assert [packed.model for packed in result.packed] == ["local/bert"]
    with pytest.raises(Complaint, match="Neither local/plain carries"):
        pipeline.run(_request(nsp_model="local/plain", sop_model="local/bert"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"second": "dog " * 100}, "tokens; local/bert reads at most 96"),
        ({"layer": 3}, "Layer 3 was asked for; local/bert has 2"),
        ({"head": 3}, "Head 3 was asked for; local/bert has 2"),
        ({"nsp_model": "bert-mini", "first": "강아지가 강으로 왔다."}, "cannot read Korean"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_asked_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Complaint) as caught:
        pipeline.run(_request(**changes))
    assert said in caught.value.sentence("en") and "{" not in caught.value.sentence("ko")


def test_batches_of_any_size_say_the_same_and_name_each_place_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load("local/albert", scoring.SOP)
    pairs = [(FIRST, SECOND), ("dog", "cat"), (SECOND, FIRST), ("the", "of and to in a is was he for it"), (FIRST, "a")]
    whole = scoring.probabilities(loaded, scoring.SOP, pairs)
    monkeypatch.setattr(scoring, "_BATCH_TOKENS", 40)
    places = [place for batch, _ in scoring.batches(loaded, scoring.SOP, pairs, quick=True) for place in batch]
    assert sorted(places) == list(range(len(pairs)))
    assert scoring.probabilities(loaded, scoring.SOP, pairs) == pytest.approx(whole, abs=2e-6)


def test_the_bundled_groups_are_many_and_all_different() -> None:
    every = [sentence for group in groups() for sentence in group]
    assert len(groups()) >= 150 and len(set(every)) == len(every)
    assert all(sentence[0].isupper() and sentence[-1] == "." for sentence in every)


def test_a_sentence_from_elsewhere_is_always_the_same_one_and_neither_of_the_two() -> None:
    first, second, _ = groups()[5]
    other = elsewhere(first, second)
    assert other == elsewhere(first, second) and other not in (first, second)
    assert len({elsewhere(group[0], group[1]) for group in groups()}) > 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One came. Two went! Did three? Yes.", ["One came.", "Two went!", "Did three?", "Yes."]),
        ('He said: "No." Then he left.', ['He said: "No."', "Then he left."]),
        ("  A.\n\nB without an end\nC. ", ["A.", "B without an end", "C."]),
        ("It costs 3.50 today.", ["It costs 3.50 today."]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_its_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


# The claim


def _claim(**changes: Any) -> list[Any]:
    values = {"nsp_model": "local/bert", "sop_model": "local/albert"}
    return list(claim.run(ClaimRequest(**(values | changes))))


TEXT = "the dog came. he took the cat. they went to the river. it was a new day. then they came back. all was well."


def test_the_shares_are_those_of_asking_one_pair_after_the_other() -> None:
    *steps, last = _claim(text=TEXT)
    assert isinstance(last, ClaimResult) and last.pairs == 5
    assert [step.done for step in steps][-1] == steps[-1].total == 2 * 3 * 5
    cases, _, _ = claim.drawn(ClaimRequest(text=TEXT))
    assert cases["swapped"] == [(b, a) for a, b in cases["next"]] and len(cases["elsewhere"]) == 5
    for judged, model in zip(last.judged, ("bert", "albert"), strict=True):
        right = {kind: [(_alone(model, *pair) > 0.5) == (kind == "next") for pair in cases[kind]] for kind in KINDS}
        for kind in KINDS:
            share = judged.kinds[kind]
            assert share.right == pytest.approx(np.mean(right[kind]), abs=1e-4)
            assert share.low <= share.right <= share.high
        assert judged.tasks["sop"].right == pytest.approx(np.mean(right["next"] + right["swapped"]), abs=1e-4)
        assert judged.tasks["nsp"].right == pytest.approx(np.mean(right["next"] + right["elsewhere"]), abs=1e-4)


def test_sentences_from_elsewhere_are_of_another_group_and_follow_the_seed() -> None:
    cases, group, _ = claim.drawn(ClaimRequest(seed=4))
    own = {sentence: number for number, three in enumerate(groups()) for sentence in three}
    assert len(cases["next"]) == 2 * len(groups()) == len(group)
    for (first, other), number in zip(cases["elsewhere"], group, strict=True):
        assert own[first] == number != own[other]
    assert claim.drawn(ClaimRequest(seed=4))[0] == cases != claim.drawn(ClaimRequest(seed=5))[0]


def test_a_head_that_always_says_yes_is_right_on_next_alone() -> None:
    judged = claim._judged("nsp", "any", np.ones((3, 20), dtype=bool), np.arange(20) // 2)
    assert [judged.kinds[kind].right for kind in KINDS] == [1, 0, 0]
    assert [share.right for share in judged.tasks.values()] == [0.5, 0.5]


def test_a_text_of_too_few_sentences_is_one_sentence_and_too_many_are_cut() -> None:
    with pytest.raises(Complaint, match="has 2 sentences; at least 5"):
        _claim(text="One dog. Two cats.")
    cases, _, notices = claim.drawn(ClaimRequest(text="A dog came. " * 500))
    assert len(cases["next"]) == 400 and "499 pairs; the first 400" in notices[0].sentence("en")


# The probe


def test_logistic_regression_is_that_of_scikit_learn() -> None:
    torch.manual_seed(1)
    features, labels = torch.randn(200, 12) * torch.rand(12) * 5 + 3, (torch.rand(200) > 0.4).long()
    features[:, 2] += 4 * labels
    mine = LinearProbe(features, labels, 2, probe._DECAY)
    standard = ((features - mine.mean) / mine.deviation).numpy()
    theirs = LogisticRegression(C=1 / (probe._DECAY * len(labels)), tol=1e-8, max_iter=1000)
    theirs.fit(standard, labels.numpy())
    # Each of two classes pays for its weights: halved and opposite, they cost half of what one vector does.
    assert (mine.weight[:, 1] - mine.weight[:, 0]).numpy() == pytest.approx(theirs.coef_[0], abs=2e-3)
    assert mine(features).softmax(-1).numpy() == pytest.approx(theirs.predict_proba(standard), abs=2e-3)


@pytest.mark.parametrize("task", ["order", "next"])
def test_no_head_is_judged_on_a_group_that_it_learned_from(task: Any) -> None:
    pairs, labels, group = probe.examples(ProbeRequest(task=task))
    folds = probe._folds(len(groups()), 1)
    assert sorted(torch.bincount(folds).tolist()) == [31, 31, 32, 32, 32]
    own = {sentence: number for number, three in enumerate(groups()) for sentence in three}
    assert len(pairs) == 4 * len(groups()) and labels.sum() == len(pairs) / 2
    for (first, second), label, number in zip(pairs, labels.tolist(), group.tolist(), strict=True):
        same = own[first] == own[second] == number
        assert same if task == "order" or label else own[first] == number != own[second]


def test_a_head_learns_what_is_there_and_nothing_where_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ProbeRequest(model="local/bert", first=FIRST, second=SECOND)
    labels = torch.cat([probe.examples(asked)[1], torch.tensor([1, 0])])

    def planted(strength: float) -> Any:
        def pooled(loaded: Any, pairs: Any) -> Iterator[torch.Tensor]:
            noise = torch.randn(len(pairs), 16, generator=torch.Generator().manual_seed(2))
            noise[:, 3] += strength * labels
            yield noise

        return pooled

    monkeypatch.setattr(probe, "_pooled", planted(6.0))
    *steps, there = probe.run(asked)
    assert isinstance(there, ProbeResult) and there.accuracy is not None and there.accuracy > 0.97
    assert there.in_order is not None and there.swapped is not None and there.in_order > 0.8 > 0.2 > there.swapped
    assert len(there.folds) == FOLDS and [len(s.result.folds) for s in steps][-FOLDS:] == [1, 2, 3, 4, 5]
    monkeypatch.setattr(probe, "_pooled", planted(0.0))
    *_, nothing = probe.run(asked)
    assert isinstance(nothing, ProbeResult) and nothing.low is not None and nothing.high is not None
    assert nothing.low < 0.5 < nothing.high + 0.02


def test_the_features_are_the_poolers_outputs() -> None:
    loaded = load("local/albert", scoring.SOP)
    pairs = [(FIRST, SECOND), ("dog", "cat")]
    with torch.inference_mode():
        alone = [loaded.model.albert(**loaded.tokenizer(*pair, return_tensors="pt")).pooler_output for pair in pairs]
    assert torch.cat(list(probe._pooled(loaded, pairs))).numpy() == pytest.approx(torch.cat(alone).numpy(), abs=1e-5)
    assert [probe.head_of(model) for model in ("local/bert", "local/albert")] == [scoring.NSP, scoring.SOP]


# What is drawn


@languages
def test_every_number_is_drawn(language: str) -> None:
    result = pipeline.run(_request(sop_model="local/plain"))
    figure, said, nsp, sop = tab.draw(_as_run("sentence_pairs", _request(sop_model="local/plain"), result), language)
    assert len(figure.data) == 1 and result.nsp is not None
    assert figure.data[0].x[0] == result.nsp.is_next
    assert [token["text"] for token in nsp] == result.packed[0].tokens and sop == []
    assert {token["below"] for token in nsp} == {"A", "B"} and max(token["shade"] for token in nsp) == 0.9
    assert "<p" in said
    both = figures.answers(pipeline.run(_request()), language)
    assert len(both.data) == 2
    *_, last = _claim(text=TEXT)
    drawn = claim_figures.shares(last, language)
    assert [list(trace.y) for trace in drawn.data] == [
        [judged.kinds[kind].right for kind in KINDS] for judged in last.judged
    ]
    empty = ProbeResult(examples=4, width=2, folds=[])
    assert len(probe_figures.folds(empty, language).data) == 2


def _as_run(demo: str, request: Request, result: Result) -> Run:
    return Run(demo=demo, request=request.model_dump(), result=result.model_dump(), model="", device="CPU", seconds=0)
