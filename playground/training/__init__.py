"""Recipes that made assets/models: `python -m playground.training NAME`.

The app never imports this package. It may use `playground.core`.
"""
