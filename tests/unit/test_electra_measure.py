"""Hundreds of sentences: ROC, AUC, calibration and sweeps against brute force; core's numbers on random ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score, roc_curve
from transformers import BertForMaskedLM, ElectraConfig, ElectraForPreTraining

from playground.core.metrics import auc, calibration, roc
from playground.core.replaced import GUESSED, ORIGINAL, REPLACED, states
from playground.demos.electra import pair as pairs
from playground.demos.electra.measure import tab
from playground.demos.electra.measure.pipeline import bundled, run
from playground.demos.electra.measure.schema import (
    BINS,
    MAX_CHARACTERS,
    MAX_SENTENCES,
    RATES,
    TEMPERATURES,
    Progress,
    Request,
    Result,
)
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.runs import Run, complaint_of, dump
from tests.unit import tiny

TEXT = "The man used the dog. She came to the bank! Who are they? They were there before us, and he came back."
MODELS: dict[str, Any] = {"model": "local/discriminator", "generator_model": "local/generator"}
LENGTH = 96


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("models")
    torch.manual_seed(3)
    config = ElectraConfig(**tiny.config(max_position_embeddings=LENGTH, embedding_size=16).to_dict())
    for name, model in (
        ("generator", tiny.model(BertForMaskedLM, max_position_embeddings=LENGTH)),
        ("discriminator", ElectraForPreTraining(config)),
    ):
        model.save_pretrained(root / name)
        tiny.tokenizer(LENGTH).save_pretrained(root / name)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _measure(text: str = TEXT, **more: Any) -> list[Progress | Result]:
    return list(run(Request(text=text, **(MODELS | more))))


def test_the_bundled_sentences_are_many_different_and_of_ordinary_length() -> None:
    assert len(bundled()) == len(set(bundled())) >= 200
    assert all(8 <= len(sentence.split()) <= 30 and sentence.endswith(".") for sentence in bundled())


def test_the_first_pass_is_what_scikit_learn_says_of_each_sentence_alone() -> None:
    *_, result = _measure(rate=0.3, seed=4)
    assert isinstance(result, Result)
    loaded = pairs.pair("local/generator", "local/discriminator")
    scores: list[float] = []
    labels: list[bool] = []
    for number, sentence in enumerate(TEXT.replace("!", ".").replace("?", ".").split(". ")):
        text = pairs.read(
            loaded.discriminator,
            sentence if sentence.endswith(".") else TEXT[TEXT.index(sentence) :][: len(sentence) + 1],
        )
        [made] = pairs.corrupt(loaded, [text], 0.3, 1.0, 4, [number])
        [logits] = pairs.suspicion(loaded.discriminator, [made.filled])
        scores += logits[text.maskable].tolist()
        labels += (made.states == REPLACED)[text.maskable].tolist()
    assert (result.tokens, result.replaced) == (len(scores), sum(labels))
    assert result.auc == pytest.approx(roc_auc_score(labels, scores), abs=1e-4)
    chances = torch.tensor(scores).sigmoid().numpy()
    wanted_share, wanted_mean = calibration_curve(labels, chances, n_bins=BINS)
    filled = [one for one in result.calibration if one.of]
    assert [one.share for one in filled] == pytest.approx(wanted_share.tolist(), abs=1e-4)
    assert [one.mean for one in filled] == pytest.approx(wanted_mean.tolist(), abs=1e-4)
    ends = result.roc[0], result.roc[-1]
    assert [(end.false_alarms, end.hits) for end in ends] == [(0, 0), (1, 1)]
    assert result.low is not None and result.high is not None and result.low <= result.auc <= result.high


def test_progress_only_grows_and_ends_with_every_setting() -> None:
    *steps, last = _measure()
    assert isinstance(last, Result)
    done = [step.done for step in steps if isinstance(step, Progress)]
    assert done == sorted(done) and done[-1] == steps[-1].total  # type: ignore[union-attr]
    for name in ("roc", "calibration", "fooled", "by_temperature", "by_rate"):
        sizes = [len(getattr(step.result, name)) for step in steps if isinstance(step, Progress)]
        assert sizes == sorted(sizes)
    assert [point.temperature for point in last.by_temperature] == list(TEMPERATURES)
    assert [point.rate for point in last.by_rate] == list(RATES)
    assert {point.rate for point in last.by_temperature} == {0.15}
    shared = [point for point in last.by_temperature if point in last.by_rate]
    assert [(point.rate, point.temperature) for point in shared] == [(0.15, 1.0)]
    assert last.by_rate[-1].replaced > last.by_rate[0].replaced


def test_a_run_can_be_cancelled_between_batches() -> None:
    steps = run(Request(text=TEXT, **MODELS))
    next(steps), next(steps)
    steps.close()  # type: ignore[attr-defined]


def test_a_seed_gives_the_same_result() -> None:
    assert _measure(seed=3)[-1] == _measure(seed=3)[-1] != _measure(seed=5)[-1]


def test_what_cannot_be_measured_is_one_sentence() -> None:
    for text, said in (
        ("One sentence only.", "has 1 sentences; at least 2"),
        ("나는 갔다. 너는 왔다.", "cannot read Korean"),
        ("the [MASK] came. the dog came.", "nobody knows what is original"),
    ):
        with pytest.raises(Complaint, match=said):
            list(
                run(
                    Request(
                        text=text, **(MODELS if "나" not in text else {"model": "google/electra-small-discriminator"})
                    )
                )
            )
    with pytest.raises(ValidationError) as caught:
        Request(text="a" * (MAX_CHARACTERS + 1))
    assert "60,001" in complaint_of(caught.value).sentence("en")


def test_a_long_text_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import playground.demos.electra.measure.pipeline as pipeline

    monkeypatch.setattr(pipeline, "TEMPERATURES", (1.0,))
    monkeypatch.setattr(pipeline, "RATES", (0.15,))
    *_, result = _measure("He came. " * (MAX_SENTENCES + 3))
    assert isinstance(result, Result) and result.sentences == MAX_SENTENCES
    assert [notice.values for notice in result.notices] == [{"count": MAX_SENTENCES + 3, "limit": MAX_SENTENCES}]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_curves_table_and_believed_replacements_are_drawn_at_every_step(language: str) -> None:
    request = Request(text=TEXT, rate=0.4, **MODELS)
    for step in run(request):
        result = step.result if isinstance(step, Progress) else step
        shown = Run(
            demo="electra_measure",
            request=request.model_dump(),
            result=result.model_dump(),
            model="",
            device="",
            seconds=0,
        )
        dump(shown)
        _, curves, sweeps, numbers, fooled = tab.draw(shown, language)
        curves.to_json(), sweeps.to_json()
    assert list(curves.data[2].y) == [point.hits for point in result.roc]
    assert list(sweeps.data[0].y) == [point.auc for point in result.by_temperature]
    assert numbers.count("<tr>") == 1 + len(set(map(str, [*result.by_temperature, *result.by_rate])))
    assert fooled.count("<tr>") == 1 + len(result.fooled)


# core


_CASES = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0]), st.booleans()), min_size=1, max_size=60)


@given(_CASES)
def test_the_roc_curve_is_scikit_learns_and_has_the_auc_below_it(cases: list[tuple[float, bool]]) -> None:
    scores, labels = [score for score, _ in cases], [label for _, label in cases]
    curve = roc(scores, labels)
    if len(set(labels)) < 2:
        assert np.isnan(curve.hits).all() or np.isnan(curve.false_alarms).all()
        return
    false_alarms, hits, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    assert curve.false_alarms == pytest.approx(false_alarms) and curve.hits == pytest.approx(hits)
    assert curve.thresholds[1:] == pytest.approx(thresholds[1:])
    assert np.trapezoid(curve.hits, curve.false_alarms) == pytest.approx(auc(scores, labels))


@given(_CASES)
def test_calibration_counts_every_case_once(cases: list[tuple[float, bool]]) -> None:
    scores, labels = [score for score, _ in cases], [label for _, label in cases]
    found = calibration(scores, labels, 10)
    assert found.of.sum() == len(cases) and found.positive.sum() == sum(labels)
    by_hand = 0.0
    for bin_ in range(10):
        inside = [(s, label) for s, label in cases if min(int(s * 10), 9) == bin_]
        assert found.of[bin_] == len(inside)
        if inside:
            mean, share = (sum(values) / len(inside) for values in zip(*inside, strict=True))
            assert found.mean[bin_] == pytest.approx(mean)
            by_hand += abs(share - mean) * len(inside) / len(cases)
    assert found.error == pytest.approx(by_hand)


def test_probabilities_outside_0_to_1_are_refused() -> None:
    with pytest.raises(ValueError, match="run from 0 to 2"):
        calibration([0.0, 2.0], [True, False])
    with pytest.raises(ValueError, match="1 of 1 scores"):
        roc([float("nan")], [True])


def test_states_say_what_was_masked_and_what_differs() -> None:
    original, filled = torch.tensor([5, 6, 7, 8]), torch.tensor([5, 6, 9, 1])
    chosen = torch.tensor([False, True, True, False])
    assert states(original, filled, chosen).tolist() == [ORIGINAL, GUESSED, REPLACED, REPLACED]
