"""`python -m tests.benchmarks NAME`: prints a ratio against a named peer, measured in the same run.

Timings are for people to read; no test depends on one.
"""

import sys

from tests.benchmarks import (
    albert,
    attention,
    distillation,
    electra,
    few_shot,
    fine_tune,
    masked_lm,
    squad,
    startup,
)

BENCHMARKS = {
    "startup": startup.main,
    "masked_lm": masked_lm.main,
    "albert": albert.main,
    "squad": squad.main,
    "electra": electra.main,
    "attention": attention.main,
    "few_shot": few_shot.main,
    "distillation": distillation.main,
    "fine_tune": fine_tune.main,
}

if __name__ == "__main__":
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        sys.exit(f"{', '.join(unknown)}: not known; give some of {', '.join(BENCHMARKS)}.")
    for name in names:
        BENCHMARKS[name]()
