import math
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertForPreTraining, GPT2Config, GPT2LMHeadModel

from playground.core.prompts import PATTERNS, Example, prompt, shot
from playground.demos.few_shot.tasks import tasks as few_shot_tasks
from playground.training import icl
from playground.training.corpora import CorpusError
from playground.training.few_shot import Query, draw_queries, perplexity, rank_labels
from playground.training.gpt_mini import (
    END,
    INPUT_WEIGHT,
    POSITIONS,
    SHORT,
    Batches,
    flowing,
    learn_tokenizer,
    warm_start,
)
from playground.training.icl import HELD_OUT, Episodes
from playground.training.store import tokenise
from tests.unit import tiny

LINES = ["the dog went to Paris and the cat came from France.", "it was good, 한국어 👋 too.", "a man, a plan."] * 20


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return learn_tokenizer(iter(LINES), 400)


def _model(tokenizer: object, **more: int) -> GPT2LMHeadModel:
    torch.manual_seed(3)
    sizes = {"n_positions": 128, "n_embd": 16, "n_layer": 2, "n_head": 2} | more
    config = GPT2Config(vocab_size=len(tokenizer), **sizes)  # type: ignore[arg-type]
    config.initializer_range = 0.3
    return GPT2LMHeadModel(config).eval()


def test_a_prompt_to_the_character() -> None:
    examples = [Example("cat", "dog"), Example("a\nb", "c")]
    assert prompt(examples, "man", PATTERNS["input_output"], "Do it.") == (
        "Do it.\n\nInput: cat\nOutput: dog\n\nInput: a\nb\nOutput: c\n\nInput: man\nOutput:"
    )
    assert prompt([], "{input}", PATTERNS["arrow"]) == "{input} =>"
    assert prompt(examples[:1], "man", PATTERNS["question"]) == "Q: cat\nA: dog\n\nQ: man\nA:"
    assert shot(examples[0], PATTERNS["colon"]) == "cat: dog\n"


def test_the_tokenizer_loses_no_byte(tokenizer: object, tmp_path: Path) -> None:
    tokenizer.save_pretrained(tmp_path)  # type: ignore[attr-defined]
    reread = AutoTokenizer.from_pretrained(tmp_path)
    for text in (*LINES, "  spaces\n\ttabs", "éß中文𝄞", f"one{END}two"):
        ids = reread(text)["input_ids"]
        assert reread.decode(ids) == text
    assert reread(END)["input_ids"] == [reread.eos_token_id]
    assert len(reread(LINES[0])["input_ids"]) < len(LINES[0]) / 2


def test_running_text_is_joined_as_it_was_written() -> None:
    documents = [["One.", "Two."], ["Three."]]
    assert ["".join(document) for document in flowing(iter(documents))] == [f"One. Two.{END}", f"Three.{END}"]


def test_held_out_tasks_are_never_trained_on(small_corpora: Path) -> None:
    found = icl.tasks(small_corpora / "icl_tasks" / "icl_tasks.tar.xz")
    assert {task.name for task in icl.trained_on(found)} == {"antonym", "sentiment", "singular-plural"}
    assert found["sentiment"].labels == ("negative", "positive") and found["antonym"].labels == ()
    shapes = {
        name: icl.task(name, [Example("a", "b")]) for name in (*HELD_OUT, "animal_v_object_5", "fruit_v_animal_3", "x")
    }
    assert [task.name for task in icl.trained_on(shapes)] == ["x"]


def test_nothing_that_the_tab_asks_is_trained_on(small_corpora: Path) -> None:
    """Neither its queries nor its examples, in whatever letters, nor a pair the other way round."""
    asked = [row for bundled in few_shot_tasks().values() for row in bundled.task.rows]
    assert len(asked) > 1_000 and all(icl.is_shown(row) for row in asked)
    turned, other = Example(asked[0].label.upper(), asked[0].input), Example("no task asks this", "at all")
    assert icl.is_shown(turned) and not icl.is_shown(other)
    mixed = icl.task("antonym", [*asked[:50], other])
    assert [task.rows for task in icl.trained_on({"antonym": mixed})] == [(other,)]
    assert icl.trained_on({"antonym": icl.task("antonym", asked[:50])}) == []
    rng, inputs = np.random.default_rng(4), {row.input for row in asked}
    sums = [row.input for _ in range(300) for row in icl._sums(rng)]
    assert inputs & {f"{a} + {b}" for a in range(100) for b in range(100)}  # some are asked
    assert len(sums) > 3_000 and not inputs & set(sums)


def test_an_archive_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "icl_tasks.tar.xz"
    with pytest.raises(CorpusError, match="missing"):
        icl.tasks(path)
    path.write_bytes(b"no archive")
    with pytest.raises(CorpusError, match="damaged"):
        icl.tasks(path)


def test_episodes_mark_their_labels(small_corpora: Path) -> None:
    episodes, rng = Episodes(small_corpora), np.random.default_rng(1)
    befores = [pattern.before.split("{input}")[1] for pattern in PATTERNS.values()]
    for _ in range(200):
        text, labels = episodes(rng)
        assert 2 <= len(labels) <= 33
        for start, end in labels:
            assert text[start] == " " and text[start + 1 : end].strip()
            assert any(text[:start].endswith(before) for before in befores)
            assert text[end] == "\n"


