"""0-, 1- and 4-shot accuracy on all of the project's tasks: `python -m playground.demos.few_shot.measured`.

Prints them with their counts, and with --save keeps those of the bundled model in assets/few_shot_measured.json, which
the tab quotes.
"""

import argparse
from functools import cache

from pydantic import BaseModel, ConfigDict

from playground.demos.few_shot.schema import MODEL
from playground.paths import ASSETS

FILE = ASSETS / "few_shot_measured.json"
SHOTS = (0, 1, 4)
DRAWS = 4
SEED = 1


class Row(BaseModel):
    """right: of `of` answers, for each number of shots. of: queries times draws, which without examples is one."""

    model_config = ConfigDict(extra="forbid")

    task: str
    chance: float
    right: list[int]
    of: list[int]


class Measured(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: str
    device: str
    shots: list[int]
    draws: int
    rows: list[Row]


@cache
def measured() -> Measured | None:
    """What was measured with the bundled model; None before it was. Raises pydantic.ValidationError for a broken
    file."""
    return Measured.model_validate_json(FILE.read_bytes()) if FILE.is_file() else None


def measure(model: str, names: list[str] | None = None) -> Measured:
    """All tasks that the model reads: each query once for each draw of examples, and once without examples."""
    from playground.demos.few_shot.curve.runs import Examiner, Queries, shown
    from playground.demos.few_shot.reader import HEAD
    from playground.demos.few_shot.tasks import QUERIES, tasks
    from playground.models.catalogue import find
    from playground.models.device import describe
    from playground.models.loading import load

    loaded, rows = load(model, HEAD), []
    for name, bundled in tasks().items():
        if (names and name not in names) or (bundled.korean and "ko" not in find(model).languages):
            continue
        queries = Queries.of(bundled, QUERIES)
        examiner = Examiner(loaded, "input_output", queries)
        right, of = [], []
        for shots in SHOTS:
            answers = [
                found
                for number in range(DRAWS if shots else 1)
                for found in examiner.answers(shown(bundled, shots, SEED, number, 0))
                if found is not None
            ]
            right.append(sum(int(found.sum()) for found in answers))
            of.append(sum(map(len, answers)))
        rows.append(Row(task=name, chance=round(queries.chance, 4), right=right, of=of))
    return Measured(model=model, device=describe(), shots=list(SHOTS), draws=DRAWS, rows=rows)


def totals(found: Measured) -> list[Row]:
    """The sums over the tasks of kinds that gpt-mini was trained on ("trained"), over those that it never was
    ("untrained"), and over all of them ("all"); one over no task is left out."""
    from playground.demos.few_shot.tasks import find

    kinds = {row.task: "trained" if find(row.task).trained else "untrained" for row in found.rows}
    sums = []
    for name in ("trained", "untrained", "all"):
        if rows := [row for row in found.rows if name in ("all", kinds[row.task])]:
            asked = [row.of[0] for row in rows]
            sums.append(
                Row(
                    task=name,
                    chance=sum(row.chance * of for row, of in zip(rows, asked, strict=True)) / sum(asked),
                    right=[sum(counts) for counts in zip(*(row.right for row in rows), strict=True)],
                    of=[sum(counts) for counts in zip(*(row.of for row in rows), strict=True)],
                )
            )
    return sums


def lines(found: Measured) -> list[str]:
    """A line a task, and the totals."""
    said = [f"{found.model} on {found.device}, {found.draws} draws of examples"]
    for row in [*found.rows, *totals(found)]:
        shares = (
            f"{shots}-shot {right / of:6.1%} ({right}/{of})"
            for shots, right, of in zip(found.shots, row.right, row.of, strict=True)
        )
        said.append(f"{row.task:<12} chance {row.chance:6.1%}  {'  '.join(shares)}")
    return said


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m playground.demos.few_shot.measured", description=__doc__)
    parser.add_argument("model", nargs="?", default=MODEL)
    parser.add_argument("--save", action="store_true", help=f"keep them in {FILE.name} for the tab")
    arguments = parser.parse_args()
    result = measure(arguments.model)
    print("\n".join(lines(result)))
    if arguments.save:
        FILE.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
