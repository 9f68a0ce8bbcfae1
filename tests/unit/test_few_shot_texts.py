"""Texts that go on, that surprise, that end in a pattern, and that are asked about: against the models' own outputs."""

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch.nn.functional import kl_div

from playground.core.answers import best_f1
from playground.core.generation import generate
from playground.core.passages import passages
from playground.demos.few_shot.figures import along, alternatives, visible
from playground.demos.few_shot.generation import pipeline as generation
from playground.demos.few_shot.generation import tab as generation_tab
from playground.demos.few_shot.generation.schema import Request as GenerationRequest
from playground.demos.few_shot.generation.schema import Result as GenerationResult
from playground.demos.few_shot.patterns import pipeline as patterns
from playground.demos.few_shot.patterns import tab as patterns_tab
from playground.demos.few_shot.patterns.schema import PATTERNS, TEXT
from playground.demos.few_shot.patterns.schema import Request as PatternsRequest
from playground.demos.few_shot.reader import decode, encode
from playground.demos.few_shot.reading import pipeline as reading
from playground.demos.few_shot.reading import tab as reading_tab
from playground.demos.few_shot.reading.schema import Request as ReadingRequest
from playground.demos.few_shot.reading.schema import Result as ReadingResult
from playground.demos.few_shot.schema import Seen, Token
from playground.demos.few_shot.strip import kept_of, tokens_of
from playground.demos.few_shot.surprisal import pipeline as surprisal
from playground.demos.few_shot.surprisal import tab as surprisal_tab
from playground.demos.few_shot.surprisal.schema import Request as SurprisalRequest
from playground.messages import Complaint
from playground.runs import complaint_of
from playground.ui.inputs import Stops
from tests.unit.few_shot import MODEL, SMALL, languages, model, models, run_of

__all__ = ["models"]

TEXT_ = "the dog is good and"


def _write(**changes: Any) -> list[Any]:
    return list(generation.run(GenerationRequest(**({"text": TEXT_, "model": MODEL, "count": 20} | changes))))


@torch.no_grad()
def _chances(text: str) -> torch.Tensor:
    """(V,) log-probabilities after a text."""
    return model().model(input_ids=torch.tensor([encode(model(), text)])).logits[0, -1].double().log_softmax(0)


# generation


@torch.no_grad()
def test_greedy_text_is_that_of_transformers() -> None:
    last = _write(temperature=0)[-1]
    ids = torch.tensor([encode(model(), TEXT_)])
    made = model().model.generate(ids, max_new_tokens=20, do_sample=False, eos_token_id=None, pad_token_id=0)
    assert last.continuation == decode(model(), made[0, ids.shape[1] :].tolist()) and last.ended == "count"
    assert last.prompt_tokens == ids.shape[1] and last.limit == 1024
    for place, one in enumerate(last.tokens):
        chances = _chances(TEXT_ + decode(model(), made[0, ids.shape[1] : ids.shape[1] + place].tolist()))
        if place > 0 and "�" in "".join(token.token for token in last.tokens[:place]):
            break  # half a character has no text to be read again
        assert one.probability == pytest.approx(float(chances.exp().max()), abs=1e-3) and one.rank == 1


def test_the_text_only_grows_and_ends_as_asked() -> None:
    steps = _write(count=60, seed=3)
    counts = [len(step.result.tokens) for step in steps[:-1]]
    assert counts == sorted(counts) and len(steps[-1].tokens) == 60
    assert all(steps[-1].continuation.startswith(step.result.continuation.rstrip("�")) for step in steps[:-1])
    assert _write(seed=3)[-1] == _write(seed=3)[-1] != _write(seed=4)[-1]


def test_a_stop_string_ends_the_text_before_it() -> None:
    whole = _write(count=40, seed=5)[-1].continuation
    stop = whole[10:13]
    last = _write(count=40, seed=5, stops=["never there", stop])[-1]
    assert last.ended == "stop" and last.continuation == whole[: whole.index(stop)]
    assert generation.first_stop("abcabc", ["c", "bc"]) == 1 and generation.first_stop("abc", ["x"]) is None


def test_the_text_ends_where_the_model_reads_no_more() -> None:
    last = _write(text="dog " * 120, model=SMALL, count=200, temperature=0)[-1]
    assert last.ended == "full" and last.prompt_tokens + len(last.tokens) == 256
    with pytest.raises(Complaint, match="leaves no room to go on"):
        _write(text="dog " * 300, model=SMALL)


