"""The small race: equal starts, equal texts, what is counted, what is compared, and that nothing is left to chance."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import BertForMaskedLM

from playground.core.probe import LinearProbe
from playground.demos.electra.efficiency import learner as learners
from playground.demos.electra.efficiency import pipeline, tab
from playground.demos.electra.efficiency.corpus import HELD_OUT, LEAST, LENGTH, build, manual
from playground.demos.electra.efficiency.learner import BATCH, Learner
from playground.demos.electra.efficiency.probing import judges, topics
from playground.demos.electra.efficiency.schema import OBJECTIVES, Objective, Point, Progress, Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.runs import Run, dump
from tests.unit import tiny

CPU = torch.device("cpu")
TEXT = (
    " ".join(f"the {a} {b} of the {c} is {b} , and {c} was {a} ." for a in "xyzuvw" for b in "klmnop" for c in "abcdef")
    * 3
)


@pytest.fixture(scope="module", autouse=True)
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tiny model whose tokenizer counts the positions."""
    root = tmp_path_factory.mktemp("models")
    tiny.model(BertForMaskedLM).save_pretrained(root / "counter")
    tiny.tokenizer().save_pretrained(root / "counter")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        environment.setattr(pipeline, "_VOCABULARY", ("local/counter", "masked_lm"))
        yield root


def _learner(objective: Objective, seed: int = 1) -> Learner:
    return Learner(objective, build(TEXT), seed, CPU)


def _race(**more: Any) -> list[Progress | Result]:
    return list(
        pipeline.run(
            Request(**({"text": "the dog", "corpus": TEXT, "source": "x.txt", "steps": 10, "seeds": 2} | more))
        )
    )


def test_the_manual_is_there_and_its_vocabulary_is_the_same_each_time() -> None:
    assert len(manual().split()) > 30_000
    first = build(manual())
    build.cache_clear()
    again = build(manual())
    assert first is not again and first.tokenizer.get_vocab() == again.tokenizer.get_vocab()
    assert torch.equal(first.train, again.train) and 200 < len(first.held_out) <= HELD_OUT
    assert first.train.shape[1] == LENGTH and bool((first.train[:, 0] == first.tokenizer.cls_token_id).all())
    seen = {tuple(row) for row in first.train.tolist()}
    assert sum(tuple(row) in seen for row in first.held_out.tolist()) == 0


def test_a_short_text_is_one_sentence() -> None:
    with pytest.raises(Complaint, match=f"at least {LEAST * LENGTH:,} are needed"):
        build("too short")
    with pytest.raises(Complaint, match=r"x\.txt is no longer here"):
        _race(corpus="")


def test_the_labelled_sentences_are_balanced_and_different() -> None:
    names = [topic for topic, _ in topics()]
    assert len(names) == len({sentence for _, sentence in topics()}) == 120
    assert {names.count(name) for name in names} == {30}


def test_all_objectives_begin_with_the_same_encoder_and_another_seed_with_another() -> None:
    states = [_learner(objective).encoder.state_dict() for objective in OBJECTIVES]
    for state in states[1:]:
        assert state.keys() == states[0].keys()
        assert all(torch.equal(state[name], states[0][name]) for name in state)
    other = _learner("mlm", seed=2).encoder.state_dict()
    assert not torch.equal(other["embeddings.word_embeddings.weight"], states[0]["embeddings.word_embeddings.weight"])


def test_they_read_the_same_blocks_masked_at_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {objective: [] for objective in OBJECTIVES}
    for objective in OBJECTIVES:
        made = _learner(objective)
        monkeypatch.setattr(made, "_learn", lambda rows, chosen, _, to=seen[objective]: to.append((rows, chosen)))
        for _ in range(30):  # more than one pass
            made.step()
    for objective in OBJECTIVES[1:]:
        for (rows, chosen), (others, places) in zip(seen["mlm"], seen[objective], strict=True):
            assert torch.equal(rows, others) and torch.equal(chosen, places)
    counted = [int(chosen.sum()) for _, chosen in seen["mlm"]]
    assert set(counted) == {BATCH * round(0.15 * (LENGTH - 2))}


