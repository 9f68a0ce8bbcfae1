"""Each term of the loss against a few plain lines and finite differences; students, teachers' answers, and batches."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from transformers import BertForSequenceClassification, BertModel

from playground.core import distil
from playground.core.distil import TERMS, Objective, Recipe
from playground.core.layer_maps import every_other, top_map, uniform_map
from playground.core.states import Reader, States
from playground.core.stepping import Stream, learning_rate, optimizer_of, update
from playground.core.student import Shape, Words, build, check_layers
from playground.core.teaching import Sentences, Teacher
from playground.messages import Complaint
from tests.unit import tiny

B, T, H, A, C = 3, 5, 4, 2, 3
MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]]).bool()
LENGTHS = [5, 3, 2]


def _random(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _softmax(row: list[float], temperature: float = 1.0) -> list[float]:
    powers = [math.exp(value / temperature) for value in row]
    return [power / sum(powers) for power in powers]


def _soft(student: Tensor, teacher: Tensor) -> float:
    total = 0.0
    for own, other in zip(student.tolist(), teacher.tolist(), strict=True):
        q, p = _softmax(own, 3.0), _softmax(other, 3.0)
        total += sum(b * math.log(b / a) for a, b in zip(q, p, strict=True))
    return 9.0 * total / B


def _prediction(student: Tensor, teacher: Tensor) -> float:
    total = 0.0
    for own, other in zip(student.tolist(), teacher.tolist(), strict=True):
        q, p = _softmax(own), _softmax(other)
        total += sum(-b * math.log(a) + b * math.log(b) for a, b in zip(q, p, strict=True))
    return total / B


def _hard(student: Tensor, _: Tensor) -> float:
    rows, labels = student.tolist(), [2, 0]  # the third has no label
    return sum(-math.log(_softmax(rows[n])[label]) for n, label in enumerate(labels)) / 2


def _cosine(student: Tensor, teacher: Tensor) -> float:
    means = []
    for n, length in enumerate(LENGTHS):
        found = []
        for own, other in zip(student[n, :length].tolist(), teacher[n, :length].tolist(), strict=True):
            dot = sum(a * b for a, b in zip(own, other, strict=True))
            found.append(1 - dot / math.hypot(*own) / math.hypot(*other))
        means.append(sum(found) / length)
    return sum(means) / B


def _states(student: Tensor, teacher: Tensor) -> float:
    means = []
    for n, k in enumerate(LENGTHS):
        own, other = (part[n, :k].flatten().tolist() for part in (student, teacher))
        means.append(sum((a - b) ** 2 for a, b in zip(own, other, strict=True)) / k / H)
    return sum(means) / B


def _attention(student: Tensor, teacher: Tensor) -> float:
    means = []
    for n, k in enumerate(LENGTHS):
        own, other = (part[n, :, :k, :k].flatten().tolist() for part in (student, teacher))
        # A score at or below -100 counts as zero.
        pairs = [(0.0 if a <= -100 else a, 0.0 if b <= -100 else b) for a, b in zip(own, other, strict=True)]
        means.append(sum((a - b) ** 2 for a, b in pairs) / (A * k * k))
    return sum(means) / B


Loss = Callable[[Tensor, Tensor], Tensor]
LABELS = torch.tensor([2, 0, -100])
CASES: dict[str, tuple[tuple[int, ...], Loss, Callable[[Tensor, Tensor], float]]] = {
    "soft": ((B, C), lambda s, t: distil.soft_targets(s, t, 3.0), _soft),
    "prediction": ((B, C), lambda s, t: distil.soft_cross_entropy(s, t, 1.0), _prediction),
    "hard": ((B, C), lambda s, t: distil.hard_labels(s, LABELS), _hard),
    "cosine": ((B, T, H), lambda s, t: distil.cosine(s, t, MASK), _cosine),
    "embedding": ((B, T, H), lambda s, t: distil.states_mse(s, t, MASK), _states),
    "attention": ((B, A, T, T), lambda s, t: distil.attention_mse(s, t, MASK), _attention),
}


def _pair(term: str) -> tuple[Tensor, Tensor]:
    shape = CASES[term][0]
    student, teacher = _random(*shape), _random(*shape, seed=2)
    if term == "attention":
        teacher[0, 0, 0, 1] = student[1, 1, 2, 0] = -10_000.0
        student[0, 1, 1, 1] = -100.0
    return student, teacher


@pytest.mark.parametrize("term", CASES)
def test_a_term_is_what_plain_lines_make_it(term: str) -> None:
    _, loss, plain = CASES[term]
    student, teacher = _pair(term)
    assert float(loss(student, teacher)) == pytest.approx(plain(student, teacher), rel=1e-9)


@pytest.mark.parametrize("term", CASES)
def test_gradients_are_finite_differences(term: str) -> None:
    _, loss, _ = CASES[term]
    student, teacher = _pair(term)
    student.requires_grad_(True)
    loss(student, teacher).backward()
    assert student.grad is not None
    flat, step = student.detach().flatten(), 1e-6
    for place in range(0, len(flat), 3):
        moved = torch.zeros_like(flat)
        moved[place] = step
        up, down = (float(loss((flat + sign * moved).view_as(student), teacher)) for sign in (1, -1))
        assert float(student.grad.flatten()[place]) == pytest.approx((up - down) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("term", [term for term in CASES if term != "hard"])
def test_equal_to_the_teacher_is_zero_and_different_is_not(term: str) -> None:
    _, loss, _ = CASES[term]
    student, teacher = _pair(term)
    assert float(loss(teacher, teacher)) == pytest.approx(0.0, abs=1e-12)
    assert float(loss(student, teacher)) > 0.01


def test_padding_and_order_change_no_loss() -> None:
    for term, (shape, loss, _) in CASES.items():
        student, teacher = _pair(term)
        if len(shape) < 3:
            continue
        own, other = student.clone(), teacher.clone()
        if term == "attention":
            for part in (own, other):
                part[1, :, 3:], part[1, :, :, 3:] = 7.0, -3.0
        else:
            own[2, 2:], other[1, 3:] = 9.0, -5.0
        assert float(loss(own, other)) == pytest.approx(float(loss(student, teacher)))


def test_no_label_at_all_is_a_loss_of_zero() -> None:
    student = _random(B, C).requires_grad_(True)
    loss = distil.hard_labels(student, torch.full((B,), -100))
    loss.backward()
    assert loss.item() == 0.0 and student.grad is not None and not student.grad.any()


# Models of a few thousand parameters


def _teacher(layers: int = 4, **changes: object) -> BertForSequenceClassification:
    made = tiny.model(BertForSequenceClassification, num_hidden_layers=layers, num_labels=3, **changes)
    assert isinstance(made, BertForSequenceClassification)
    return made


ROWS = [[2, 50, 51, 52, 3], [2, 60, 3], [2, 51, 70, 3], [2, 90, 91, 92, 93, 94, 3]]


def _words(teacher: BertForSequenceClassification) -> Words:
    return Words(ROWS, [0, 1, 2, 3, 4], teacher.config.vocab_size)


ALL = Recipe(dict.fromkeys(TERMS, 1.0), layer_map=(1, 2, 3, 4))


def test_scores_are_those_that_the_softmax_gets() -> None:
    teacher = _teacher()
    sentences = Sentences(ROWS, [-100] * 4, 0)
    ids, mask = sentences.batch([0, 1, 2, 3])
    states = Reader(teacher)(ids, mask, scores=True)
    teacher.set_attn_implementation("eager")
    with torch.no_grad():
        out = teacher(input_ids=ids, attention_mask=mask.long(), output_attentions=True, output_hidden_states=True)
    for layer, weights in enumerate(out.attentions, start=1):
        assert torch.allclose(states.scores[layer].softmax(-1), weights, atol=1e-5)
        assert torch.allclose(states.hidden[layer], out.hidden_states[layer], atol=1e-4)
    assert bool((states.scores[1][1, :, :, 3:] == -10_000).all())


def test_an_encoder_alone_can_teach_what_is_inside() -> None:
    model = tiny.model(BertModel)
    ids, mask = Sentences(ROWS, [-100] * 4, 0).batch([0, 1])
    states = Reader(model)(ids, mask, scores=True)
    assert states.logits.shape == (2, 16) and set(states.scores) == {1, 2}


def test_a_view_shares_weights_and_leaves_the_model_without_hooks() -> None:
    teacher = _teacher()
    reader = Reader(teacher, shared=True)
    assert not any(module._forward_hooks for module in teacher.modules())
    assert {id(one) for one in reader.parameters()} == {id(one) for one in teacher.parameters()}


def test_a_student_that_is_its_teacher_has_no_loss_in_any_term() -> None:
    teacher = _teacher()
    student = build(teacher, Shape(4, 16, 2, 32), [1, 2, 3, 4], _words(teacher), 1)
    assert student.copied == student.tensors
    ids, mask = Sentences(ROWS, [-100] * 4, 0).batch(range(4))
    own = Reader(student.model.eval())(student.words.small(ids), mask, scores=True)
    other = Reader(teacher)(ids, mask, scores=True)
    objective = Objective(ALL, 16, 16, 1)
    found = objective(own, other, torch.full((4,), -100), mask)
    assert set(found) == set(TERMS)
    for term, value in found.items():
        assert float(value) == pytest.approx(0.0, abs=1e-5), term


def test_layers_begin_as_those_that_were_picked_and_the_rest_by_the_seed() -> None:
    teacher = _teacher()
    student = build(teacher, Shape(2, 16, 2, 32), [1, 3], _words(teacher), 1)
    theirs, own = teacher.bert.encoder.layer, student.model.bert.encoder.layer
    assert torch.equal(own[1].attention.self.query.weight, theirs[2].attention.self.query.weight)
    assert torch.equal(own[0].output.dense.weight, theirs[0].output.dense.weight)
    narrow = [build(teacher, Shape(2, 8, 2, 16), [1, 3], _words(teacher), seed) for seed in (1, 1, 2)]
    weights = [one.model.bert.encoder.layer[0].output.dense.weight for one in narrow]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    assert narrow[0].copied < student.copied and build(teacher, Shape(2, 16, 2, 32), [], _words(teacher), 1).copied == 0


@pytest.mark.parametrize(("layers", "width", "heads", "ffn"), [(1, 16, 2, 32), (3, 24, 4, 40), (4, 8, 1, 16)])
def test_parameters_are_counted_as_transformers_counts(layers: int, width: int, heads: int, ffn: int) -> None:
    teacher = _teacher()
    shape = Shape(layers, width, heads, ffn)
    whole = build(teacher, shape, [], _words(teacher), 1).whole()
    assert shape.parameters(len(tiny.WORDS), 3, tiny.POSITIONS) == whole.num_parameters()


def test_training_without_the_words_that_do_not_occur_changes_nothing() -> None:
    teacher = _teacher()
    every = Words([range(len(tiny.WORDS))], [0], len(tiny.WORDS))
    ids, mask = Sentences(ROWS, [0, 1, 2, 0], 0).batch(range(4))
    labels, trained = torch.tensor([0, 1, 2, 0]), []
    for words in (_words(teacher), every):
        student = build(teacher, Shape(2, 16, 2, 32), [1, 3], words, 1)
        student.model.train()
        optimizer = optimizer_of([student.model])
        for _ in range(5):
            loss = student.model(input_ids=words.small(ids), attention_mask=mask.long(), labels=labels).loss
            update(optimizer, loss, 1e-2)
        trained.append(student.whole())
    small, whole = (model.state_dict() for model in trained)
    assert small.keys() == whole.keys()
    for name, weight in small.items():
        assert torch.allclose(weight, whole[name], atol=1e-5), name
    moved = (
        small["bert.embeddings.word_embeddings.weight"]
        != teacher.state_dict()["bert.embeddings.word_embeddings.weight"]
    )
    assert set(moved.any(1).nonzero().flatten().tolist()) <= {number for row in ROWS for number in row}


def test_impossible_sizes_and_maps_are_one_sentence() -> None:
    with pytest.raises(Complaint, match="width of 100 cannot be divided among 12 heads"):
        Shape(2, 100, 12, 64)
    wrong: dict[str, list[int]] = {
        "1 layers of the teacher are named for 2": [1],
        "no layer 7": [1, 7],
        "no layer 0": [0, 1],
        "3, 1 are not in ascending order": [3, 1],
        "0 layers": [],
    }
    for said, layers in wrong.items():
        with pytest.raises(Complaint, match=said):
            check_layers(layers, 2, 6)
    check_layers([2, 2], 2, 6)


def test_maps() -> None:
    assert uniform_map(4, 12) == (3, 6, 9, 12) and uniform_map(3, 6) == (2, 4, 6) and uniform_map(5, 6)[-1] == 6
    assert top_map(3, 6) == (4, 5, 6) and every_other(3, 6) == (1, 3, 5) and every_other(6, 12) == (1, 3, 5, 7, 9, 11)
    assert every_other(8, 6) == (1, 2, 3, 4, 5, 6, 6, 6) and uniform_map(8, 6)[0] == 1
    with pytest.raises(ValueError, match="8 layers"):
        top_map(8, 6)


# The teacher's answers


def test_answers_are_computed_once_and_are_those_of_the_model() -> None:
    teacher = _teacher()
    sentences = Sentences(ROWS, [-100] * 4, 0)
    answers = Teacher(Reader(teacher, shared=True), sentences, (0, 2, -1), (1, 4))
    first = answers([3, 1])
    assert answers.computed == 2
    again = answers([1, 0, 3])
    assert answers.computed == 3
    ids, mask = sentences.batch([1, 0, 3])
    plain = Reader(teacher)(ids, mask, scores=True)
    assert torch.allclose(again.logits, plain.logits, atol=1e-5)
    for layer in (0, 2, -1):
        assert torch.allclose(again.hidden[layer][mask], plain.hidden[layer][mask], atol=2e-2)
        assert not again.hidden[layer][~mask].any()
    pairs = (mask[:, :, None] & mask[:, None, :])[:, None].expand(-1, 2, -1, -1)
    assert torch.allclose(again.scores[4][pairs], plain.scores[4][pairs], atol=2e-2)
    assert torch.allclose(first.logits[1], again.logits[0])


def test_answers_beyond_the_limit_are_computed_again() -> None:
    sentences = Sentences(ROWS, [-100] * 4, 0)
    answers = Teacher(Reader(_teacher(), shared=True), sentences, (), (), limit=30)
    first, again = answers([0, 1, 2, 3]), answers([0, 1, 2, 3])
    assert answers.used == 24 and answers.computed == 4 + 2  # two answers of 3 x 4 bytes are kept
    assert torch.allclose(first.logits, again.logits, atol=1e-5)


# Steps


def test_a_stream_is_a_function_of_seed_and_step_and_leaves_nothing_out() -> None:
    lengths = [list(range(5, 25)), list(range(4, 60))]
    stream = Stream(lengths, (4, 6), 1)
    steps = [stream(step) for step in range(40)]
    assert steps[17] == Stream(lengths, (4, 6), 1)(17) != Stream(lengths, (4, 6), 2)(17)
    assert all([len(part) for part in step] == [4, 6] for step in steps)
    # 40 steps of 4 are 8 passes over 20 sentences; every pool of 8 steps holds whole passes and a part of one.
    drawn = [number for step in steps for number in step[0]]
    assert all(drawn.count(number) == 8 for number in range(20))
    counts = [sum(step[1].count(number) for step in steps) for number in range(56)]
    assert max(counts) - min(counts) <= 1
    spans = [max(step[1]) - min(step[1]) for step in steps]
    assert sum(spans) / len(spans) < 56 / 3  # sentences of a step are of nearly one length


def test_a_stream_without_sentences_is_an_error_unless_none_are_wanted() -> None:
    with pytest.raises(ValueError, match="no sentences"):
        Stream([[], [1]], (1, 1), 1)
    assert Stream([[], [1, 2]], (0, 1), 1)(0)[0] == []


def test_the_learning_rate_rises_and_falls() -> None:
    rates = [learning_rate(step, 100, 1.0) for step in range(100)]
    assert max(rates) == rates[9] == pytest.approx(0.95, abs=0.06) or max(rates) == rates[10]
    assert rates[:10] == sorted(rates[:10]) and rates[10:] == sorted(rates[10:], reverse=True) and 0 < rates[-1] < 0.01


def test_weights_of_terms_are_factors() -> None:
    found = {term: torch.tensor(float(number)) for number, term in enumerate(TERMS, start=1)}
    recipe = Recipe({term: 10.0**number for number, term in enumerate(TERMS)})
    total = Objective(recipe, 8, 8, 1).weighted(found)
    assert float(total) == sum(number * 10.0 ** (number - 1) for number in range(1, 8))
    assert Recipe({"hard": 1.0, "soft": 0.0}).terms == ("hard",) and not Recipe({"hard": 1.0}).teaches
    assert ALL.wanted_layers == (0, 1, 2, 3, 4, -1)


def test_another_width_is_projected_and_the_projection_learns() -> None:
    objective = Objective(Recipe({"hidden": 1.0}, layer_map=(1,)), 4, 6, 1)
    own, other = _random(B, T, 4).float(), _random(B, T, 6, seed=2).float()
    states = States(torch.zeros(B, C), {1: own}), States(torch.zeros(B, C), {1: other})
    found = objective(*states, LABELS, MASK)
    weight = objective.project["hidden"].weight
    assert weight.shape == (6, 4)
    assert float(found["hidden"]) == pytest.approx(float(distil.states_mse(own @ weight.T, other, MASK)), rel=1e-5)
    objective.weighted(found).backward()
    assert weight.grad is not None and bool(weight.grad.any())