def test_a_text_can_be_cancelled_between_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    closed: list[bool] = []

    def watched(*inputs: Any) -> Iterator[Any]:
        try:
            for step in generate(*inputs):
                drawn.append(step.token)
                yield step
        finally:
            closed.append(True)

    monkeypatch.setattr(generation, "generate", watched)
    steps = generation.run(GenerationRequest(text=TEXT_, model=MODEL))
    next(steps), next(steps)
    assert drawn and not closed
    before = len(drawn)
    steps.close()  # type: ignore[attr-defined]
    assert closed == [True] and list(steps) == [] and len(drawn) == before < 60


def _seen(*texts: str) -> list[Seen]:
    return [Seen(token=text, probability=0.5, rank=1, entropy=1.0, top=[]) for text in texts]


@pytest.mark.parametrize(
    ("texts", "stops", "kept"),
    [
        ((" yes", "\n"), ["\n"], 1),
        ((" yes", ".\n\n"), ["\n"], 2),  # a part of the last one stands in the text
        (("a", " Q", ":", " x"), ["Q: "], 2),
        (("�", "�", " b", "c"), ["never", "c"], 3),
        (("a", "b", "c"), ["c", "bc"], 1),
        (("a", "aa"), ["aa"], 0),
        (("a", "b"), ["c"], 2),
        ((), ["c"], 0),
    ],
)
def test_tokens_from_the_stop_string_on_are_pale(texts: tuple[str, ...], stops: list[str], kept: int) -> None:
    seen = _seen(*texts)
    assert kept_of(seen, stops) == kept
    states = [one["state"] for one in tokens_of(seen, "ko", kept=kept)]
    assert states == ["calm"] * kept + ["unseen"] * (len(seen) - kept)


@languages
def test_a_text_that_was_stopped_shows_which_tokens_it_keeps(language: str) -> None:
    whole = _write(count=40, seed=5)[-1].continuation
    request = GenerationRequest(text=TEXT_, model=MODEL, count=40, seed=5, stops=[whole[10:13]])
    *_, result = generation.run(request)
    assert isinstance(result, GenerationResult)
    text, strip, *_ = generation_tab.draw(run_of("few_shot_generation", request, result), language)
    kept = [one for one in strip if one["state"].startswith("calm")]
    assert len(kept) < len(strip) == len(result.tokens)
    assert "".join(one.token for one in result.tokens[: len(kept)]).startswith(result.continuation.rstrip("�"))
    assert re.search(rf"(?<!\d){len(kept)}(?!\d)", text.split("pg-small")[1])


def test_a_stop_string_may_be_an_end_of_line_or_end_in_a_space() -> None:
    box = Stops(label="x")
    for typed, stops in (
        ("\\n", ["\n"]),
        ("Q: \n\n .\\n\\n", ["Q: ", " .\n\n"]),
        ("a\\tb\\\\n", ["a\tb\\n"]),
        ("", []),
    ):
        assert box.preprocess(typed) == stops
        assert box.preprocess(box.postprocess(stops)) == stops
        assert GenerationRequest(text="a", stops=stops).stops == stops
    assert box.preprocess("\\q\r\nb") == ["\\q", "b"] and box.preprocess(None) == []
    assert box.postprocess("as it is") == "as it is" and box.get_block_name() == "textbox"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"stops": [""]}, "empty and would stop every text"),
        ({"stops": ["a"] * 9}, "9 stop strings; at most 8"),
        ({"temperature": -1}, "at least 0"),
        ({"top_p": 0}, "top_p is 0; it must be above 0"),
        ({"count": 201}, "at most 200"),
        ({"text": " "}, "nothing to read"),
    ],
)
def test_settings_that_mean_nothing_are_one_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GenerationRequest(**({"text": "a"} | values))
    assert said in complaint_of(caught.value).sentence("en")


@languages
def test_text_tokens_alternatives_and_curves_are_drawn(language: str) -> None:
    request = GenerationRequest(text="<b>the dog", model=MODEL, count=12, top_k=5)
    for step in generation.run(request):
        result = step if isinstance(step, GenerationResult) else step.result  # type: ignore[union-attr]
        text, strip, other, curve = generation_tab.draw(run_of("few_shot_generation", request, result), language)
        other.to_json(), curve.to_json()
        assert len(strip) == len(result.tokens) and "&lt;b&gt;the dog<mark>" in text
    assert list(curve.data[0].y) == [one.probability for one in result.tokens]
    assert list(curve.data[1].y) == [one.entropy for one in result.tokens]
    assert all(one.rank <= 5 for one in result.tokens)


