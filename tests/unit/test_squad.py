"""Reading comprehension on tiny models: every span against brute force, highlights on the user's own characters."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from transformers import BertForMaskedLM, BertForQuestionAnswering

from playground.core.passages import all_passages, passages, same_text
from playground.core.spans import ILLEGAL
from playground.core.windows import cut
from playground.demos.squad import figures, reading, tab
from playground.demos.squad.many import tab as many_tab
from playground.demos.squad.many.pipeline import run as run_many
from playground.demos.squad.many.schema import Request as ManyRequest
from playground.demos.squad.many.schema import Result as ManyResult
from playground.demos.squad.many.schema import Row
from playground.demos.squad.pipeline import run
from playground.demos.squad.schema import MAX_PASSAGE, Request, Result
from playground.messages import Complaint
from playground.models import loading
from playground.models.cache import ByteCache
from playground.models.loading import Loaded, load
from playground.runs import MAX_RUN_BYTES, Run, complaint_of, dump
from tests.unit import tiny

QUESTION = "who took the dog?"
PASSAGE = "The man took the dog to the river,\n  and  the cat came — as it\tmust — to the bank. 🐕 Then they were"
LONG = "The old man used a new river. It was not like any other bank, but he came back to it every day in the year " * 6
languages = pytest.mark.parametrize("language", ["en", "ko"])


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """local/reader answers; local/plain has no QA head."""
    root = tmp_path_factory.mktemp("models")
    for name, kind in (("reader", BertForQuestionAnswering), ("plain", BertForMaskedLM)):
        tiny.model(kind, max_position_embeddings=96).save_pretrained(root / name)
        tiny.tokenizer(96).save_pretrained(root / name)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLAYGROUND_MODELS", str(root))
        environment.setattr(loading, "_CACHE", ByteCache(2**30))
        yield root


def _ask(passage: str = PASSAGE, question: str = QUESTION, **more: Any) -> Result:
    return run(Request(question=question, passage=passage, model="local/reader", **more))


@torch.inference_mode()
def _by_force(loaded: Loaded, question: str, passage: str, length: int) -> tuple[dict[tuple[int, int], float], float]:
    """(characters) -> the best score of every legal span, one window after the other; and the least null score."""
    spans: dict[tuple[int, int], float] = {}
    nulls = []
    windows = cut(loaded.tokenizer, [question], [passage], 96, 32)
    for number in range(len(windows)):
        ids, types = torch.tensor([windows.ids[number]]), torch.tensor([windows.types[number]])
        out = loaded.model(input_ids=ids, token_type_ids=types)
        start, end = out.start_logits[0].tolist(), out.end_logits[0].tolist()
        nulls.append(start[0] + end[0])
        first = windows.first[number]
        for i in range(first, windows.last[number]):
            for j in range(i, min(i + length, windows.last[number])):
                key = (windows.offsets[number][i - first][0], windows.offsets[number][j - first][1])
                spans[key] = max(spans.get(key, ILLEGAL), start[i] + end[j])
    return spans, min(nulls)


@pytest.mark.parametrize(("passage", "length"), [(PASSAGE, 30), (PASSAGE, 1), (LONG, 30), (LONG, 5)], ids=len and str)
def test_every_answer_is_that_of_brute_force_over_all_spans_of_all_windows(passage: str, length: int) -> None:
    loaded = load("local/reader", reading.HEAD)
    spans, null = _by_force(loaded, QUESTION, passage, length)
    result = _ask(passage, max_answer=length, top_k=20, threshold=30)
    assert (result.windows > 1) == (passage is LONG)
    wanted = sorted(spans.values(), reverse=True)[: len(result.answers)]
    assert [answer.score for answer in result.answers] == pytest.approx(wanted, abs=1e-3)
    for answer in result.answers:
        assert spans[answer.start, answer.end] == pytest.approx(answer.score, abs=1e-3)
    scores = torch.tensor(list(spans.values()), dtype=torch.float64)
    chances = dict(zip(spans, scores.softmax(0).tolist(), strict=True))
    for answer in result.answers:
        assert answer.probability == pytest.approx(chances[answer.start, answer.end], abs=1e-4)
    assert result.null_score == pytest.approx(null, abs=1e-3)
    for name, index in (("start", 0), ("end", 1)):
        places, values = getattr(result.tokens, name), getattr(result.tokens, f"{name}_probability")
        for place, value in zip(places, values, strict=True):
            whole = sum(chance for span, chance in chances.items() if span[index] == place)
            assert value == pytest.approx(whole, abs=1e-3)


# Any text: what the tokenizer makes of it is its own affair, where it says it found it is ours.
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)


@given(_TEXTS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_is_what_stands_at_its_characters(passage: str) -> None:
    if not passage.strip():
        return
    try:
        result = _ask(passage)
    except Complaint:
        return  # nothing in it is a token
    for answer in result.answers:
        assert passage[answer.start : answer.end] == answer.text
    assert passage[result.start : result.end] == result.answer
    assert result.tokens.place == list(range(result.tokens.count))
    for start, end in zip(result.tokens.start, result.tokens.end, strict=True):
        assert 0 <= start <= end <= len(passage)


def test_the_threshold_decides_between_the_answer_and_none() -> None:
    result = _ask()
    difference = result.null_score - result.best_score
    lower, upper = _ask(threshold=difference - 0.01), _ask(threshold=difference + 0.01)
    assert (lower.answer, lower.start, lower.end) == ("", 0, 0) and lower.answers
    assert upper.answer == upper.answers[0].text != ""


def test_the_last_layer_is_what_the_model_says() -> None:
    loaded = load("local/reader", reading.HEAD)
    windows = cut(loaded.tokenizer, [QUESTION], [PASSAGE], 96, 32)
    with torch.inference_mode():
        out = loaded.model(input_ids=torch.tensor([windows.ids[0]]), token_type_ids=torch.tensor([windows.types[0]]))
    inside = slice(windows.first[0], windows.last[0])
    found = reading.read(loaded, windows, 30, deep=True)[0]
    assert found.layers[0].shape == (3, inside.stop - inside.start, 2)
    assert found.layers[0][-1, :, 0].numpy() == pytest.approx(out.start_logits[0, inside].numpy(), abs=1e-4)
    assert found.layers[0][-1, :, 1].numpy() == pytest.approx(out.end_logits[0, inside].numpy(), abs=1e-4)
    assert [one.layer for one in _ask().depth] == [0, 1, 2]


def test_the_lattice_holds_the_scores_of_its_spans_and_nothing_illegal() -> None:
    spans, _ = _by_force(load("local/reader", reading.HEAD), QUESTION, LONG, 10)
    result = _ask(LONG, max_answer=10)
    first, tokens = result.lattice.first, result.tokens
    for i, row in enumerate(result.lattice.scores):
        for j, score in enumerate(row):
            span = (tokens.start[first + i], tokens.end[first + j])
            assert (score is not None) == (span in spans and 0 <= j - i < 10)
            assert score is None or score == pytest.approx(spans[span], abs=0.01)


def test_many_questions_are_answered_as_each_one_alone() -> None:
    loaded = load("local/reader", reading.HEAD)
    asked = [("who?", PASSAGE), (QUESTION, LONG), ("when did the cat come back?", "the cat came."), ("why", LONG[:200])]
    together = reading.windows_of(loaded, [q for q, _ in asked], [p for _, p in asked])
    all_at_once = reading.read(loaded, together, 30)
    for number, (question, passage) in enumerate(asked):
        alone = reading.read(loaded, reading.windows_of(loaded, [question], [passage]), 30)[0]
        assert all_at_once[number].offsets == alone.offsets
        assert all_at_once[number].null == pytest.approx(alone.null, abs=1e-4)
        assert [span[:2] for span in all_at_once[number].top(3)] == [span[:2] for span in alone.top(3)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"question": " "}, "There is no question"),
        ({"passage": "\n\t "}, "There is no passage"),
        ({"passage": "a" * (MAX_PASSAGE + 1)}, "20,001 characters; at most 20,000"),
        ({"question": "w" * 501}, "501 characters; at most 500"),
        ({"passage": "a \x00 b"}, "U+0000"),
        ({"top_k": 0}, "top_k is 0; it must be at least 1"),
        ({"threshold": 99.0}, "threshold is 99.0; it can be at most 30"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_cannot_be_read_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Request(**({"question": QUESTION, "passage": PASSAGE} | changes))
    assert said in complaint_of(caught.value).sentence("en")


def test_a_question_that_leaves_no_room_a_headless_model_and_korean_are_one_sentence() -> None:
    with pytest.raises(Complaint, match=r"has 80 tokens; of the 96 that local/reader reads"):
        _ask(question="dog " * 80)
    with pytest.raises(Complaint, match="ships no"):
        run(Request(question=QUESTION, passage=PASSAGE, model="local/plain"))


@languages
def test_the_picture_marks_what_was_found(language: str) -> None:
    result = _ask(threshold=30)
    asked = Request(question=QUESTION, passage=PASSAGE, model="local/reader", threshold=30)
    shown = Run(demo="squad", request=asked.model_dump(), result=result.model_dump(), model="", device="", seconds=0)
    suggested, marked, verdict, strip, curves, lattice, depth, _ = tab.draw(shown, language)
    assert suggested == []
    plain = re.sub(r"<[^>]+>", "", marked).replace("&amp;", "&").replace("&lt;", "<")
    assert plain == PASSAGE and f"<mark>{result.answer}</mark>" in marked
    assert len(strip) == len(result.answers) and result.answer in verdict
    assert list(curves.data[0].y) == result.tokens.start_probability
    assert len(lattice.data[0].x) == len(result.lattice.scores)
    assert list(depth.data[1].y) == [one.end_probability for one in result.depth]


def test_markup_in_a_passage_is_text() -> None:
    marked = tab.mark("<b>a</b> & <script>x</script>", 3, 4)
    assert "<script>" not in marked and "<mark>a</mark>" in marked and "&lt;b&gt;" in marked


def test_the_longest_passage_fits_into_a_saved_run() -> None:
    passage = ("a b " * (MAX_PASSAGE // 4))[:MAX_PASSAGE]
    result = _ask(passage)
    assert result.windows > 100 and result.tokens.count == 10_000
    assert set(range(result.lattice.first, result.lattice.first + 28)) <= set(result.tokens.place)
    assert result.answers[0].start in result.tokens.start and result.answers[0].end in result.tokens.end
    asked = {"question": QUESTION, "passage": passage}
    shown = Run(demo="squad", request=asked, result=result.model_dump(), model="", device="", seconds=0)
    assert len(dump(shown)) < MAX_RUN_BYTES
    assert figures.windows(result, "en").layout.height


# Several questions


def test_the_table_says_of_each_question_what_it_says_alone() -> None:
    questions = ["who took the dog?", "when?", "what did the cat see at the bank?"]
    asked = ManyRequest(questions="\n\n".join(questions) + "\n ", passage=LONG, model="local/reader", threshold=1.0)
    rows = run_many(asked).rows
    assert [row.question for row in rows] == questions
    for row in rows:
        alone = _ask(LONG, row.question, threshold=1.0)
        assert (row.text, row.start, row.end) == (alone.answer, alone.start, alone.end)
        assert row.margin == pytest.approx(alone.best_score - alone.null_score, abs=1e-3)
        assert LONG[row.start : row.end] == row.text


@pytest.mark.parametrize(
    ("questions", "said"),
    [(" \n ", "There is no question"), ("a?\n" * 61, "61 questions; at most 60"), ("w" * 501, "501")],
)
def test_questions_that_cannot_be_asked_are_one_sentence(questions: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ManyRequest(questions=questions, passage=PASSAGE)
    assert said in complaint_of(caught.value).sentence("en")


def test_the_csv_is_read_back_and_runs_nothing() -> None:
    rows = [
        Row(question='=HYPERLINK("x")', text="a, “b”\nc", start=1, end=9, probability=0.5, margin=-1.25),
        Row(question="who?", text="", start=0, end=0, probability=0.25, margin=2.0),
    ]
    head, first, second = csv.reader(io.StringIO(many_tab.csv_of(ManyResult(rows=rows, windows=1)), newline=""))
    assert head == ["question", "text", "probability", "margin", "start", "end"]
    assert first == ['\'=HYPERLINK("x")', "a, “b”\nc", "0.5", "-1.25", "1", "9"]
    assert second == ["who?", "", "0.25", "2.0", "0", "0"]


def test_a_passage_is_known_by_its_text() -> None:
    for passage in (*passages("en"), *passages("ko")):
        assert same_text(passage.text) == all_passages()[passage.title] == passage
    assert same_text("Something else.") is None


def test_a_passage_of_ours_comes_with_its_questions() -> None:
    choices = dict(tab._choices())
    assert [label for label in choices if label.startswith("⤓")] == [f"⤓ {one.title} · ko" for one in passages("ko")]
    text, question = tab._picked("Ink")
    known = same_text(text)
    assert known is not None and question == known.questions[0][0]
    asked = Request(question=question, passage=text, model="local/reader")
    shown = Run(
        demo="squad", request=asked.model_dump(), result=run(asked).model_dump(), model="", device="", seconds=0
    )
    assert tab.draw(shown, "en")[0] == [{"text": one} for one, _ in known.questions]
