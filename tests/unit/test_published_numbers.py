"""Printed numbers, written here a second time by hand: a slip in assets/published.toml is drawn as faithfully as the
truth, so that no test which reads the file can see it."""

import re

import pytest

from playground.demo import Demo
from playground.demos import attention, inputs
from playground.demos.attention.published import DEMO as PUBLISHED
from playground.demos.attention.published import tab as big_tab
from playground.demos.attention.published.pipeline import run as run_published
from playground.demos.attention.published.schema import Board
from playground.demos.attention.published.schema import Request as BigRequest
from playground.messages import say
from playground.published import published
from playground.runs import Run
from playground.ui.experiment import help_text

# Radford et al. 2019, Table 3, and Brown et al. 2020, Table H.1 (zero-shot).
_LAMBADA = {
    "GPT-2": {117: 45.99, 345: 55.48, 762: 60.12, 1542: 63.24},
    "GPT-3": {125: 42.7, 350: 54.3, 760: 60.4, 1300: 63.6, 2700: 67.1, 6700: 70.3, 13_000: 72.5, 175_000: 76.2},
}
# Lan et al. 2020, Table 2: SQuAD 2.0 (F1), RACE, the average.
_ALBERT = {
    "BERT-base": (80.4, 68.2, 82.3),
    "BERT-large": (85.0, 73.9, 85.2),
    "ALBERT-base": (80.0, 64.0, 80.1),
    "ALBERT-large": (82.3, 68.5, 82.4),
    "ALBERT-xlarge": (86.1, 74.8, 85.5),
    "ALBERT-xxlarge": (88.1, 82.3, 88.7),
}
# The same paper, Tables 2, 3 and 4: MNLI is printed as 81.6 in two of them and as 82.0 in the other two.
_ALBERT_BASE = {"albert_sizes": "81.6", "albert_embedding": "81.6", "albert_sharing": "82.0", "albert_sentence": "82.0"}


def test_lambada_as_printed() -> None:
    found: dict[str, dict[int, float]] = {}
    for point in run_published(BigRequest()).points:
        found.setdefault(point.family, {})[point.parameters] = point.score
    assert found == _LAMBADA


@pytest.mark.parametrize(("board", "place"), [("albert_squad", 0), ("albert_race", 1), ("albert_average", 2)])
def test_albert_as_printed(board: Board, place: int) -> None:
    found = {point.model: point.score for point in run_published(BigRequest(board=board)).points}
    assert found == {model: scores[place] for model, scores in _ALBERT.items()}
    sizes = [point.parameters for point in run_published(BigRequest(board=board)).points]
    assert sizes == [108, 334, 12, 18, 60, 235]


@pytest.mark.parametrize("name", _ALBERT_BASE)
def test_the_averages_of_the_albert_paper_are_those_of_its_scores(name: str) -> None:
    """Table 2's caption: F1 and EM of each SQuAD are averaged first. So a slip in a score is seen."""
    table = published(name)
    at = table.columns.index("SQuAD1.1")
    assert table.columns[at:] == ["SQuAD1.1", "SQuAD2.0", "MNLI", "SST-2", "RACE", "Avg"]
    for row in table.rows:
        pairs = [[float(number) for number in score.split("/")] for score in row.scores[at:]]
        *parts, average = [sum(pair) / len(pair) for pair in pairs]
        assert sum(parts) / 5 == pytest.approx(average, abs=0.0501), row
    base = [row.scores[at + 2] for row in table.rows if row.scores[at : at + 2] == ["89.3/82.3", "80.0/77.1"]]
    assert base == [_ALBERT_BASE[name]]


def test_gpt_1_was_fine_tuned_at_two_rates_by_two_papers() -> None:
    """5e-5 is what BERT's appendix A.4 says of GPT; GPT-1's own section 4.1 says 6.25e-5. Of BERT itself it is A.3."""
    table = published("gpt_bert")
    [row] = [row for row in table.rows if row.model == "finetuning"]
    cells = dict(zip(table.columns, row.scores, strict=True))
    assert cells["GPT-1"] == "5e-5 (Devlin et al.), 6.25e-5 (Radford et al.)" and cells["BERT"] == "5e-5, 3e-5, 2e-5"
    assert not cells["GPT-2"] and not cells["GPT-3"]
    assert "A.4" in row.source and "Radford et al. 2018, GPT-1, section 4.1" in row.source
    [erratum] = [one for one in run_published(BigRequest()).errata if one.key == "gpt"]
    assert erratum.values["c"] == cells["GPT-1"] and "Radford et al. 2018" in erratum.source
    for language in ("en", "ko"):
        said = say("pg_big_right_gpt", language, **erratum.values)
        assert "6.25e-5 (Radford et al.)" in said and "32,000" in said


@pytest.mark.parametrize("language", ["en", "ko"])
def test_gpt_2s_lambada_is_said_to_be_another_measure(language: str) -> None:
    """63.24% come with a stop-word filter, GPT-3's without: section 3.3 of GPT-2's paper gives 52.66% without."""
    result = run_published(BigRequest())
    asked, found = {"board": "gpt_lambada"}, result.model_dump()
    run = Run(demo="attention_published", request=asked, result=found, model="", device="CPU", seconds=0)
    source = big_tab.draw(run, language)[1]
    assert "52.66" in source and "stop-word filter" in source
    assert all(number in help_text(PUBLISHED, language) for number in ("63.24%", "52.66%"))


@pytest.mark.parametrize(
    "demo",
    [demo for tab in (attention.DEMO, inputs.DEMO) for demo in (tab, *tab.parts)],
    ids=lambda demo: demo.name,
)
def test_the_korean_help_leaves_no_paragraph_out(demo: Demo) -> None:
    english, korean = (help_text(demo, language) for language in ("en", "ko"))
    assert english.strip().count("\n\n") == korean.count("\n\n")
    assert set(re.findall(r"[\d.]+%", english)) <= set(re.findall(r"[\d.]+%", korean))
