"""Probabilities of both, where both look, and how alike their layers are."""

import numpy as np
import plotly.graph_objects as go

from playground.demos.distillation.compare.schema import Map, Result
from playground.messages import say
from playground.plots.style import BLUE, HEAT, ORANGE, TEMPLATE, figure, percent, text


def shares(result: Result, language: str) -> go.Figure:
    """Both models' probability of each class as bars."""
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "y": [text(name) for name in result.names],
            "x": np.asarray(found, np.float32),
            "name": say(name, language),
            "marker": {"color": colour, "pattern": {"shape": shape}},
            "text": [percent(share) for share in found],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{y}: %{x:.1%}",
        }
        for name, found, colour, shape in (
            ("pg_dis_student", result.student, BLUE, ""),
            ("pg_dis_teacher", result.teacher, ORANGE, "/"),
        )
    ]
    return go.Figure(
        traces,
        {
            "template": TEMPLATE,
            "title": {"text": say("pg_dic_title_shares", language)},
            "height": 150 + 60 * len(result.names),
            "margin": {"b": 80},
            "legend": {"orientation": "h", "x": 0, "y": -0.3, "yanchor": "top", "traceorder": "reversed"},
            "xaxis": {"range": [0, 1.2], "tickformat": ".0%", "fixedrange": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
            "yaxis": {"fixedrange": True},
        },
    )


def attention(result: Result, of: Map, who: str, language: str) -> go.Figure:
    """One map: a row a token that looks, a column a token that is looked at."""
    size = len(result.tokens)
    places, words = list(range(size)), [text(token) for token in result.tokens]
    head = say("pg_dic_mean", language) if of.head == 0 else say("pg_dic_head", language, head=of.head)
    shown = figure(
        title={"text": say("pg_dic_title_map", language, who=say(who, language), layer=of.layer, head=head)},
        height=max(260, 110 + 20 * size),
        xaxis={"tickvals": places, "ticktext": words, "tickangle": -60, "fixedrange": True},
        yaxis={"tickvals": places, "ticktext": words, "autorange": "reversed", "fixedrange": True},
    )
    shown.add_heatmap(
        z=np.asarray(of.weights, np.uint8),
        zmin=0,
        zmax=max(60, max(map(max, of.weights))),
        colorscale=HEAT,
        showscale=False,
        hovertemplate="%{y} → %{x}: %{z}/255<extra></extra>",
    )
    return shown


def similarity(result: Result, language: str) -> go.Figure:
    """CKA of each layer of the student with each of the teacher's."""
    if result.similarity is None:
        return figure(title={"text": say("pg_dic_short", language)}, xaxis={"visible": False}, yaxis={"visible": False})
    rows, columns = len(result.similarity), len(result.similarity[0])
    shown = figure(
        title={"text": say("pg_dic_title_cka", language)},
        height=170 + 44 * rows,
        xaxis={
            "title": {"text": say("pg_dic_axis_teacher", language)},
            "tickvals": list(range(columns)),
            "fixedrange": True,
        },
        yaxis={
            "title": {"text": say("pg_dic_axis_student", language)},
            "tickvals": list(range(rows)),
            "autorange": "reversed",
            "fixedrange": True,
        },
    )
    shown.add_heatmap(
        z=np.asarray(result.similarity, np.float32),
        zmin=0,
        zmax=1,
        colorscale=HEAT,
        showscale=False,
        texttemplate="%{z:.2f}",
        hovertemplate=say("pg_dic_hover_cka", language),
    )
    return shown
