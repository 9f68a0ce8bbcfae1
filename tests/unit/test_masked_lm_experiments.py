import math
import shutil
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
import torch
from pydantic import BaseModel
from scipy.stats import binom, binomtest, chi2, chisquare
from torch import Tensor
from transformers import BertForPreTraining

from playground.core.masking import KEPT, MASKED, RANDOM, choose_exact, corrupt
from playground.demos import masked_lm
from playground.demos.masked_lm import audit as audits
from playground.demos.masked_lm import corruption as corruptions
from playground.demos.masked_lm import inturn, pipeline, reader, scoring
from playground.demos.masked_lm import surprise as surprises
from playground.demos.masked_lm import sweep as sweeps
from playground.demos.masked_lm import visible as visibles
from playground.demos.masked_lm.audit import pipeline as audit
from playground.demos.masked_lm.audit.schema import DRAWS
from playground.demos.masked_lm.corruption import pipeline as corruption
from playground.demos.masked_lm.sweep import pipeline as sweep
from playground.demos.masked_lm.sweep.schema import RATES
from playground.messages import Complaint
from playground.models.device import TURNS
from playground.models.loading import load
from tests.unit import tiny

TEXT = "The capital of France is Paris, and the old man and his dog came home from the river bank last year."
TYPED = "The capital of [MASK] is paris and [MASK] went home"
MASK = tiny.WORDS.index("[MASK]")
STEPS = 50  # of training: see `trained`
LONG = 200  # positions of a model that reads more than some experiments take

Oracle = Callable[[list[int]], Tensor]
HIDING = [corruptions, surprises, visibles, sweeps]  # those that choose words of a text themselves
hiding = pytest.mark.parametrize("part", HIDING, ids=lambda part: part.DEMO.name)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that has read TEXT a few times: it is right at some of its words, and wrong at others."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    made = tiny.model().train()
    ids, optimizer = torch.tensor(_ids(TEXT)).expand(8, -1), torch.optim.AdamW(made.parameters(), lr=0.01)
    for _ in range(STEPS):
        hidden = torch.rand(ids.shape) < 0.3
        logits = made(input_ids=ids.masked_fill(hidden, MASK)).prediction_logits
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()
    torch.set_num_threads(threads)
    return tiny.save(tmp_path_factory.mktemp("trained"), made.eval())


@pytest.fixture
def model(models_folder: Path, trained: Path) -> str:
    shutil.copytree(trained, models_folder / "tiny")
    return "local/tiny"


@pytest.fixture
def long_model(models_folder: Path) -> str:
    tiny.model(max_position_embeddings=LONG).save_pretrained(models_folder / "long")
    tiny.tokenizer(LONG).save_pretrained(models_folder / "long")
    return "local/long"


@pytest.fixture(scope="module")
def oracle(trained: Path) -> Oracle:
    """(T, V) log-probabilities of one row, by the plainest means: the whole model, eager attention, float64."""
    whole = BertForPreTraining.from_pretrained(trained, attn_implementation="eager").eval()

    def logs(ids: list[int]) -> Tensor:
        with torch.no_grad():
            logits = whole(input_ids=torch.tensor([ids])).prediction_logits[0]
        return torch.log_softmax(logits.double(), dim=-1)

    return logs


def _ids(text: str) -> list[int]:
    ids: list[int] = tiny.tokenizer()(text)["input_ids"]
    return ids


def _maskable(text: str) -> list[int]:
    special = {tiny.WORDS.index(word) for word in ("[CLS]", "[SEP]", "[PAD]", "[MASK]")}
    return [place for place, token in enumerate(_ids(text)) if token not in special]


def _with(ids: list[int], changes: dict[int, int]) -> list[int]:
    return [changes.get(place, token) for place, token in enumerate(ids)]


def _run(part: ModuleType, **values: Any) -> Any:
    """The Result; of a long run, its last word."""
    result = part.DEMO.run(part.DEMO.request(**values))
    if isinstance(result, Iterator):
        *_, result = result
    assert isinstance(result, BaseModel)
    return result


def _refused(part: ModuleType, **values: Any) -> Complaint:
    with pytest.raises(Complaint) as caught:
        _run(part, **values)
    assert caught.value.sentence("en") and caught.value.sentence("ko")
    return caught.value


