"""The calculator's answers, refusals, presets and pictures."""

import html
import re
from typing import Any

import pytest
from pydantic import ValidationError

from playground.core.architecture import total
from playground.demos.albert import figures, tab
from playground.demos.albert.pipeline import architecture_of, run
from playground.demos.albert.presets import PRESETS
from playground.demos.albert.published import figures as published_figures
from playground.demos.albert.published import tab as published_tab
from playground.demos.albert.published.pipeline import run as run_published
from playground.demos.albert.published.schema import Request as PublishedRequest
from playground.demos.albert.published.schema import Result as PublishedResult
from playground.demos.albert.schema import Request, Result
from playground.examples import stored
from playground.models import catalogue
from playground.published import published
from playground.runs import Run, complaint_of

BASE: dict[str, Any] = PRESETS["ALBERT-base"]
languages = pytest.mark.parametrize("language", ["en", "ko"])


def _run(**changes: Any) -> Result:
    return run(Request(**(BASE | changes)))


def test_an_answer_says_total_parts_memory_operations_and_what_transformers_built() -> None:
    result = _run()
    assert result.total == sum(part.parameters for part in result.parts) == 11_683_584
    assert result.total - result.total_without_pooler == 768 * 768 + 768
    assert (result.built.model, result.built.parameters) == ("AlbertModel", result.total)
    weights = result.memory_bytes["weights"]
    assert weights == 4 * result.total and result.memory_bytes["adam"] == 2 * weights
    assert result.flops["training_step"] == 3 * result.flops["forward"]
    assert _run(pooler=False).total == _run(pooler=False).total_without_pooler == result.total_without_pooler


def test_the_lectures_example_is_a_preset() -> None:
    result = run(Request(**PRESETS["V = 100, E = 15, H = 500"]))
    assert (result.embeddings.full, result.embeddings.factorised) == (50_000, 9_000)
    parts = {part.name: part for part in result.parts}
    assert parts["word_embeddings"].parameters + parts["projection"].parameters - 500 == 9_000  # its bias
    assert parts["word_embeddings"].numbers == "100·15"


def test_every_preset_is_a_sound_request_and_the_bundled_ones_are_what_is_bundled() -> None:
    assert len(PRESETS) == 17
    for name, sizes in PRESETS.items():
        assert run(Request(**sizes)).total > 0, name
    ours = architecture_of(Request(**(PRESETS["bert-mini"] | {"mlm_head": True, "sop_head": True})))
    assert total(ours) == catalogue.find("bert-mini").parameters


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"num_heads": 7}, "768 cannot be split among 7 heads: take 6 heads"),
        ({"embedding_size": 800}, "800 wide and hidden states 768"),
        ({"hidden_size": 0}, "hidden_size is 0; it must be at least 1"),
        ({"num_layers": -3}, "num_layers is -3"),
        ({"vocab_size": 10**9}, "vocab_size is 1000000000; it can be at most 1000000"),
        ({"vocab_size": "many"}, "vocab_size is not a whole number"),
        ({"num_groups": 13}, "13 groups were asked for, but there are 12 layers"),
        ({"num_groups": 3, "sharing": "attention"}, "3 groups of layers need"),
        ({"sop_head": True, "pooler": False}, "SOP head reads the pooler"),
        ({"length": 600}, "600 tokens, but there are 512 positions"),
    ],
    ids=str,
)
def test_nonsense_gets_one_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Request(**(BASE | changes))
    complaint = complaint_of(caught.value)
    assert said in complaint.sentence("en")
    assert re.search("[가-힣]", complaint.sentence("ko")) and "{" not in complaint.sentence("ko")


def test_what_the_paper_prints_and_which_rule_gives_it() -> None:
    fits = {row.name: row.fits for row in run_published(PublishedRequest()).rows}
    assert fits == {
        "E = 768, all-shared": ["no_pooler", "no_projection", "neither"],
        "E = 768, shared-attention": ["no_pooler", "no_projection"],
        "E = 768, shared-FFN": ["no_pooler", "no_projection", "neither"],
        "E = 768, not-shared": ["neither"],
        "E = 128, all-shared": ["transformers"],
        "E = 128, shared-attention": ["transformers"],
        "E = 128, shared-FFN": ["transformers"],
        "E = 128, not-shared": ["no_pooler"],
    }
    sizes = run_published(PublishedRequest(table="sizes"))
    assert [row.name for row in sizes.rows if not row.fits] == ["ALBERT-xlarge", "ALBERT-xxlarge"]
    assert [round(row.counts["transformers"] / 1e6, 1) for row in sizes.rows[-2:]] == [58.7, 222.6]
    assert sizes.fits_all == []


