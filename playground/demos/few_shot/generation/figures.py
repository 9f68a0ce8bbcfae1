"""Probability and entropy along what was written."""

import plotly.graph_objects as go

from playground.demos.few_shot.figures import along
from playground.demos.few_shot.generation.schema import Result


def curve(result: Result, language: str) -> go.Figure:
    """Both, over the places of the new tokens."""
    return along(result.tokens, language)
