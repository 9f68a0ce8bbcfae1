"""One folder an idea. A new demo is a new folder and a line here; no demo knows another."""

from playground.demo import Demo
from playground.demos import (
    albert,
    attention,
    distillation,
    electra,
    few_shot,
    fine_tune,
    inputs,
    masked_lm,
    multiple_choice,
    sentence_pairs,
    squad,
)

ALL: tuple[Demo, ...] = (  # the tabs
    masked_lm.DEMO,
    squad.DEMO,
    multiple_choice.DEMO,
    albert.DEMO,
    sentence_pairs.DEMO,
    electra.DEMO,
    distillation.DEMO,
    fine_tune.DEMO,
    few_shot.DEMO,
    inputs.DEMO,
    attention.DEMO,
)
EVERY: tuple[Demo, ...] = tuple(part for demo in ALL for part in demo.all)  # with their sub-tabs
