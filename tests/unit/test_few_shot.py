"""The tasks, the prompt to the character, its labels ranked: against one forward a label, and by rule."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from gradio.components.dataframe import DataframeData
from pydantic import ValidationError

from playground.core.prompts import PATTERNS, Example, answer
from playground.demos.few_shot import DEMO, figures, tab
from playground.demos.few_shot.choosing import first_query, next_query, task_note
from playground.demos.few_shot.leave_out.pipeline import run as leave_out
from playground.demos.few_shot.leave_out.schema import Request as LeaveOutRequest
from playground.demos.few_shot.pipeline import run
from playground.demos.few_shot.reader import encode, endings, fit, in_turns
from playground.demos.few_shot.schema import MAX_SHOTS, OWN, PatternName, Request, Result, Shot
from playground.demos.few_shot.tasks import QUERIES, draw, find, labels_for, tasks
from playground.messages import Complaint
from playground.models import catalogue
from playground.models.device import TURNS
from playground.runs import complaint_of
from playground.ui.inputs import Pairs
from tests.unit.few_shot import MODEL, SMALL, alone, languages, model, models, run_of, shares

__all__ = ["models"]

SHOTS = [Shot(input="a plate", label="kitchen"), Shot(input="a pillow", label="bed room")]


def _own(**changes: Any) -> Request:
    return Request(**({"query": "a spoon", "examples": SHOTS, "model": MODEL} | changes))


# tasks


def test_every_task_has_examples_and_queries_of_its_own() -> None:
    assert len(tasks()) >= 14 and sum(one.korean for one in tasks().values()) == 1
    for name, one in tasks().items():
        inputs = [row.input for row in one.task.rows]
        assert len(inputs) == len(set(inputs)) >= MAX_SHOTS + QUERIES, name
        assert len(one.pool) >= MAX_SHOTS and len(one.queries) == QUERIES
        assert all(row.input == row.input.strip() and row.label == row.label.strip() for row in one.task.rows)
        assert one.instruction.endswith((".", "?"))


def test_few_labels_are_asked_about_evenly() -> None:
    closed = {name: one for name, one in tasks().items() if one.task.labels}
    assert set(closed) == {"sentiment", "topic", "category", "yes_no", "inference", "made_up"}
    for one in closed.values():
        counts = [sum(row.label == label for row in one.queries) for label in one.task.labels]
        assert max(counts) - min(counts) <= 1


def test_computed_tasks_follow_their_rule() -> None:
    rows = {name: one.task.rows for name, one in tasks().items()}
    for text, label in rows["addition"]:
        assert sum(map(int, text.split(" + "))) == int(label)
    for text, label in rows["larger"]:
        assert max(map(int, text.split(", "))) == int(label)
    for text, label in rows["last_letter"]:
        assert text[-1] == label
    for text, label in rows["made_up"]:
        one, other, last = text.split()
        assert one != other and label == {one: "wug", other: "dax"}[last]
    places = [text.split(", ").index(label) for text, label in rows["odd_one_out"]]
    assert {places.count(place) for place in range(4)} == {len(places) // 4}
    # No three of the others are ever together with the odd one as one of them.
    kinds = {frozenset(text.split(", ")) - {label} for text, label in rows["odd_one_out"]}
    assert all(len(kind) == 3 for kind in kinds)


def test_a_seed_draws_the_same_examples_and_more_shots_add_to_them() -> None:
    of = find("plural")
    assert draw(of, 32, 3)[:5] == draw(of, 5, 3) != draw(of, 5, 4)
    assert len(set(draw(of, 32, 3))) == 32
    for row in of.queries[:20]:
        labels, right, by_lot = labels_for(of, row.input)
        assert right == row.label and labels.count(right) == 1 and len(labels) == 4 and list(labels) == sorted(labels)
        assert not by_lot and labels_for(of, f" {row.input}\n") == (labels, right, False)
    assert labels_for(find("odd_one_out"), "dog, , cat, saw, cow") == (("dog", "cat", "saw", "cow"), None, False)
    assert labels_for(find("topic"), "something new") == (find("topic").task.labels, None, False)
    assert labels_for(find("odd_one_out"), "dog").by_lot


@pytest.mark.parametrize("name", list(tasks()))
def test_a_query_never_stands_solved_in_its_own_prompt(name: str) -> None:
    of = find(name)
    for row in of.pool[:3]:
        drawn = draw(of, MAX_SHOTS, 1, f"{row.input} ")
        assert row not in drawn and len(drawn) == MAX_SHOTS
        assert drawn[:5] == draw(of, 5, 1, row.input)
    shots = draw(find("capital"), 3, 4)
    result = run(Request(task="capital", query=shots[1].input, shots=3, seed=4, model=MODEL))
    assert result.right == shots[1].label and shots[1].input not in [one.input for one in result.examples]


def test_labels_drawn_by_lot_are_said_to_be_so_and_stay_when_the_examples_change() -> None:
    asked: dict[str, Any] = {"task": "capital", "query": "Atlantis", "model": MODEL}
    results = [run(Request(**asked, seed=seed)) for seed in (1, 2)]
    for result in results:
        [notice] = result.notices
        assert result.right is None and notice.key == "pg_fsh_by_lot"
        assert "the right one may be missing" in notice.sentence("en") and "4개" in notice.sentence("ko")
    labels = [{row.label for row in result.labels} for result in results]
    assert labels[0] == labels[1] and results[0].examples != results[1].examples
    known = find("capital").queries[0].input
    assert not run(Request(**asked | {"query": known})).notices
    assert not run(Request(**asked, labels=["Lima", "Rome"])).notices
    one, other = (run(Request(**asked | {"query": known}, seed=seed)).labels for seed in (1, 2))
    assert [row.label for row in one] == [row.label for row in other]
    left_out = leave_out(LeaveOutRequest(**asked, shots=2))
    assert [notice.key for notice in left_out.notices] == ["pg_fsh_by_lot"]


# prompt and ranking


def test_the_prompt_to_the_character_and_its_pieces() -> None:
    request = _own(instruction="Where is it kept?", pattern="question")
    result = run(request)
    assert result.prompt == (
        "Where is it kept?\n\nQ: a plate\nA: kitchen\n\nQ: a pillow\nA: bed room\n\nQ: a spoon\nA:"
    )
    assert result.prompt_tokens == len(encode(model(), result.prompt)) and result.limit == 1024
    pieces = tab.pieces(result, request.model_dump())
    assert "".join(piece for piece, _ in pieces) == result.prompt
    assert [piece for piece, label in pieces if label] == ["kitchen", "bed room"]
    assert run(_own(shots=0)).prompt == "Input: a spoon\nOutput:"
    assert run(_own(shots=1, pattern="arrow")).prompt == "a plate => kitchen\na spoon =>"


@pytest.mark.parametrize("pattern", list(PATTERNS))
def test_labels_are_ranked_by_their_whole_probability(pattern: PatternName) -> None:
    labels = ["kitchen", "bed room", "bed", "한국어"]
    result = run(_own(labels=labels, pattern=pattern))
    scores = alone(result.prompt, labels)
    assert [row.plain for row in result.labels] == pytest.approx(shares(scores), abs=1e-4)
    assert [row.probability for row in result.labels] == [row.plain for row in result.labels]
    assert result.right is None and [row.label for row in result.labels] == labels
    assert [notice.key for notice in result.notices] == ["pg_fsh_beginning"]


def test_calibration_makes_the_content_free_query_even_and_divides_by_it() -> None:
    even = run(_own(query="N/A", calibrate=True))
    assert [row.probability for row in even.labels] == pytest.approx([0.5, 0.5], abs=1e-5)
    result = run(_own(calibrate=True))
    free = shares(alone(result.prompt.replace("a spoon", "N/A"), ["kitchen", "bed room"]))
    assert [row.content_free for row in result.labels] == pytest.approx(free, abs=1e-4)
    ratios = [row.plain / share for row, share in zip(result.labels, free, strict=True)]
    assert [row.probability for row in result.labels] == pytest.approx([r / sum(ratios) for r in ratios], abs=1e-3)


def test_a_label_ends_as_in_the_format_that_gpt_mini_is_trained_on() -> None:
    assert set(get_args(PatternName)) == set(PATTERNS)
    labels = ["yes", "bed room", "한국어", "12", "a, b"]
    for pattern in PATTERNS.values():
        wanted = [encode(model(), answer(label, pattern)) for label in labels]
        assert endings(model(), labels, pattern) == wanted


def test_a_task_knows_what_is_right_and_the_model_goes_on_by_itself() -> None:
    row = find("capital").queries[4]
    result = run(Request(task="capital", query=row.input, shots=6, seed=2, model=MODEL))
    assert result.right == row.label and sum(label.label == row.label for label in result.labels) == 1
    assert [(one.input, one.label) for one in result.examples] == draw(find("capital"), 6, 2)
    assert sum(label.probability for label in result.labels) == pytest.approx(1, abs=1e-4)
    assert "\n" not in result.continuation and 1 <= len(result.tokens) <= 24
    assert all("\n" not in token.token for token in result.tokens[:-1])


def test_what_does_not_fit_is_left_out_from_the_beginning_and_counted() -> None:
    result = run(Request(task="sentiment", query="Good.", shots=32, model=SMALL))
    assert result.limit == 256 and 0 < result.dropped < 32 and result.prompt_tokens <= 256
    assert [(one.input, one.label) for one in result.examples] == draw(find("sentiment"), 32, 1)[result.dropped :]
    loaded = model(SMALL)
    one_more = fit(loaded, draw(find("sentiment"), 32, 1)[result.dropped - 1 :], "Good.", PATTERNS["input_output"])
    assert one_more.dropped == 1 or len(one_more.ids) > 256 - 24
    [notice] = result.notices
    assert notice.values["dropped"] == result.dropped and "256" in notice.sentence("ko")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"query": "  \n"}, "There is no query"),
        ({"examples": [SHOTS[0]] * 33}, "33 examples; at most 32"),
        ({"shots": 33}, "at most 32"),
        ({"labels": ["a", "b", "a"]}, "“a” stands 2 times"),
        ({"labels": ["a", " "]}, "labels is empty"),
        ({"labels": [str(n) for n in range(40)]}, "40 labels; at most 32"),
        ({"examples": [Shot(input="a", label="")]}, "Example 1 lacks"),
        ({"query": "bell\x07"}, "U+0007"),
        ({"query": "x" * 20_001}, "20,001 characters"),
        ({"pattern": "haiku"}, "pattern is not"),
        ({"examples": [{"input": "a"}]}, "label is missing"),
        ({"task": "capital"}, "“capital” has examples of its own, and 2 more were sent"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _own(**values)
    complaint = complaint_of(caught.value)
    assert said in complaint.sentence("en") and complaint.sentence("ko")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"examples": [], "labels": []}, "Different labels: 0"),
        ({"examples": SHOTS[:1]}, "Different labels: 1"),
        ({"task": "no such task", "examples": []}, "no task “no such task”"),
        ({"task": "odd_one_out", "examples": [], "query": ", ".join(map(str, range(40)))}, "40 labels; at most 32"),
        ({"labels": [f"{n} " + "dog " * 400 for n in range(32)]}, "at most 1,024 are ranked: shorten them"),
        ({"query": "word " * 2000}, "reads at most 1,024: shorten"),
        ({"examples": [*SHOTS, Shot(input="dog " * 2000, label="c")]}, "Example 3 alone has"),
        ({"model": "nobody/nothing"}, "not offered"),
        ({"model": "openai-community/gpt2", "labels": ["부엌", "침실"]}, "cannot read Korean"),
        ({"model": "openai-community/gpt2", "query": "숟가락은 어디에 두나요?"}, "choose Qwen/Qwen2.5-0.5B"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(Complaint) as caught:
        run(_own(**values))
    assert said in caught.value.sentence("en") and caught.value.sentence("ko")


def test_korean_labels_are_ranked_by_a_model_that_reads_korean() -> None:
    result = run(_own(labels=["부엌", "침실"]))
    assert [row.plain for row in result.labels] == pytest.approx(
        shares(alone(result.prompt, ["부엌", "침실"])), abs=1e-4
    )


# the screen


@languages
@pytest.mark.parametrize("changes", [{}, {"calibrate": True}, {"instruction": "<b>Where?", "shots": 1}])
def test_bars_facts_tokens_and_prompt_are_drawn(language: str, changes: dict[str, Any]) -> None:
    request = _own(**changes)
    result = run(request)
    figure, facts, strip, prompt, *_ = tab.draw(run_of("few_shot", request, result), language)
    figure.to_json()
    assert list(figure.data[0].x) == [row.probability for row in result.labels]
    assert len(figure.data) == (3 if request.calibrate else 1)
    assert len(strip) == len(result.tokens) and "<mark>kitchen</mark>" in prompt and "<b>Where" not in prompt
    best = max(result.labels, key=lambda row: row.probability).label
    assert f"“{best}”" in facts and str(result.prompt_tokens) in prompt


def test_the_right_label_is_ticked_and_long_ones_are_cut() -> None:
    request = Request(task="yes_no", query=find("yes_no").queries[0].input, model=MODEL)
    names = figures.labels(run(request), "en").layout.yaxis.ticktext
    assert sum(name.startswith("✓ ") for name in names) == 1
    assert figures.short("<b>" + "x" * 99).startswith("&lt;b&gt;xx") and figures.short("x" * 99).endswith("…")


def test_examples_can_be_taken_over_and_edited() -> None:
    result = run(Request(task="antonym", query="early", shots=3, model=MODEL))
    stored = run_of("few_shot", Request(task="antonym", query="early", shots=3, model=MODEL), result).model_dump_json()
    task, table, labels = tab.taken(stored, "antonym", [], [])
    assert task == OWN and [row["label"] for row in table] == [one.label for one in result.examples]
    assert labels == [row.label for row in result.labels]
    assert tab.taken("", "antonym", table, labels) == ("antonym", table, labels)
    assert tab.shorter(table, 1) == (table[:-1], OWN) and len(tab.longer(table, 1)[0]) == 4
    orders = {json.dumps(tab.shuffled(table, seed)[0]) for seed in range(9)}
    assert len(orders) > 1 and tab.shuffled(table, 5) == tab.shuffled(table, 5)
    assert sorted(json.dumps(row) for row in tab.shuffled(table, 5)[0]) == sorted(json.dumps(row) for row in table)
    asked = {"task": "antonym", "examples": table, "labels": labels}
    assert tab.complete(asked, None) == {"task": "antonym", "examples": [], "labels": []}
    assert tab.complete(asked | {"task": OWN}, None) == asked | {"task": OWN}


def test_the_table_of_examples_gives_pairs_and_leaves_empty_rows_out() -> None:
    table = Pairs(headers=["Input", "Output"])
    rows = DataframeData(headers=["Input", "Output"], data=[["a", "b"], ["", None], [" c ", ""], [1, 2]])
    found = table.preprocess(rows)
    assert found == [
        {"input": "a", "label": "b"},
        {"input": "c", "label": ""},
        {"input": "1", "label": "2"},
    ]
    assert table.postprocess(found).data == [["a", "b"], ["c", ""], ["1", "2"]]
    assert table.postprocess([]).data == [["", ""]]


def test_a_request_of_many_forwards_lets_long_work_go_on_between_them() -> None:
    stepped: list[float] = []
    done = threading.Event()

    def long() -> None:
        while not done.is_set():
            with TURNS.step():
                stepped.append(time.monotonic())
            time.sleep(0.001)

    def forwards() -> Iterator[int]:
        for number in range(5):
            time.sleep(0.12)  # each longer than a turn
            yield number

    other = threading.Thread(target=long, daemon=True)
    other.start()
    began = time.monotonic()
    try:
        assert list(in_turns(forwards())) == list(range(5))
        ended = time.monotonic()
    finally:
        done.set()
        other.join(20)
    assert len({int((one - began) / 0.12) for one in stepped if began + 0.05 < one < ended}) >= 3
    assert list(in_turns(iter(range(1000)))) == list(range(1000))


def test_queries_go_round_and_notes_say_what_a_model_was_trained_on() -> None:
    inputs = [row.input for row in find("french").queries]
    seen = list(itertools.accumulate(range(QUERIES), lambda query, _: next_query("french", query), initial=inputs[0]))
    assert seen == [*inputs, inputs[0]]
    assert next_query("french", "not there") == first_query("french", "x") == inputs[0]
    assert next_query(OWN, "x") == first_query(OWN, "x") == "x"
    assert "never" in task_note("capital", "gpt-mini", "en") != task_note("french", "gpt-mini", "en")
    assert task_note("capital", MODEL, "en") == task_note(OWN, "gpt-mini", "en") == ""
    for model_ in catalogue.choices("causal_lm"):
        for language in ("en", "ko"):
            said = task_note("capital", model_, language)
            assert model_.startswith("local/") or said.startswith(model_), model_


def test_the_demo_explains_all_its_experiments() -> None:
    assert DEMO.all[0].name == "few_shot" and len(DEMO.parts) == 7
    assert all(len(part.help.strip()) > 200 for part in DEMO.all)
    assert Result.model_validate(run(_own()).model_dump()) == run(_own())
    assert Example(*SHOTS[0].model_dump().values()) == ("a plate", "kitchen")
