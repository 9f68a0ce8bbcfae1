"""Distilled against its control over several seeds, paired, with an interval:

python -m playground.demos.distillation.seeds --seeds 5 --steps 120
"""

import argparse
from collections.abc import Sequence

import numpy as np

from playground.core.intervals import bootstrap
from playground.demos.distillation.pipeline import run
from playground.demos.distillation.schema import Request, Result


def paired(seeds: Sequence[int], **settings: object) -> list[tuple[float, float, float]]:
    """(accuracy of the distilled student, of its control with the same start, agreement) for each seed, printed as
    they come."""
    found = []
    for seed in seeds:
        *_, last = run(Request.model_validate({**settings, "seed": seed, "controls": True}))
        assert isinstance(last, Result) and last.student and last.control and last.agreement is not None
        found.append((last.student.accuracy, last.control.accuracy, last.agreement))
        student, control, agreement = found[-1]
        print(
            f"seed {seed}: distilled {student:.1%}, control {control:.1%} ({100 * (student - control):+.1f} points); "
            f"agreement {agreement:.1%}, control {last.control.agreement:.1%}",
            flush=True,
        )
    return found


def summary(found: Sequence[tuple[float, float, float]]) -> str:
    """The mean gain in points, with a 95% bootstrap interval over the seeds."""
    gains = 100 * np.array([student - control for student, control, _ in found])
    low, high = bootstrap(lambda drawn: float(gains[drawn].mean()), len(gains))
    return f"gain {gains.mean():+.2f} points over {len(gains)} seeds, 95% interval {low:+.2f} to {high:+.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--random", action="store_true", help="students that begin at random")
    given = parser.parse_args()
    more: dict[str, object] = {"start": []} if given.random else {}
    print(summary(paired(range(1, given.seeds + 1), steps=given.steps, **more)))


if __name__ == "__main__":
    main()