def test_the_loss_is_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[int] = []

    def spy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        places.append(len(labels))
        return binary_cross_entropy_with_logits(logits, labels)

    monkeypatch.setattr(learners, "binary_cross_entropy_with_logits", spy)
    found = {}
    for objective in OBJECTIVES:
        made = _learner(objective)
        made.step()
        found[objective] = (made.with_loss, made.read)
    masked, all_of_them = BATCH * round(0.15 * (LENGTH - 2)), BATCH * LENGTH
    assert found == {
        "mlm": (masked, all_of_them),
        "rtd_masked": (masked, all_of_them),
        "rtd": (all_of_them, all_of_them),
    }
    assert places == [masked, all_of_them]


def test_no_gradient_of_the_discriminator_reaches_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the generator's own loss nothing of it moves, but the embeddings that both share."""
    monkeypatch.setattr(learners, "cross_entropy", lambda logits, words: 0.0 * cross_entropy(logits, words))
    made = _learner("rtd")
    assert made.generator is not None
    shared = made.model.electra.embeddings.word_embeddings.weight
    assert made.generator.generator_lm_head.weight is shared
    assert made.generator.electra.embeddings.word_embeddings.weight is shared
    made.step()
    for name, weight in made.generator.named_parameters():
        if weight is not shared:
            assert weight.grad is None or not bool(weight.grad.any()), name