def test_a_chosen_token_shows_what_else_could_stand_there() -> None:
    top = [Token(token=" a", probability=0.5), Token(token="\n", probability=0.25)]
    seen = Seen(token=" a", probability=0.5, rank=1, entropy=1.5, top=top)
    rare = seen.model_copy(update={"token": "<i>", "probability": 0.001, "rank": 1234})
    assert list(alternatives(seen, "en").layout.yaxis.ticktext) == ["␣a", "⏎"]
    assert list(alternatives(rare, "en").layout.yaxis.ticktext) == ["␣a", "⏎", "&lt;i&gt; (1,234.)"]
    assert not alternatives(None, "ko").data
    assert list(along([seen, rare], "en", surprisal=True).data[0].y) == pytest.approx([1, -math.log2(0.001)])
    assert [visible(text) for text in (" a", "", "a\tb")] == ["␣a", "∅", "a⇥b"]
    assert "pg-picked" in tokens_of([seen, rare], "en", 1)[1]["state"]


# surprisal


@torch.no_grad()
@pytest.mark.parametrize("text", [TEXT_, "한국어 👋", "a"])
def test_surprisal_and_perplexity_are_those_of_the_models_own_loss(text: str) -> None:
    result = surprisal.run(SurprisalRequest(text=text, model=MODEL))
    start = model().tokenizer.bos_token_id
    ids = torch.tensor([[start, *encode(model(), text)]])
    out = model().model(input_ids=ids, labels=ids)
    assert math.log(result.perplexity) == pytest.approx(float(out.loss), abs=1e-3)
    assert result.bits == pytest.approx(float(out.loss) * (ids.shape[1] - 1) / math.log(2), abs=0.05)
    chances = out.logits[0, :-1].softmax(-1)
    for place, one in enumerate(result.tokens):
        row, word = chances[place], int(ids[0, place + 1])
        assert one.probability == pytest.approx(float(row[word]), rel=2e-3)
        assert one.rank == int((row > row[word]).sum()) + 1
        assert one.entropy == pytest.approx(float(-(row * row.log2()).sum()), abs=2e-3)
        assert one.top[0].token == decode(model(), [int(row.argmax())])
    assert len(result.tokens) == ids.shape[1] - 1 and result.characters == len(text) and result.skipped == ""


def test_without_a_start_mark_the_first_token_is_not_counted() -> None:
    start = model().tokenizer.bos_token
    model().tokenizer.bos_token = None
    try:
        result = surprisal.run(SurprisalRequest(text=TEXT_, model=MODEL))
        with pytest.raises(Complaint, match="single token"):
            surprisal.run(SurprisalRequest(text="a", model=MODEL))
    finally:
        model().tokenizer.bos_token = start
    ids = encode(model(), TEXT_)
    assert result.skipped == decode(model(), ids[:1]) and len(result.tokens) == len(ids) - 1
    assert result.characters == len(TEXT_) - len(result.skipped)


@languages
def test_the_text_is_drawn_with_its_most_surprising_token(language: str) -> None:
    request = SurprisalRequest(text=TEXT_, model=MODEL)
    result = surprisal.run(request)
    strip, figure, other, facts = surprisal_tab.draw(run_of("few_shot_surprisal", request, result), language)
    figure.to_json(), other.to_json()
    worst = min(result.tokens, key=lambda one: one.probability)
    assert strip[result.tokens.index(worst)]["state"].endswith("pg-picked")
    assert f"{result.perplexity:,.1f}" in facts
    with pytest.raises(Complaint, match="at most 255"):
        surprisal.run(SurprisalRequest(text="dog " * 300, model=SMALL))


# patterns


def test_a_pattern_moves_the_next_token_by_its_divergence() -> None:
    result = patterns.run(PatternsRequest(text=TEXT_, model=MODEL, count=5))
    assert [one.pattern for one in result.endings] == [TEXT, *PATTERNS] and result.endings[0].moved == 0
    bare = _chances(TEXT_)
    for one in result.endings:
        chances = _chances(one.pattern.replace(TEXT, TEXT_))
        wanted = float(kl_div(bare, chances, reduction="sum", log_target=True)) / math.log(2)
        assert one.moved == pytest.approx(wanted, abs=2e-3)
        assert one.tokens[0].probability == pytest.approx(float(chances.exp().max()), abs=1e-3)
        assert one.continuation == "".join(token.token for token in one.tokens) or "�" in one.continuation


