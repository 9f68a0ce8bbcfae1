"""One folder an idea. A new demo is a new folder and a line here; no demo knows another."""

from playground.demo import Demo
from playground.demos import masked_lm

ALL: tuple[Demo, ...] = (masked_lm.DEMO,)
