import pytest
from hypothesis import given
from hypothesis import strategies as st
from torchmetrics.text import SQuAD

from playground.core.answers import best_exact, best_f1, exact, f1, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Black Death!", "black death"),
        ("a an the", ""),
        ("Theatre and anthem", "theatre and anthem"),  # articles are whole words
        ("U.S.A.", "usa"),
        ("the-end", "theend"),  # punctuation goes first, as in the official script
        ("“quoted”", "“quoted”"),  # only ASCII punctuation goes
        ("Ångström\tunit", "ångström unit"),
        ("?!", ""),
    ],
)
def test_normalising(text: str, expected: str) -> None:
    assert normalise(text) == expected


# Worked out by hand: 2PR / (P + R) over words, each as often as it occurs in both.
@pytest.mark.parametrize(
    ("answer", "gold", "expected"),
    [
        ("the Norman dynasty", "Norman dynasty", 1.0),
        ("the Norman dynasty of France", "Norman dynasty", 2 * (2 / 4) * 1 / (2 / 4 + 1)),
        ("new york new york", "new york", 2 * (2 / 4) * 1 / (2 / 4 + 1)),
        ("paris", "london", 0.0),
        ("", "", 1.0),
        ("the", "", 1.0),
        ("paris", "", 0.0),
        ("", "paris", 0.0),
    ],
)
def test_f1_by_hand(answer: str, gold: str, expected: float) -> None:
    assert f1(answer, gold) == pytest.approx(expected)
    assert exact(answer, gold) == (expected == 1.0)


def test_the_best_of_several_golds_counts_and_none_is_the_empty_answer() -> None:
    assert best_f1("central asia", ["the arid plains of Central Asia", "Central Asia"]) == 1.0
    assert best_exact("asia", ["Central Asia", "Asia."]) == 1.0
    assert best_exact("", []) == best_f1("", []) == 1.0
    assert best_exact("asia", []) == best_f1("asia", []) == 0.0
    assert best_f1("", ["the"]) == 1.0  # nothing is left of this gold answer


_WORD = st.sampled_from(["the", "a", "Paris", "paris", "new", "York.", "1543", "of", "'s", "—"])
_TEXT = st.lists(_WORD, max_size=6).map(" ".join)


@given(_TEXT, st.lists(_TEXT, min_size=1, max_size=4))
def test_it_is_the_official_definition_as_torchmetrics_has_it(answer: str, texts: list[str]) -> None:
    """Where a word is left of every gold: torchmetrics follows the 1.1 script, which knows no empty answer."""
    texts = [text for text in texts if normalise(text)]
    if not texts or not normalise(answer):
        return
    metric = SQuAD()
    metric.update(
        [{"id": "1", "prediction_text": answer}],
        [{"id": "1", "answers": {"text": texts, "answer_start": [0] * len(texts)}}],
    )
    theirs = metric.compute()
    assert best_f1(answer, texts) * 100 == pytest.approx(float(theirs["f1"]), abs=1e-4)
    assert best_exact(answer, texts) * 100 == pytest.approx(float(theirs["exact_match"]), abs=1e-4)
