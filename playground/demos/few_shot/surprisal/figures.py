"""Surprisal and entropy along the text."""

import plotly.graph_objects as go

from playground.demos.few_shot.figures import along
from playground.demos.few_shot.surprisal.schema import Result


def curve(result: Result, language: str) -> go.Figure:
    """Both, over the places of the tokens."""
    return along(result.tokens, language, surprisal=True)
