"""The stopwatch times what it names, keeps its books, and refuses what does not fit. No test depends on a time."""

import gc
import weakref
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel, PreTrainedModel

from playground.core.architecture import total
from playground.demos.albert.stopwatch import figures, pipeline, tab
from playground.demos.albert.stopwatch.schema import MODELS, Progress, Request, Result
from playground.examples import stored
from playground.messages import Complaint
from playground.runs import complaint_of

TINY: dict[str, Any] = {
    "models": ["yours"],
    "embedding_size": 8,
    "hidden_size": 16,
    "num_layers": 3,
    "num_heads": 2,
    "intermediate_size": 24,
    "batch_size": 2,
    "length": 8,
    "rounds": 3,
}


def _events(**changes: Any) -> list[Progress | Result]:
    return list(pipeline.run(Request(**(TINY | changes))))


def test_every_round_is_counted_and_the_first_only_warms_up() -> None:
    *steps, last = _events()
    assert [step.done for step in steps if isinstance(step, Progress)] == [1, 2, 3, 4]
    assert [sum(one.rounds for one in step.result.timed) for step in steps if isinstance(step, Progress)] == [
        0,
        1,
        2,
        3,
    ]
    assert isinstance(last, Result) and last.tokens == 16
    [one] = last.timed
    for time in (one.forward, one.training_step):
        assert 0 < time.low <= time.median <= time.high
    assert one.weight_bytes == 4 * one.parameters


@pytest.mark.parametrize("sharing", ["none", "attention", "ffn", "all"])
def test_a_model_of_ones_own_has_the_parameters_that_the_calculator_counts(sharing: str) -> None:
    request = Request(**(TINY | {"sharing": sharing, "embedding_size": 16}))
    *_, last = pipeline.run(request)
    assert isinstance(last, Result)
    assert last.timed[0].parameters == total(pipeline._architecture("yours", request))


@pytest.mark.parametrize(
    ("name", "kind", "config", "missing"),
    [
        ("BERT-base", BertModel, BertConfig(vocab_size=30_000), 0),
        # BERT's encoder has at least one token type, and DistilBERT none.
        ("DistilBERT", DistilBertModel, DistilBertConfig(), 768),
        (
            "TinyBERT-4",
            BertModel,
            BertConfig(hidden_size=312, num_hidden_layers=4, intermediate_size=1200),
            0,
        ),
        ("MiniLM-L6", BertModel, BertConfig(hidden_size=384, num_hidden_layers=6, intermediate_size=1536), 0),
    ],
)
def test_the_papers_models_are_the_ones_that_transformers_has(
    name: Any, kind: type[PreTrainedModel], config: Any, missing: int
) -> None:
    with torch.device("meta"):
        real = sum(p.numel() for p in kind(config).parameters())
    assert total(pipeline._architecture(name, Request(**TINY))) == real + missing


def test_a_training_step_trains() -> None:
    request = Request(**TINY)
    runner = pipeline._built("yours", pipeline._architecture("yours", request))
    before = [parameter.detach().clone() for parameter in runner.model.parameters()]
    ids = torch.randint(0, 50, (2, 8))
    pipeline._forward(runner, ids)
    assert all(torch.equal(a, b) for a, b in zip(before, runner.model.parameters(), strict=True))
    pipeline._train(runner, ids)
    moved = [not torch.equal(a, b) for a, b in zip(before, runner.model.parameters(), strict=True)]
    assert sum(moved) > len(moved) / 2  # all but the pooler, which the loss does not see


def test_what_does_not_fit_is_refused_with_its_numbers_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "available_bytes", lambda: 1_500_000_000)
    built: list[str] = []
    real = pipeline._built
    monkeypatch.setattr(pipeline, "_built", lambda name, of: built.append(name) or real(name, of))
    *_, last = _events(models=["BERT-base", "yours"])
    assert isinstance(last, Result) and built == ["yours"] == [one.name for one in last.timed]
    [notice] = last.notices
    assert notice.sentence("en") == "BERT-base was left out: a training step needs 1.6 GiB, and 1.4 GiB are free."
    with pytest.raises(Complaint, match="BERT-base does not fit: a training step needs"):
        _events(models=["BERT-base"])


def test_what_was_built_is_let_go_when_the_run_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    models: list[weakref.ref[Any]] = []
    real = pipeline._built

    def watched(name: Any, of: Any) -> Any:
        runner = real(name, of)
        models.append(weakref.ref(runner.model))
        return runner

    monkeypatch.setattr(pipeline, "_built", watched)
    run = pipeline.run(Request(**TINY))
    next(run)
    run.close()  # type: ignore[attr-defined]
    gc.collect()
    assert [model() for model in models] == [None]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"models": []}, "No model is chosen"),
        ({"num_heads": 5}, "cannot be split among 5 heads"),
        ({"embedding_size": 32}, "32 wide and hidden states 16"),
        ({"rounds": 2}, "rounds is 2; it must be at least 3"),
        ({"length": 513}, "length is 513; it can be at most 512"),
        ({"models": ["GPT-3"]}, "models.0 is not"),
    ],
    ids=str,
)
def test_nonsense_gets_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Request(**(TINY | changes))
    assert said in complaint_of(caught.value).sentence("en")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_stored_run_shows_all_models(language: str) -> None:
    run = stored("albert_stopwatch")[0]
    result = Result.model_validate(run.result)
    assert tuple(one.name for one in result.timed) == MODELS
    figure, table = tab.draw(run, language)
    for trace, panel in zip(figure.data, ("forward", "training_step"), strict=True):
        assert list(trace.y) == [getattr(one, panel).median for one in result.timed]
        assert list(trace.x) == [one.parameters / 1e6 for one in result.timed]
    assert table.count("<tr>") == 1 + len(MODELS)
    assert figures.times(Result(tokens=8, timed=[]), language).data
