"""Every endpoint of the real app, asked by gradio_client: the right shape, and one sentence for what is wrong."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground import demos
from playground.demo import Demo
from playground.examples import stored
from playground.messages import texts
from tests.short import FEWER

WRONG: list[Any] = [None, 1.5, "x", [], {}, [None], {"a": 1}, True, -(10**12)]


@pytest.fixture(scope="module")
def client(app_url: str) -> Iterator[Client]:
    yield Client(app_url, verbose=False)


def ask(client: Client, demo: str, **values: Any) -> Any:
    """The answer; of a long run its last word, the Result."""
    job = client.submit(**values, api_name=f"/{demo}")
    job.result()
    return job.outputs()[-1]


@pytest.mark.parametrize("demo", demos.EVERY, ids=lambda demo: demo.name)
def test_the_first_example_answers_as_it_is_stored(client: Client, demo: Demo) -> None:
    run = stored(demo.name)[0]
    demo.result.model_validate(ask(client, demo.name, **(run.request | FEWER.get(demo.name, {}))))


@pytest.mark.parametrize("demo", demos.EVERY, ids=lambda demo: demo.name)
def test_wrong_types_get_a_sentence_and_the_app_keeps_serving(client: Client, demo: Demo) -> None:
    right = stored(demo.name)[0].request
    for field in demo.request.model_fields:
        for wrong in WRONG:
            try:
                demo.request.model_validate(right | {field: wrong})
                continue  # this value happens to be right for the field
            except ValueError:
                pass
            with pytest.raises(AppError) as caught:
                ask(client, demo.name, **(right | {field: wrong}))
            said = str(caught.value)
            assert 10 < len(said) < 300 and "Traceback" not in said and "pydantic" not in said, (field, wrong, said)
            assert not said.startswith(texts("en")["pg_err_unforeseen"][:20]), (field, wrong, said)
    if demo.lane == "quick":
        demo.result.model_validate(ask(client, demo.name, **right))
    else:  # its own example, a long run, was asked above
        ask(client, "masked_lm", text="still serving")


def test_a_long_run_streams_its_progress_and_ends_with_the_result(client: Client) -> None:
    text = "The old man went to the river. " * 3
    job = client.submit(text=text, draws=2, api_name="/masked_lm_sweep")
    job.result()
    *steps, last = job.outputs()
    done = [step["done"] for step in steps]
    assert done == sorted(done) and done[-1] == steps[-1]["total"] == 20
    assert steps[-1]["result"]["points"] == last["points"] and len(last["points"]) == 10
    with pytest.raises(AppError, match="fewer than 2 words"):
        ask(client, "masked_lm_sweep", text="word")


def test_attention_of_the_holes_is_one_more_setting(client: Client) -> None:
    values = {"text": "The cat sat on the [MASK].", "positions": [2]}
    plain, looking = ask(client, "masked_lm", **values), ask(client, "masked_lm", **values, layer=3, head=2)
    assert plain["attention"] is None and plain["predictions"][0]["original"] == "cat"
    rows = looking["attention"]["weights"]
    assert [len(row) for row in rows] == [9, 9] and all(abs(sum(row) - 1) < 0.01 for row in rows)
    with pytest.raises(AppError, match="bert-mini has 6"):
        ask(client, "masked_lm", **values, layer=7)


def test_endpoints_are_described_with_names_types_and_defaults(client: Client) -> None:
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(described) == {f"/{demo.name}" for demo in demos.EVERY}
    for demo in demos.EVERY:
        parameters = described[f"/{demo.name}"]["parameters"]
        assert [p["parameter_name"] for p in parameters] == list(demo.request.model_fields)
        for parameter, field in zip(parameters, demo.request.model_fields.values(), strict=True):
            assert parameter["parameter_has_default"] == (not field.is_required())


def test_masked_lm_answers_in_the_promised_form(client: Client) -> None:
    answer = ask(client, "masked_lm", text="The cat sat on the [MASK].", positions=[2], top_k=3)
    assert answer["tokens"] == ["[CLS]", "the", "cat", "sat", "on", "the", "[MASK]", ".", "[SEP]"]
    hidden, typed = answer["predictions"]
    assert (hidden["position"], hidden["original"]) == (2, "cat")
    assert (typed["position"], typed["original"], typed["original_rank"]) == (6, None, None)
    for prediction in answer["predictions"]:
        probabilities = [c["probability"] for c in prediction["candidates"]]
        assert len(probabilities) == 3
        assert probabilities == sorted(probabilities, reverse=True) and 0 < sum(probabilities) <= 1
        assert 0 <= prediction["entropy"] <= 14.9  # log2 of 30,522 words
    assert hidden["original_rank"] >= 1 and 0 < hidden["original_probability"] < 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": ""}, "type a sentence"),
        ({"text": " \t\n "}, "type a sentence"),
        ({"text": "a" * 50_000}, "50,000 characters"),
        ({"text": "word " * 900}, "902 tokens"),
        ({"text": "[CLS] [SEP] [PAD]"}, "only special tokens"),
        ({"text": "한국어 문장을 읽을 수 있나요?"}, "klue/bert-base"),
        ({"text": "a bell\x07 rings"}, "U+0007 at place 7"),
        ({"text": "zero\x00byte"}, "U+0000"),
        ({"text": "a b", "positions": [9]}, "run from 0 to 3"),
        ({"text": "a b", "positions": [-1]}, "run from 0 to 3"),
        ({"text": "a b", "positions": [0]}, "special token"),
        ({"text": "a " * 40, "positions": list(range(1, 18))}, "17 places"),
        ({"text": "a b", "top_k": 0}, "at least 1"),
        ({"text": "a b", "top_k": 10**9}, "at most 25"),
        ({"text": "a b", "model": "no/such-model"}, "no/such-model"),
        ({"text": "a b", "model": "../../etc/passwd"}, "not offered"),
        ({"text": "a b", "model": "openai-community/gpt2"}, "ships no “masked_lm” head"),
        ({"text": "a b", "model": "google-bert/bert-base-uncased", "positions": [1]}, "cannot be reached"),
    ],
)
def test_masked_lm_says_what_is_wrong(client: Client, values: dict[str, Any], said: str) -> None:
    with pytest.raises(AppError) as caught:
        ask(client, "masked_lm", **values)
    assert said in str(caught.value)


def test_a_lone_surrogate_gets_a_sentence(app_url: str, client: Client) -> None:
    """Python's client cannot send one; a browser or a hand-written request can."""
    body = b'{"data": ["lone \\ud83d surrogate", "bert-mini", 8, [], null, 0]}'
    posted = httpx.post(
        f"{app_url}/gradio_api/call/masked_lm", content=body, headers={"content-type": "application/json"}
    )
    with httpx.stream("GET", f"{app_url}/gradio_api/call/masked_lm/{posted.json()['event_id']}", timeout=20) as answer:
        said = answer.read().decode()
    assert "event: error" in said and "U+D83D at place 6" in said
    ask(client, "masked_lm", text="still serving")


@pytest.mark.parametrize(
    "text", ["I 😀 like [MASK] 🎉.", "<script>alert(1)</script> [MASK] <b>&amp;", "naïve café [MASK] — ½", "[MASK]"]
)
def test_masked_lm_reads_odd_but_readable_text(client: Client, text: str) -> None:
    answer = ask(client, "masked_lm", text=text)
    assert len(answer["predictions"]) == 1


def test_unknown_symbols_are_noted(client: Client) -> None:
    answer = ask(client, "masked_lm", text="I 😀 like [MASK].")
    assert answer["notices"] == [{"key": "pg_note_unknown", "values": {"count": 1, "model": "bert-mini"}}]


def test_twelve_holes_are_answered(client: Client) -> None:
    answer = ask(client, "masked_lm", text="one two three four five six seven eight nine ten eleven twelve",
                 positions=list(range(1, 13)))  # fmt: skip
    assert [p["position"] for p in answer["predictions"]] == list(range(1, 13))
