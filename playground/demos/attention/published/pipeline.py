"""Look the printed numbers up; nothing is measured."""

from playground.core.architecture import embedding_parameters
from playground.demos.attention.published.schema import Board, Erratum, Point, Request, Result, Size
from playground.published import PublishedRow, published

# The table and its column; of "exact match/F1" the F1.
_COLUMNS: dict[Board, tuple[str, str]] = {
    "gpt_lambada": ("gpt_lambada", "LAMBADA"),
    "albert_average": ("albert_sizes", "Avg"),
    "albert_squad": ("albert_sizes", "SQuAD2.0"),
    "albert_race": ("albert_sizes", "RACE"),
}


def run(request: Request) -> Result:
    """The points of a board, the printed sizes of GPT-2 and GPT-3, and the errata."""
    name, column = _COLUMNS[request.board]
    table, sizes = published(name), published("gpt_sizes")
    at = table.columns.index(column)
    return Result(
        source=table.source,
        points=[
            Point(
                model=row.model,
                family=row.model.replace(" ", "-").split("-")[0]
                if request.board != "gpt_lambada"
                else row.model.split(" ")[0],
                parameters=row.parameters,
                score=_score(row.scores[at]),
            )
            for row in table.rows
        ],
        sizes_source=sizes.source,
        columns=sizes.columns,
        sizes=[Size(model=row.model, parameters=row.parameters, cells=row.scores) for row in sizes.rows],
        errata=[_erratum(row) for row in published("errata").rows],
    )


def _score(printed: str) -> float:
    """SQuAD's are printed as F1/EM (Lan et al. 2020, Table 2)."""
    return float(printed.split("/")[0])


def _erratum(row: PublishedRow) -> Erratum:
    values = {name: number for name, number in zip(("a", "b", "c"), row.scores, strict=True) if number}
    if row.model == "embedding":  # the example's numbers give these
        words, narrow, wide = (int(number) for number in row.scores)
        full, split = embedding_parameters(words, narrow, wide)
        values |= {
            "full": f"{full:,}",
            "split": f"{split:,}",
            "misprint": f"{embedding_parameters(words, 10, wide)[1]:,}",
        }
    return Erratum(key=row.model, source=row.source, values=values)