# Corruption


def test_a_seed_repeats_its_draw_and_another_seed_does_not(model: str) -> None:
    first, again, other = (_run(corruptions, text=TEXT, model=model, rate=0.5, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [c.position for c in first.chosen] != [c.position for c in other.chosen]
    assert first.tokens == other.tokens == [tiny.WORDS[i] for i in _ids(TEXT)]


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_shown_is_one_forward_of_exactly_that_row(model: str, oracle: Oracle, recipe: str, seed: int) -> None:
    ids = _ids(TEXT)
    result = _run(corruptions, text=TEXT, model=model, rate=0.5, recipe=recipe, seed=seed)
    assert result.chosen and {c.position for c in result.chosen} <= set(_maskable(TEXT))
    logs = oracle(_with(ids, {c.position: tiny.WORDS.index(c.shown) for c in result.chosen}))
    for one in result.chosen:
        row = logs[one.position]
        assert one.original == tiny.WORDS[ids[one.position]]
        assert one.answer == tiny.WORDS[int(row.argmax())]
        assert one.probability == pytest.approx(math.exp(float(row[ids[one.position]])), abs=2e-6)
        assert one.right == (one.answer == one.original)
        match one.action:
            case "mask":
                assert one.shown == "[MASK]"
            case "kept":
                assert one.shown == one.original
            case "random":
                assert one.shown not in tiny.SPECIAL


def test_google_chooses_an_exact_number_in_every_draw(model: str) -> None:
    wanted = round(0.3 * len(_maskable(TEXT)))
    for seed in range(5):
        result = _run(corruptions, text=TEXT, model=model, rate=0.3, seed=seed)
        assert len(result.chosen) == wanted
        assert sum(tally.of for tally in result.accuracy.values()) == wanted * result.draws


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
def test_tallies_are_a_loop_over_all_draws(
    model: str, oracle: Oracle, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", 200)  # many batches, the last one smaller
    ids = _ids(TEXT)
    request = corruptions.DEMO.request(text=TEXT, model=model, rate=0.4, recipe=recipe, seed=4)
    result = corruption.run(request)
    assert result.draws == min(64, 4096 // len(ids))
    drawn = corruption.draw(load(model, "masked_lm"), torch.tensor(ids), _maskable(TEXT), request, result.draws)
    names = {MASKED: "mask", RANDOM: "random", KEPT: "kept"}
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for read, actions in zip(drawn.ids.tolist(), drawn.action.tolist(), strict=True):
        best = oracle(read).argmax(-1).tolist()
        for place, action in enumerate(actions):
            if action in names:
                of[names[action]] += 1
                right[names[action]] += best[place] == ids[place]
            assert (read[place] == MASK) == (action == MASKED)
            assert read[place] == ids[place] or action in (MASKED, RANDOM)
    assert set(result.accuracy) == set(names.values())
    for name, tally in result.accuracy.items():
        assert (tally.right, tally.of) == (right[name], of[name])
        if tally.of:
            interval = binomtest(tally.right, tally.of).proportion_ci(0.95, method="wilson")
            assert (tally.low, tally.high) == pytest.approx(tuple(interval), abs=2e-4)
    assert 0.1 < sum(right.values()) / sum(of.values()) < 0.9 and (of["random"] == 0) == (recipe == "electra")
    # The first draw is the one that is shown.
    first = {place: tiny.WORDS[drawn.ids[0, place]] for place in range(len(ids)) if drawn.action[0, place]}
    assert {c.position: c.shown for c in result.chosen} == first
    monkeypatch.setattr(scoring, "BATCH_TOKENS", 10**6)
    assert corruption.run(request).accuracy == result.accuracy


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
def test_a_typed_mask_is_never_chosen(model: str, recipe: str) -> None:
    ids = torch.tensor(_ids(TYPED))
    request = corruptions.DEMO.request(text=TYPED, model=model, rate=0.9, recipe=recipe)
    result = corruption.run(request)
    assert result.tokens.count("[MASK]") == 2
    assert all(result.tokens[c.position] not in ("[MASK]", "[CLS]", "[SEP]") for c in result.chosen)
    drawn = corruption.draw(load(model, "masked_lm"), ids, _maskable(TYPED), request, result.draws)
    assert drawn.chosen.any(0).nonzero().flatten().tolist() == _maskable(TYPED)
    if recipe != "huggingface":
        assert len(result.chosen) == round(0.9 * len(_maskable(TYPED)))


def test_where_chance_chose_nothing_a_notice_says_so(model: str) -> None:
    empty = [0, 0]
    for seed in range(12):
        result = _run(corruptions, text="the [MASK] 고", model=model, recipe="huggingface", rate=0.01, seed=seed)
        keys = [notice.key for notice in result.notices]
        assert keys[0] == "pg_note_unknown" and ("pg_note_none_chosen" in keys) == (not result.chosen)
        if not result.chosen:
            assert result.notices[1].values == {"count": 2}  # `the` and [UNK]
            assert result.notices[1].sentence("en") and result.notices[1].sentence("ko")
            of = [tally.of for tally in result.accuracy.values()]
            empty[not any(of)] += 1
            assert all((t.low, t.high) == (0, 1) for t in result.accuracy.values() if not t.of)
    assert all(empty)  # with and without a chosen token in the draws that are not shown


def test_a_long_text_is_drawn_less_often(long_model: str) -> None:
    result = _run(corruptions, text="the " * 130, model=long_model)
    assert result.draws == 4096 // 132 == 31
    assert sum(tally.of for tally in result.accuracy.values()) == 31 * round(0.15 * 130)


# Audit


def _audited(monkeypatch: pytest.MonkeyPatch, **values: Any) -> tuple[Any, Tensor, Tensor]:
    """The Result, which tokens were chosen (DRAWS, T), and what a model would read."""
    seen: list[tuple[Tensor, Tensor]] = []

    def spied(ids: Tensor, chosen: Tensor, **more: Any) -> Any:
        assert not bool(ids.any())
        done = corrupt(ids, chosen, **more)
        seen.append((chosen, done.ids))
        return done

    monkeypatch.setattr(audit, "corrupt", spied)
    result = _run(audits, **values)
    monkeypatch.undo()
    chosen, read = (torch.cat(parts) for parts in zip(*seen, strict=True))
    assert chosen.shape == (DRAWS, result.tokens)
    return result, chosen, read


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
@pytest.mark.parametrize(("rate", "tokens"), [(0.15, 128), (0.5, 7), (0.15, 190), (0.9, 2)])
def test_the_audit_counts_what_was_drawn(
    monkeypatch: pytest.MonkeyPatch, recipe: str, rate: float, tokens: int
) -> None:
    result, chosen, read = _audited(monkeypatch, recipe=recipe, rate=rate, tokens=tokens, seed=3)
    per_draw = chosen.sum(1).tolist()
    assert {bar.tokens: bar.draws for bar in result.histogram} == Counter(per_draw)
    assert [bar.tokens for bar in result.histogram] == sorted(set(per_draw))
    assert result.draws == sum(bar.draws for bar in result.histogram) == DRAWS
    assert result.variance == pytest.approx(statistics.pvariance(per_draw), abs=1e-4)
    # What is read tells the kinds apart: 0 stood there, 1 is [MASK], 2 and 3 are the vocabulary.
    total = DRAWS * tokens
    counted = {"chosen": int(chosen.sum()), "mask": int((read == 1).sum()), "random": int((read > 1).sum())}
    counted["kept"] = int((chosen & (read == 0)).sum())
    assert [share.kind for share in result.shares] == list(counted)
    for share in result.shares:
        assert share.counted == pytest.approx(counted[share.kind] / total, abs=1e-7)


@pytest.mark.parametrize("recipe", ["google", "electra"])
@pytest.mark.parametrize(("rate", "tokens", "fixed"), [(0.15, 128, 19), (0.15, 190, 28), (0.3, 95, 28), (0.01, 9, 1)])
def test_an_exact_number_is_promised_and_kept(recipe: str, rate: float, tokens: int, fixed: int) -> None:
    """By hand: 15% of 128 is 19.2, of 190 it is 28.5, which Python rounds to the even 28."""
    result = _run(audits, recipe=recipe, rate=rate, tokens=tokens)
    assert result.variance == result.expected_variance == 0
    for histogram in (result.histogram, result.expected_histogram):
        assert [(bar.tokens, bar.draws) for bar in histogram] == [(fixed, DRAWS)]
    chosen, *parts = result.shares
    assert chosen.expected == chosen.counted == pytest.approx(fixed / tokens, abs=1e-8)
    assert chosen.deviation == chosen.distance == 0
    # The number of [MASK] among DRAWS * fixed chosen tokens is binomial.
    for share, part in zip(parts, (0.85, 0, 0.15) if recipe == "electra" else (0.8, 0.1, 0.1), strict=True):
        assert share.expected == pytest.approx(part * fixed / tokens, abs=1e-8)
        spread = math.sqrt(DRAWS * fixed * part * (1 - part)) / (DRAWS * tokens)
        assert share.deviation == pytest.approx(spread, rel=1e-9)


@pytest.mark.parametrize(("rate", "tokens"), [(0.15, 128), (0.5, 512), (0.9, 3), (0.01, 2)])
def test_a_number_left_to_chance_is_binomial(rate: float, tokens: int) -> None:
    result = _run(audits, recipe="huggingface", rate=rate, tokens=tokens)
    promised = {bar.tokens: bar.draws for bar in result.expected_histogram}
    expected = DRAWS * binom.pmf(range(tokens + 1), tokens, rate)
    assert promised == pytest.approx({k: e for k, e in enumerate(expected.tolist()) if e >= 0.1}, abs=1e-3)
    assert sum(promised.values()) == pytest.approx(DRAWS, abs=1)  # but for the rarest
    assert result.expected_variance == pytest.approx(tokens * rate * (1 - rate), abs=1e-4)
    for share, part in zip(result.shares, (1, 0.8, 0.1, 0.1), strict=True):
        assert share.expected == pytest.approx(rate * part, abs=1e-8)
        spread = math.sqrt(rate * part * (1 - rate * part) / (DRAWS * tokens))
        assert share.deviation == pytest.approx(spread, rel=1e-9)


def test_counts_left_to_chance_follow_the_promise() -> None:
    result = _run(audits, recipe="huggingface", rate=0.15, tokens=40)
    counted = {bar.tokens: bar.draws for bar in result.histogram}
    promised = {bar.tokens: bar.draws for bar in result.expected_histogram if bar.draws >= 20}
    seen = [counted.get(k, 0) for k in promised]
    rest = DRAWS - sum(promised.values())
    assert chisquare([*seen, DRAWS - sum(seen)], [*promised.values(), rest]).pvalue > 0.001


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
def test_distances_are_those_of_chance(recipe: str) -> None:
    """Three standard deviations hold, and the standard deviation is not too wide: the squares sum to a chi-square."""
    results = [_run(audits, recipe=recipe, rate=0.25, tokens=12, seed=seed) for seed in range(30)]
    for kind in range(4):
        distances = [result.shares[kind].distance for result in results]
        if results[0].shares[kind].deviation:
            assert sum(abs(distance) <= 3 for distance in distances) >= 29
            low, high = chi2.ppf([0.001, 0.999], len(results))
            assert low < sum(distance**2 for distance in distances) < high
        else:
            assert all(r.shares[kind].counted == r.shares[kind].expected for r in results)
            assert set(distances) == {0.0}


# Each word in turn


def _turns(oracle: Oracle, text: str) -> dict[int, Tensor]:
    """(V,) log-probabilities at each ordinary word, with it alone hidden: a forward for each."""
    ids = _ids(text)
    return {place: oracle(_with(ids, {place: MASK}))[place] for place in _maskable(text)}


@pytest.mark.parametrize("text", [TEXT, TYPED, "cat", "the 고양이 cat"])
@pytest.mark.parametrize("batch", [scoring.BATCH_TOKENS, 50])
def test_surprise_is_a_loop_of_single_forwards(
    model: str, oracle: Oracle, text: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", batch)
    ids, turns = _ids(text), _turns(oracle, text)
    result = _run(surprises, text=text, model=model)
    assert result.tokens == [tiny.WORDS[i] for i in ids]
    assert [one.position for one in result.surprises] == list(turns)
    bits = []
    for one in result.surprises:
        row = turns[one.position]
        bits.append(-float(row[ids[one.position]]) / math.log(2))
        assert one.surprisal == pytest.approx(bits[-1], abs=1e-3)
        assert one.answer == tiny.WORDS[int(row.argmax())]
        assert one.right == (int(row.argmax()) == ids[one.position])
    assert result.pseudo_perplexity == pytest.approx(2 ** statistics.mean(bits), rel=2e-4)
    assert text != TEXT or {one.right for one in result.surprises} == {True, False}
    assert [n.key for n in result.notices] == (["pg_note_unknown"] if "고" in text else [])


@pytest.mark.parametrize("text", [TEXT, TYPED, "cat"])
def test_visible_is_one_forward_of_the_text_as_it_is_beside_the_loop(model: str, oracle: Oracle, text: str) -> None:
    ids, turns = _ids(text), _turns(oracle, text)
    plain = oracle(ids)
    result = _run(visibles, text=text, model=model)
    assert [one.position for one in result.compared] == list(turns)
    for one in result.compared:
        word = ids[one.position]
        hidden, seen = turns[one.position], plain[one.position]
        assert one.masked == pytest.approx(math.exp(float(hidden[word])), abs=2e-6)
        assert one.visible == pytest.approx(math.exp(float(seen[word])), abs=2e-6)
        assert (one.right_masked, one.right_visible) == (int(hidden.argmax()) == word, int(seen.argmax()) == word)
    if text == TEXT:  # the two are told apart
        assert any(abs(one.masked - one.visible) > 0.05 for one in result.compared)
        assert len({(one.right_masked, one.right_visible) for one in result.compared}) >= 3


# Sweep


def _swept(monkeypatch: pytest.MonkeyPatch, **values: Any) -> tuple[list[Any], list[Tensor]]:
    """All that the generator yields, and the (draws, T) places that it chose at each rate."""
    seen: list[Tensor] = []

    def spied(maskable: Tensor, rate: float, generator: torch.Generator) -> Tensor:
        assert rate == RATES[len(seen)]
        seen.append(choose_exact(maskable, rate, generator))
        return seen[-1]

    monkeypatch.setattr(sweep, "choose_exact", spied)
    return list(sweep.run(sweeps.DEMO.request(**values))), seen


@pytest.mark.parametrize("text", [TEXT, TYPED])
def test_sweep_is_a_loop_of_single_forwards(
    model: str, oracle: Oracle, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", 60)
    ids, places = _ids(text), _maskable(text)
    (*_, result), chosen = _swept(monkeypatch, text=text, model=model, draws=3, seed=5)
    assert isinstance(result, sweeps.DEMO.result)
    assert (result.tokens, result.draws) == (len(places), 3)
    assert [point.rate for point in result.points] == list(RATES) and len(chosen) == len(RATES) == 10
    assert len({point.accuracy for point in result.points}) > 3
    for point, drawn in zip(result.points, chosen, strict=True):
        accuracies, losses = [], []
        for row in drawn.tolist():
            hidden = [place for place, is_hidden in enumerate(row) if is_hidden]
            assert set(hidden) <= set(places)
            assert len(hidden) == point.hidden == max(1, round(point.rate * len(places)))
            logs = oracle(_with(ids, dict.fromkeys(hidden, MASK)))
            accuracies.append(statistics.mean(float(int(logs[p].argmax()) == ids[p]) for p in hidden))
            losses.append(statistics.mean(-float(logs[p, ids[p]]) for p in hidden))
        assert point.accuracy == pytest.approx(statistics.mean(accuracies), abs=6e-5)
        assert point.accuracy_spread == pytest.approx(statistics.stdev(accuracies), abs=6e-5)
        assert point.loss == pytest.approx(statistics.mean(losses), abs=2e-4)
        assert point.loss_spread == pytest.approx(statistics.stdev(losses), abs=2e-4)


def test_a_sweep_is_a_matter_of_its_seed(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"text": TEXT, "model": model, "draws": 4}
    (*_, first), chosen = _swept(monkeypatch, **values, seed=1)
    (*_, again), same = _swept(monkeypatch, **values, seed=1)
    (*_, other), others = _swept(monkeypatch, **values, seed=2)
    assert first == again and all(torch.equal(a, b) for a, b in zip(chosen, same, strict=True))
    assert first.points != other.points
    assert not any(torch.equal(a, b) for a, b in zip(chosen, others, strict=True))
    # Nor does a rate begin where its neighbour did: a little more hidden would be the same words and some more.
    for fewer, more in pairwise(chosen):
        assert bool((fewer & ~more).any())


@pytest.mark.parametrize("batch", [scoring.BATCH_TOKENS, 60])
def test_progress_rises_to_its_total_and_carries_what_there_is(
    model: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", batch)
    (*steps, result), _ = _swept(monkeypatch, text=TEXT, model=model, draws=5)
    assert all(isinstance(step, sweeps.DEMO.progress) for step in steps)
    done = [step.done for step in steps]
    assert done == sorted(done) and done[0] > 0 and done[-1] == 50 and {step.total for step in steps} == {50}
    assert set(done) == set(range(5, 51, 5)) if batch > 60 else len(set(done)) > 20
    for step in steps:
        points = step.result.points
        assert points == result.points[: len(points)]
        assert step.done // 5 - 1 <= len(points) <= step.done // 5
    assert steps[-1].result == result and len(result.points) == 10


def test_a_sweep_closed_half_way_holds_up_nobody(model: str) -> None:
    request = sweeps.DEMO.request(text=TEXT, model=model, draws=2)
    running = sweep.run(request)
    for _ in range(7):
        last = next(running)
    assert 0 < last.done < last.total

    def quick() -> None:
        with TURNS.quick():
            passed.append(True)

    for closing in (lambda: None, running.close):  # while it pauses, and when it is over
        closing()
        passed: list[bool] = []
        other = Thread(target=quick, daemon=True)
        other.start()
        other.join(10)
        assert passed
    assert list(running) == []
    *_, result = sweep.run(request)
    assert len(result.points) == 10


# What cannot be done


@hiding
@pytest.mark.parametrize("text", ["[CLS]", "[SEP] [PAD]", "[MASK]", "[MASK] [mask]", "[CLS] [MASK]"])
def test_without_a_word_there_is_nothing_to_hide(part: ModuleType, text: str, model: str) -> None:
    assert _refused(part, text=text, model=model).key == "pg_err_only_special"


@pytest.mark.parametrize("text", ["cat", "[MASK] cat", "👋"])
def test_a_sweep_needs_two_words(text: str, model: str) -> None:
    assert _refused(sweeps, text=text, model=model).key == "pg_err_sweep_short"
    assert len(_run(sweeps, text=f"{text} the", model=model, draws=2).points) == 10


@pytest.mark.parametrize("part", [surprises, visibles], ids=lambda part: part.DEMO.name)
def test_a_text_too_long_for_hiding_each_word_in_turn(part: ModuleType, long_model: str) -> None:
    assert len(_run(part, text="the " * (inturn.LIMIT - 2), model=long_model).tokens) == inturn.LIMIT == 96
    refused = _refused(part, text="the " * (inturn.LIMIT - 1), model=long_model)
    assert refused.key == "pg_err_tokens_here"
    assert refused.values == {"size": 97, "limit": 96, "model": long_model}


@hiding
def test_a_text_too_long_for_the_model(part: ModuleType, model: str) -> None:
    _run(part, text="the " * (tiny.POSITIONS - 2), model=model)
    refused = _refused(part, text="the " * (tiny.POSITIONS - 1), model=model)
    assert refused.key == "pg_err_tokens"
    assert refused.values == {"size": tiny.POSITIONS + 1, "limit": tiny.POSITIONS, "model": model}


def test_a_sweep_reads_as_much_as_the_model(long_model: str) -> None:
    assert _run(sweeps, text="the " * (LONG - 2), model=long_model, draws=2).tokens == LONG - 2
    assert _refused(sweeps, text="the " * (LONG - 1), model=long_model).key == "pg_err_tokens"


@hiding
def test_korean_in_an_english_model_is_refused_before_anything_is_loaded(
    part: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "load", lambda *_: pytest.fail("nothing is to be loaded"))
    korean = "프랑스의 수도는 파리예요."
    refused = _refused(part, text=korean, model="bert-mini")
    assert refused.key == "pg_err_korean"
    assert refused.values == {"model": "bert-mini", "reader": "klue/bert-base"}
    with pytest.raises(Complaint):
        part.DEMO.prepare(part.DEMO.request(text=korean))


@pytest.mark.parametrize("part", [masked_lm, *HIDING], ids=lambda part: part.DEMO.name)
def test_what_is_loaded_beforehand_is_not_loaded_again(
    part: ModuleType, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    part.DEMO.prepare(part.DEMO.request(text="the cat", model=model))
    monkeypatch.setattr("playground.models.loading._load", lambda *_: pytest.fail("it is in the cache"))
    _run(part, text="the cat", model=model)


@pytest.mark.parametrize("part", [*HIDING, audits], ids=lambda part: part.DEMO.name)
def test_results_are_plain_json(part: ModuleType, model: str) -> None:
    result = _run(part) if part is audits else _run(part, text=TEXT, model=model)
    assert part.DEMO.result.model_validate_json(result.model_dump_json()) == result


# Attention of the holes


def _attentions(folder: Path, ids: list[int]) -> list[Tensor]:
    """(A, T, T) of each layer of the whole model with eager attention."""
    whole = BertForPreTraining.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.no_grad():
        return [layer[0] for layer in whole(input_ids=torch.tensor([ids]), output_attentions=True).attentions]


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("head", [0, 1, 2])
def test_attention_is_the_eager_models_own(model: str, models_folder: Path, layer: int, head: int) -> None:
    values = {"text": TYPED, "model": model, "positions": [2, 6]}
    result = _run(masked_lm, **values, layer=layer, head=head)
    found, holes = result.attention, [p.position for p in result.predictions]
    assert holes == [2, 4, 6, 8]
    weights = _attentions(models_folder / "tiny", _with(_ids(TYPED), dict.fromkeys(holes, MASK)))[layer - 1]
    assert (found.layer, found.head, found.layers, found.heads) == (layer, head, 2, 2)
    assert [len(row) for row in found.weights] == [len(result.tokens)] * 4
    for row, hole in zip(found.weights, holes, strict=True):
        both = [weights[number, hole].tolist() for number in range(2)]
        expected = [(a + b) / 2 for a, b in zip(*both, strict=True)] if head == 0 else both[head - 1]
        assert row == pytest.approx(expected, abs=6e-5)
        assert sum(row) == pytest.approx(1, abs=1e-3)
    # Layers and heads differ clearly, so that none is taken for another.
    assert float((weights[0, holes] - weights[1, holes]).abs().max()) > 0.01
    # The predictions are those without attention.
    plain = _run(masked_lm, **values)
    assert plain.attention is None
    for one, other in zip(result.predictions, plain.predictions, strict=True):
        assert [c.token for c in one.candidates] == [c.token for c in other.candidates]
        assert one.entropy == pytest.approx(other.entropy, abs=2e-4)
        assert one.original_rank == other.original_rank


def test_without_a_hole_nobody_looks(model: str) -> None:
    assert _run(masked_lm, text="the cat", model=model, layer=1).attention is None


@pytest.mark.parametrize(
    ("layer", "head", "key", "values"),
    [
        (3, 0, "pg_err_layer", {"layer": 3, "limit": 2}),
        (48, 48, "pg_err_layer", {"layer": 48, "limit": 2}),
        (2, 3, "pg_err_head", {"head": 3, "limit": 2}),
    ],
)
@pytest.mark.parametrize("positions", [[1], []])
def test_a_layer_or_head_that_the_model_has_not(
    model: str, layer: int, head: int, key: str, values: dict[str, int], positions: list[int]
) -> None:
    refused = _refused(masked_lm, text="the cat", model=model, positions=positions, layer=layer, head=head)
    assert refused.key == key and refused.values == values | {"model": model}


def test_a_head_means_nothing_without_a_layer(model: str) -> None:
    result = _run(masked_lm, text="the cat", model=model, positions=[1], head=48)
    assert result.attention is None and result == pipeline.run(
        masked_lm.DEMO.request(text="the cat", model=model, positions=[1])
    )
