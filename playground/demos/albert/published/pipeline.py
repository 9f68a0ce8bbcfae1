"""Count every model of a printed table under each rule."""

from dataclasses import replace

from playground.core.architecture import Architecture, total
from playground.demos.albert.presets import PAPER_WORDS, cell, sizes
from playground.demos.albert.published.schema import RULES, Request, Result, Row, Rule
from playground.published import published

_POOLER: dict[Rule, bool] = {"transformers": True, "no_pooler": False, "no_projection": True, "neither": False}
_PROJECTION: dict[Rule, bool] = {"transformers": True, "no_pooler": True, "no_projection": False, "neither": False}


def run(request: Request) -> Result:
    """The table's rows with their counts."""
    table = published(f"albert_{request.table}")
    rows, fitting = [], set(RULES)
    for row in table.rows:
        of_sizes = request.table == "sizes"
        encoder = Architecture(**(sizes(row.model) if of_sizes else cell(row.embedding_size, row.sharing)))
        counts = {rule: total(replace(encoder, pooler=_POOLER[rule], projection=_PROJECTION[rule])) for rule in RULES}
        fits = [rule for rule in RULES if round(counts[rule] / 1e6) == row.parameters]
        fitting &= set(fits)
        # Where E and H differ there has to be a projection: two rules fall together with the other two.
        own = [rule for rule in RULES if _PROJECTION[rule] or encoder.embedding_size == encoder.hidden_size]
        rows.append(
            Row(
                name=row.model if of_sizes else f"E = {row.embedding_size}, {PAPER_WORDS[row.sharing]}",
                printed=row.parameters,
                counts={rule: counts[rule] for rule in own},
                fits=[rule for rule in own if rule in fits],
                scores=row.scores,
            )
        )
    return Result(
        source=table.source, columns=table.columns, rows=rows, fits_all=[rule for rule in RULES if rule in fitting]
    )
