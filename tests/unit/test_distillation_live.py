"""A run among others: several at once do not mix, a run that ends lets go of what it held, bf16 learns the same."""

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from playground.demos.distillation import arms, pipeline, race
from playground.demos.distillation.schema import Request, Result
from tests.unit import distilling

LABELLED = "\n".join(
    f"{label},the {noun} of paris was {word}"
    for noun in ("man", "day", "world", "dog", "cat", "river")
    for label, words in (("positive", ("good", "great", "well", "right")), ("negative", ("not", "no", "off", "old")))
    for word in words
)


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with distilling.models(tmp_path_factory.mktemp("models")) as root:
        yield root


def _request(**more: Any) -> Request:
    unlabelled = "\n".join(line.partition(",")[2] for line in LABELLED.splitlines())
    return distilling.request(unlabelled, source="mine.csv", labelled=LABELLED, **more)


def test_three_at_once_are_three_alone() -> None:
    """Each has its own seed, and gets its own curves, controls and student."""
    seeds = (1, 2, 3)

    def ends(seed: int) -> Result:
        last = list(pipeline.run(_request(seed=seed)))[-1]
        assert isinstance(last, Result)
        return last

    alone = {seed: ends(seed) for seed in seeds}
    together: dict[int, Result] = {}
    threads = [threading.Thread(target=lambda seed=seed: together.update({seed: ends(seed)})) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for seed in seeds:
        assert together[seed].history == alone[seed].history and together[seed].seed == seed
        for name in ("control", "control_random"):
            assert getattr(together[seed], name) == getattr(alone[seed], name)
    assert len({result.student_id for result in (*together.values(), *alone.values())}) == 6
    assert alone[1].history != alone[2].history


@pytest.mark.parametrize("after", [0, 3, 10])
def test_a_run_that_is_cancelled_holds_no_student_any_more(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    held: list[weakref.ref[torch.nn.Module]] = []
    real = race.build

    def watched(*args: Any) -> Any:
        student = real(*args)
        held.append(weakref.ref(student.model))
        return student

    monkeypatch.setattr(race, "build", watched)
    monkeypatch.setattr(pipeline, "_OFTEN", 0.0)
    run = pipeline.run(_request())
    for _ in range(2 + after):  # the first word comes before anything is made
        next(run)
    assert len(held) == 3 and all(one() is not None for one in held)
    run.close()
    del run
    gc.collect()
    assert [one() for one in held] == [None] * 3


def test_bf16_learns_nearly_the_same_and_its_terms_are_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    def losses() -> list[float]:
        request = _request(embedding=1, attention=1, hidden=1, prediction=1, learning_rate=3e-3)
        arm = race.Race(request).distilled(race.recipe_of(request))
        ids, mask, labels, teacher = arm.batch()
        total, terms = arm.taught[0](ids, mask, labels, teacher)
        assert total.dtype == torch.float32 and {term.dtype for term in terms.values()} == {torch.float32}
        assert len(terms) == 7
        return [arm.step()[0] for _ in range(12)]

    for wanted in (False, True):
        monkeypatch.setattr(arms, "has_fast_bf16", lambda device, wanted=wanted: wanted)
        found = losses()
        if not wanted:
            exact = found
    assert found == pytest.approx(exact, rel=0.05) and found != exact
    assert found[-1] < found[0]
