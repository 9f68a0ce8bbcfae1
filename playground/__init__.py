"""Pretraining Playground: the ideas of self-supervised language models, operable."""

import os

# PyTorch's threads sleep while they wait, instead of spinning: beside other work (a second visitor, a browser) a
# forward takes half the time or less, and alone a few milliseconds more. Read when PyTorch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