@languages
def test_patterns_are_drawn_and_what_gpt2_read_is_quoted(language: str) -> None:
    request = PatternsRequest(text="<i>", patterns=["{text}!", "{text}\nTL;DR:", TEXT], model=MODEL, count=3)
    result = patterns.run(request)
    figure, written, how = patterns_tab.draw(run_of("few_shot_patterns", request, result), language)
    assert "{text}" in how and "{{" not in how
    figure.to_json()
    assert list(figure.data[0].x) == [one.moved for one in result.endings[1:]] and len(result.endings) == 3
    assert written.count("<mark>") == 3 and "<i>" not in written
    facts = patterns_tab.webtext(language)
    assert all(number in facts for number in ("≥ 3", "45,000,000", "&gt; 8,000,000", "40 GB", "Radford"))


def test_patterns_are_typed_one_a_line() -> None:
    box = patterns_tab.Patterns(label="x")
    assert box.preprocess("{text}\\nTL;DR:\n\n{text} =") == ["{text}\nTL;DR:", "{text} ="]
    assert box.postprocess(["{text}\nTL;DR:", "{text} ="]) == "{text}\\nTL;DR:\n{text} ="
    for values, key in (({"patterns": ["A:"]}, "pg_err_fpt_text"), ({"patterns": [TEXT] * 9}, "pg_err_fpt_many")):
        with pytest.raises(ValidationError) as caught:
            PatternsRequest(**({"text": "a"} | values))
        assert complaint_of(caught.value).key == key
    with pytest.raises(Complaint, match="Text and continuation"):
        patterns.run(PatternsRequest(text="dog " * 300, model=SMALL))


# reading


@torch.no_grad()
@pytest.mark.parametrize("history", [False, True])
def test_answers_are_what_generate_writes_to_the_end_of_the_line(history: bool) -> None:
    *steps, last = reading.run(ReadingRequest(model=MODEL, questions=5, history=history))
    assert isinstance(last, ReadingResult)
    done = [step.done for step in steps]  # type: ignore[union-attr]
    assert done == sorted(done) and done[-1] == 5 == len(last.answers)
    places = np.linspace(0, len(reading.asked()) - 1, 5).round().astype(int)
    for one, answer in zip((reading.asked()[place] for place in places), last.answers, strict=True):
        earlier = "".join(f"Q: {row.input}\nA: {row.label}\n\n" for row in one.earlier) if history else ""
        text = f"{one.passage}\n\n{earlier}Q: {one.question}\nA:"
        ids = encode(model(), text)
        if len(ids) > 1024 - 16:
            continue
        made = model().model.generate(
            torch.tensor([ids]), max_new_tokens=16, do_sample=False, eos_token_id=None, pad_token_id=0
        )
        wanted = decode(model(), made[0, len(ids) :].tolist()).split("\n")[0].strip()
        assert answer.answer == wanted and answer.f1 == pytest.approx(best_f1(wanted, one.golds), abs=1e-4)
    assert last.f1 == pytest.approx(np.mean([one.f1 for one in last.answers]), abs=1e-4)
    assert last.published == {"GPT-2": 0.55, "humans": 0.89}


def test_only_questions_with_an_answer_are_asked_and_three_words_are_guessed() -> None:
    answerable = sum(bool(golds) for passage in passages("en") for _, golds in passage.questions)
    assert len(reading.asked()) == answerable and all(one.golds for one in reading.asked())
    assert all(row.input != one.question for one in reading.asked() for row in one.earlier)
    # Of "red fox", "the red fox" has both words and "red fox ran" two of three.
    assert reading.guess("the red fox ran", ("red fox",)) == pytest.approx((1 + 2 * 2 / 5) / 2)


@languages
def test_f1_is_drawn_beside_the_published_ones(language: str) -> None:
    request = ReadingRequest(model=MODEL, questions=5)
    for step in reading.run(request):
        result = step if isinstance(step, ReadingResult) else step.result  # type: ignore[union-attr]
        figure, facts, answers = reading_tab.draw(run_of("few_shot_reading", request, result), language)
        figure.to_json()
    assert list(figure.data[0].x) == [result.f1, result.guess, 0.55, 0.89]
    assert answers.count("<tr>") == 6 and "Radford" in facts


# from one experiment to another