@pytest.mark.parametrize("table", ["sharing", "sizes", "embedding"])
def test_a_fitting_rule_rounds_to_the_printed_number_and_no_other_does(table: Any) -> None:
    result = run_published(PublishedRequest(table=table))
    for row in result.rows:
        for rule, count in row.counts.items():
            assert (rule in row.fits) == (abs(count - row.printed * 1_000_000) <= 500_000), (row.name, rule)
        assert len(row.scores) == len(result.columns)


def test_averages_in_the_paper_are_those_of_its_scores() -> None:
    """F1 and EM of each SQuAD are averaged first (the paper's note to Table 2): guards against a slip in copying."""
    for name in ("albert_sharing", "albert_sizes", "albert_embedding"):
        for row in published(name).rows:
            *scores, average = [sum(map(float, score.split("/"))) / (1 + score.count("/")) for score in row.scores]
            assert sum(scores) / len(scores) == pytest.approx(average, abs=0.16), (name, row)


@languages
def test_the_map_holds_every_part_once(language: str) -> None:
    result = _run(mlm_head=True, sop_head=True, num_groups=3)
    [tiles] = figures.treemap(result, language).data
    sizes = dict(zip(tiles.ids, tiles.values, strict=True))
    assert {name: size for name, size in sizes.items() if name not in figures.GROUPS} == {
        part.name: part.parameters for part in result.parts
    }
    assert sum(sizes[group] for group in figures.GROUPS) == result.total
    for group, names in figures.GROUPS.items():
        inside = [size for size, parent in zip(tiles.values, tiles.parents, strict=True) if parent == group]
        assert sum(inside) == sizes[group] and len(inside) == len(names)
    assert any("3" in label and "12" in label for label in tiles.labels)


@languages
def test_the_curve_meets_the_level_line_at_the_break_even(language: str) -> None:
    found = _run().embeddings
    line, level, mine = figures.factorised(found, language).data
    assert list(level.y) == [30_000 * 768] * 2
    assert (list(mine.x), list(mine.y)) == ([128], [30_000 * 128 + 128 * 768])
    for width, parameters in zip(line.x, line.y, strict=True):
        assert parameters == 30_000 * width + width * 768
        assert (parameters < found.full) == (width < found.break_even)


@languages
def test_the_table_shows_the_numbers_of_the_result(language: str) -> None:
    asked = stored("albert")[0]
    _, checked, table, _, needs = tab.draw(asked, language)
    cells = [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)]
    result = Result.model_validate(asked.result)
    assert [row[3] for row in cells[1:-1]] == [f"{part.parameters:,}" for part in result.parts]
    assert cells[-1][3] == "11,683,584"
    assert "✓" in checked and "11,683,584" in checked
    assert "44.6 MiB" in needs and "178.99 GFLOP" in needs


def test_two_counts_that_differ_are_said_to_differ() -> None:
    asked = stored("albert")[0]
    broken = asked.model_copy(update={"result": asked.result | {"built": {"model": "AlbertModel", "parameters": 5}}})
    assert "✗" in tab.draw(broken, "en")[1] and "wrong" in tab.draw(broken, "en")[1]


@languages
def test_each_printed_number_has_its_badge(language: str) -> None:
    for asked in stored("albert_published"):
        result = PublishedResult.model_validate(asked.result)
        figure, table = published_tab.draw(asked, language)
        assert table.count("✓") == sum(bool(row.fits) for row in result.rows)
        assert table.count("✗") == sum(not row.fits for row in result.rows)
        assert html.escape(result.source) in table
        drawn = {(trace.y[place], round(trace.x[place], 6)) for trace in figure.data for place in range(len(trace.x))}
        assert len({name for name, _ in drawn}) == len(result.rows)
    assert isinstance(published_figures.differences(result, language).layout.height, int)


def test_a_run_that_was_saved_is_drawn_without_a_model() -> None:
    for asked in stored("albert"):
        assert Run.model_validate_json(asked.model_dump_json()) == asked
        assert len(tab.draw(asked, "en")) == 5