def test_operations_are_those_of_the_products(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _learner("mlm")
    made.step()
    width, tokens, words = learners.WIDTH, BATCH * LENGTH, len(made.corpus.tokenizer)
    layer = tokens * (4 * width * width + 2 * width * 4 * width) + 2 * tokens * LENGTH * width
    forward = 2 * (learners.LAYERS * layer + made.with_loss * (width * width + width * words))
    assert made.flops == pytest.approx(3 * forward, rel=0.02)
    both = _learner("rtd")
    both.step()
    assert 1.1 < both.flops / made.flops < 2


def test_training_learns() -> None:
    for objective in OBJECTIVES:
        made = _learner(objective)
        losses = []
        whole = made._mlm if objective == "mlm" else made._rtd
        name = "_mlm" if objective == "mlm" else "_rtd"

        def kept(*batch: Any, whole: Any = whole, losses: list[float] = losses) -> torch.Tensor:
            loss: torch.Tensor = whole(*batch)
            losses.append(loss.item())
            return loss

        setattr(made, name, kept)
        for _ in range(60):
            made.step()
        assert sum(losses[-10:]) < 0.95 * sum(losses[:10]), objective


def test_the_probe_finds_what_is_there_and_nothing_else() -> None:
    draws = torch.Generator().manual_seed(1)
    features = torch.randn(400, 8, generator=draws)
    labels = features[:, :3].argmax(1)
    probe = LinearProbe(features[:300], labels[:300], 3)
    assert float((probe(features[300:]).argmax(1) == labels[300:]).float().mean()) > 0.9
    noise = torch.randint(3, (400,), generator=draws)
    chance = LinearProbe(features[:300], noise[:300], 3)(features[300:]).argmax(1) == noise[300:]
    assert 0.2 < float(chance.float().mean()) < 0.5


def test_the_judges_see_replaced_words_and_topics_alone() -> None:
    corpus = build(manual())
    judge = judges(corpus, labelled=True)
    assert torch.equal(judge.replaced, judge.ids != corpus.held_out)
    assert bool((judge.counted | ~judge.replaced).all())
    assert 0.1 < float(judge.replaced[judge.counted].float().mean()) <= 0.15
    assert judge.fold.bincount().tolist() == [24] * 5

    class Knows(nn.Module):
        """Hidden states that hold the truth."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None) -> Any:
            if attention_mask is None:
                hidden = torch.stack([judge.replaced.float(), 1 - judge.replaced.float()], -1)
            else:
                hidden = nn.functional.one_hot(judge.labels, 4).float()[:, None].expand(-1, input_ids.shape[1], -1)
            return type("Out", (), {"last_hidden_state": hidden})

    assert judge(Knows()) == (pytest.approx(1.0), 1.0)  # type: ignore[arg-type]


def test_a_run_grows_is_the_same_again_and_ends_with_a_comparison() -> None:
    first, again = _race(), _race()
    assert first[-1] == again[-1]
    *steps, last = first
    assert isinstance(last, Result)
    done = [step.done for step in steps if isinstance(step, Progress)]
    assert done == sorted(done) and done[-1] == 10 * 2 * 3
    sizes = [len(step.result.points) for step in steps if isinstance(step, Progress)]
    assert sizes == sorted(sizes) and len(last.points) == 2 * 3 * 6
    assert {point.accuracy for point in last.points} == {None}  # the topics go with the manual alone
    assert (last.tokens, last.masked) == (4, 1)
    assert [one.objective for one in last.equal] == list(OBJECTIVES) and len(last.gains) == 2
    for seed in (1, 2):
        starts = {point.auc for point in last.points if point.step == 0 and point.seed == seed}
        assert len(starts) == 1


def test_the_comparison_is_at_equal_compute_seed_by_seed() -> None:
    def point(objective: Objective, seed: int, step: int, gflops: float, area: float) -> Point:
        return Point(objective=objective, seed=seed, step=step, gflops=gflops, auc=area, accuracy=area / 2)

    points = []
    for seed, more in ((1, 0.0), (2, 0.1)):
        points += [point("mlm", seed, 0, 0, 0.5), point("mlm", seed, 10, 100, 0.6 + more)]
        points += [point("rtd_masked", seed, 0, 0, 0.5), point("rtd_masked", seed, 10, 200, 0.7)]
        points += [point("rtd", seed, 0, 0, 0.5), point("rtd", seed, 10, 200, 0.9)]
    found = pipeline.compared(points)
    assert found["gflops"] == 100
    equal = {one.objective: one for one in found["equal"]}  # type: ignore[attr-defined]
    assert equal["mlm"].auc == pytest.approx(0.65) and equal["mlm"].auc_spread == pytest.approx(0.0707, abs=1e-4)
    assert equal["rtd_masked"].auc == pytest.approx(0.6) and equal["rtd"].auc == pytest.approx(0.7)
    assert equal["rtd"].accuracy == pytest.approx(0.35)
    gains = {one.over: one for one in found["gains"]}  # type: ignore[attr-defined]
    assert gains["mlm"].auc == pytest.approx(0.05) and gains["mlm"].ahead == 1
    assert gains["rtd_masked"].ahead == 2 and gains["rtd_masked"].auc_spread == pytest.approx(0)


@pytest.fixture(scope="module")
def steps(counter: Path) -> tuple[Request, list[Progress | Result]]:
    request = Request(text="the dog", source="x.txt", corpus=TEXT, steps=10, seeds=1)
    return request, list(pipeline.run(request))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_counts_curves_and_comparison_are_drawn_at_every_step(
    language: str, steps: tuple[Request, list[Progress | Result]]
) -> None:
    request, found = steps
    assert "corpus" not in request.model_dump()
    for step in found:
        result = step.result if isinstance(step, Progress) else step
        shown = Run(
            demo="electra_efficiency",
            request=request.model_dump(),
            result=result.model_dump(),
            model="",
            device="",
            seconds=0,
        )
        dump(shown)
        counts, curves, verdict = tab.draw(shown, language)
        curves.to_json()
    assert "4" in counts and verdict.count("<tr>") == 4
    assert len(curves.data) == 6 and "82.2" in verdict
    whole = result.model_copy(
        update={"points": [point.model_copy(update={"accuracy": 0.5}) for point in result.points]}
    )
    labelled = tab.draw(shown.model_copy(update={"result": whole.model_dump()}), language)
    assert len(labelled[1].data) == 12
