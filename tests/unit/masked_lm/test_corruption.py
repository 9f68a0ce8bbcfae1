"""What is shown is one forward of exactly the corrupted row; tallies are a loop over all draws."""

import math
from collections import Counter

import pytest
import torch
from scipy.stats import binomtest

from playground.core.masking import KEPT, MASKED, RANDOM
from playground.demos.masked_lm import corruption as corruptions
from playground.demos.masked_lm import scoring
from playground.demos.masked_lm.corruption import pipeline as corruption
from playground.models.loading import load
from tests.unit import tiny
from tests.unit.masked_lm.parts import MASK, TEXT, TYPED, Oracle, changed, maskable, run_of, token_ids


def test_a_seed_repeats_its_draw_and_another_seed_does_not(model: str) -> None:
    first, again, other = (run_of(corruptions, text=TEXT, model=model, rate=0.5, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [c.position for c in first.chosen] != [c.position for c in other.chosen]
    assert first.tokens == other.tokens == [tiny.WORDS[i] for i in token_ids(TEXT)]


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_shown_is_one_forward_of_exactly_that_row(model: str, oracle: Oracle, recipe: str, seed: int) -> None:
    ids = token_ids(TEXT)
    result = run_of(corruptions, text=TEXT, model=model, rate=0.5, recipe=recipe, seed=seed)
    assert result.chosen and {c.position for c in result.chosen} <= set(maskable(TEXT))
    logs = oracle(changed(ids, {c.position: tiny.WORDS.index(c.shown) for c in result.chosen}))
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
    wanted = round(0.3 * len(maskable(TEXT)))
    for seed in range(5):
        result = run_of(corruptions, text=TEXT, model=model, rate=0.3, seed=seed)
        assert len(result.chosen) == wanted
        assert sum(tally.of for tally in result.accuracy.values()) == wanted * result.draws


@pytest.mark.parametrize("recipe", ["google", "huggingface", "electra"])
def test_tallies_are_a_loop_over_all_draws(
    model: str, oracle: Oracle, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TOKENS", 200)  # many batches, the last one smaller
    ids = token_ids(TEXT)
    request = corruptions.DEMO.request(text=TEXT, model=model, rate=0.4, recipe=recipe, seed=4)
    result = corruption.run(request)
    assert result.draws == min(64, 4096 // len(ids))
    drawn = corruption.draw(load(model, "masked_lm"), torch.tensor(ids), maskable(TEXT), request, result.draws)
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
    ids = torch.tensor(token_ids(TYPED))
    request = corruptions.DEMO.request(text=TYPED, model=model, rate=0.9, recipe=recipe)
    result = corruption.run(request)
    assert result.tokens.count("[MASK]") == 2
    assert all(result.tokens[c.position] not in ("[MASK]", "[CLS]", "[SEP]") for c in result.chosen)
    drawn = corruption.draw(load(model, "masked_lm"), ids, maskable(TYPED), request, result.draws)
    assert drawn.chosen.any(0).nonzero().flatten().tolist() == maskable(TYPED)
    if recipe != "huggingface":
        assert len(result.chosen) == round(0.9 * len(maskable(TYPED)))


def test_where_chance_chose_nothing_a_notice_says_so(model: str) -> None:
    empty = [0, 0]
    for seed in range(12):
        result = run_of(corruptions, text="the [MASK] 고", model=model, recipe="huggingface", rate=0.01, seed=seed)
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
    result = run_of(corruptions, text="the " * 130, model=long_model)
    assert result.draws == 4096 // 132 == 31
    assert sum(tally.of for tally in result.accuracy.values()) == 31 * round(0.15 * 130)
