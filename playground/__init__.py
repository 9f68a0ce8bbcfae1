"""Pretraining Playground: the ideas of self-supervised language models, operable."""
