"""The same two pictures as for the four ways, an encoder a curve."""

import plotly.graph_objects as go

from playground.demos.fine_tune import figures
from playground.demos.fine_tune.schema import Result


def curves(result: Result, bar: float, language: str) -> go.Figure:
    """A line for each encoder with its 95% band."""
    return figures.curves(result, _names(result), bar, language)


def gains(result: Result, language: str) -> go.Figure:
    """Each encoder less the first one."""
    return figures.gains(result, _names(result), language)


def _names(result: Result) -> dict[str, str]:
    found = dict.fromkeys([result.encoder, *(curve.method for curve in result.curves)])
    return {name: name.rpartition("/")[2] for name in found if name}