def test_made_up_tasks_follow_their_rule() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        for row in icl._sums(rng):
            assert eval(row.input) == int(row.label)
        answers: dict[str, str] = {}
        for row in icl._mapping(rng):
            assert answers.setdefault(row.input, row.label) == row.label
        rows = icl._position(rng)
        rules = [{row.label == items[0], row.label == items[1]} for row in rows if (items := row.input.split(", "))]
        assert rules
        one_rule = [
            all(row.label == take(row.input.split(", ")) for row in rows)
            for take in (lambda items: items[0], lambda items: items[1], lambda items: "".join(items))
        ]
        assert any(one_rule)


def test_rows_are_full_and_only_labels_weigh_in_full(tokenizer: object, small_corpora: Path) -> None:
    documents = [LINES] * 80
    text = tokenise(flowing(iter(documents)), tokenizer, 10**6)  # type: ignore[arg-type]
    assert len(text.tokens) >= 2 * POSITIONS
    batches = Batches(text, Episodes(small_corpora), tokenizer, 8, seed=1)  # type: ignore[arg-type]
    seen, shapes = set(), set()
    for step in range(12):
        batch = batches(step)
        again = batches(step)
        assert all(torch.equal(batch[key], again[key]) for key in batch)
        shapes.add(tuple(batch["input_ids"].shape))
        for ids, weights in zip(batch["input_ids"], batch["weights"], strict=True):
            episode = float(weights.min()) < 1
            seen.add(episode)
            if episode:
                assert 0.02 < float((weights == 1).float().mean()) < 0.7
                assert set(weights.unique().tolist()) == {np.float32(INPUT_WEIGHT), 1.0}
                spoken = tokenizer.decode(ids[weights == 1])  # type: ignore[attr-defined]
                assert "=>" not in spoken and "Input" not in spoken and "Q:" not in spoken
    assert seen == {True, False} and shapes == {(8, SHORT), (2, POSITIONS)}


def test_perplexity_is_that_of_the_models_own_loss(tokenizer: object) -> None:
    model = _model(tokenizer)
    ids = torch.randint(0, len(tokenizer), (400,), generator=torch.Generator().manual_seed(1))  # type: ignore[arg-type]
    found = perplexity(model, ids.numpy(), words=200)
    rows = ids[: 400 // 128 * 128].view(-1, 128)
    with torch.no_grad():
        expected = math.exp(float(model(input_ids=rows, labels=rows).loss))
    assert found["perplexity"].value == pytest.approx(expected, rel=1e-4)
    assert found["perplexity_per_word"].value == pytest.approx(expected**2, rel=1e-4)


def test_labels_are_ranked_by_their_whole_probability(tokenizer: object) -> None:
    """Against one forward a label."""
    model = _model(tokenizer)
    examples = (Example("dog", "cat"), Example("man", "plan"))
    labels = ("cat", "a man, a plan", "Paris", "good")
    queries = [Query(examples, Example(word, label), labels) for word in ("dog", "Paris too") for label in labels]
    pattern = PATTERNS["input_output"]
    for shots in (0, 1, 2):
        found = rank_labels(model, tokenizer, queries, shots)  # type: ignore[arg-type]
        for query, right in zip(queries, found, strict=True):
            begin = prompt(examples[:shots], query.asked.input, pattern)
            scores = []
            for label in labels:
                ids = torch.tensor(tokenizer(begin)["input_ids"] + tokenizer(f" {label}\n")["input_ids"])  # type: ignore[operator]
                with torch.no_grad():
                    logp = model(input_ids=ids[None]).logits[0].log_softmax(-1)
                first = len(tokenizer(begin)["input_ids"])  # type: ignore[operator]
                scores.append(sum(float(logp[i - 1, ids[i]]) for i in range(first, len(ids))))
            assert right == (labels[int(np.argmax(scores))] == query.asked.label)


def test_queries_are_not_among_their_examples() -> None:
    rows = [Example(f"w{n}", f"o{n}") for n in range(50)]
    for query in draw_queries(icl.task("x", rows), 20, 1):
        assert query.asked not in query.examples and len(query.examples) == 32
        assert query.asked.label in query.candidates and len(set(query.candidates)) == 4
    chosen = draw_queries(icl.task("y", [Example(f"a{n}, b, c", "c") for n in range(40)]), 3, 1)
    assert all(query.candidates == tuple(query.asked.input.split(", ")) for query in chosen)


def test_it_starts_from_what_bert_knows(tokenizer: object, tmp_path: Path) -> None:
    base = tiny.save(tmp_path / "bert-mini", tiny.model(BertForPreTraining))
    bert = BertForPreTraining.from_pretrained(base).bert
    model = _model(tokenizer, n_head=2, n_inner=32)
    lost = warm_start(model, tokenizer, base, ["the dog went to paris and the cat came from france."] * 40)  # type: ignore[arg-type]
    assert 0 <= lost < 0.5
    table = bert.embeddings.word_embeddings.weight.detach()
    piece = tokenizer(" dog")["input_ids"]  # type: ignore[operator]
    assert len(piece) == 1
    assert torch.equal(model.transformer.wte.weight[piece[0]], table[tiny.WORDS.index("dog")])
    assert torch.equal(model.lm_head.weight, model.transformer.wte.weight)
    # A piece that WordPiece cannot write starts as the mean of all.
    [end] = tokenizer(END)["input_ids"]  # type: ignore[operator]
    assert torch.allclose(model.transformer.wte.weight[end], table.mean(0), atol=1e-6)
