"""Where the parameters are, and what factorising the word embeddings saves."""

import plotly.graph_objects as go

from playground.demos.albert.schema import Embeddings, Part, Result
from playground.messages import say
from playground.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, figure

GROUPS: dict[str, tuple[str, ...]] = {
    "embeddings": ("word_embeddings", "position_embeddings", "token_type_embeddings", "embedding_norm", "projection"),
    "encoder": ("attention", "ffn"),
    "heads": ("pooler", "mlm_head", "sop_head"),
}
_GROUP = "#5f6672"  # white on it reads well
_COLOURS = {"projection": GREEN, "attention": ORANGE, "ffn": PURPLE} | dict.fromkeys(GROUPS["heads"], GREY)


def short(number: float) -> str:
    """9,000; 31.7M; 1.20B."""
    if number >= 1e9:
        return f"{number / 1e9:.2f}B"
    return f"{number / 1e6:.2f}M" if number >= 1e6 else f"{number:,.0f}"


def label(part: Part, layers: int, language: str, between: str) -> str:
    """The part's name; of what layers have, `between` and how many sets there are of it."""
    name = say(f"pg_alb_part_{part.name}", language)
    if part.name not in GROUPS["encoder"]:
        return name
    return name + between + say("pg_alb_sets", language, sets=part.sets, layers=layers)


def treemap(result: Result, language: str) -> go.Figure:
    """A tile for each part, as large as its share."""
    shown = [part for part in result.parts if part.parameters]
    rows: list[tuple[str, str, str, int, str, str]] = []
    for group, names in GROUPS.items():
        inner = [part for part in shown if part.name in names]
        if inner:
            size = sum(part.parameters for part in inner)
            rows.append((group, "", say(f"pg_alb_group_{group}", language), size, _GROUP, ""))
        rows += [
            (
                part.name,
                group,
                label(part, result.layers, language, "<br>"),
                part.parameters,
                _COLOURS.get(part.name, BLUE),
                f"{part.formula}<br>{part.numbers}<br>",
            )
            for part in inner
        ]
    ids, parents, labels, values, colours, formulas = (list(column) for column in zip(*rows, strict=True))
    drawn = figure(
        title=say("pg_alb_treemap", language, total=f"{result.total:,}"),
        height=400,
        margin={"l": 0, "r": 0, "t": 44, "b": 4},
    )
    drawn.add_treemap(
        ids=ids,
        parents=parents,
        labels=labels,
        values=values,
        branchvalues="total",
        sort=False,
        marker={"colors": colours, "line": {"width": 1}, "pad": {"t": 20, "l": 3, "r": 3, "b": 3}},
        tiling={"packing": "squarify"},
        customdata=[[formula, f"{value:,}"] for formula, value in zip(formulas, values, strict=True)],
        text=[short(value) for value in values],
        # The same size in every tile; where that does not fit, the mouse tells.
        textfont={"size": 12},
        texttemplate="%{label}<br>%{text} · %{percentRoot:.1%}",
        hovertemplate="<b>%{label}</b><br>%{customdata[0]}= %{customdata[1]} (%{percentRoot:.1%})<extra></extra>",
        pathbar={"visible": False},
    )
    drawn.update_layout(uniformtext={"minsize": 11, "mode": "hide"})
    return drawn


def factorised(found: Embeddings, language: str) -> go.Figure:
    """Parameters of the word embeddings against E: a line where they are factorised, a level one where not."""
    widest = found.curve[-1][0]
    drawn = figure(
        title=say("pg_alb_curve", language),
        height=340,
        xaxis={"title": {"text": say("pg_alb_axis_embedding", language)}, "range": [0, widest * 1.02]},
        yaxis={"title": {"text": say("pg_alb_axis_parameters", language)}, "rangemode": "tozero"},
        legend={"orientation": "h", "x": 0, "y": -0.25, "yanchor": "top"},
        margin={"t": 48, "b": 48},
    )
    drawn.add_scatter(
        x=[width for width, _ in found.curve],
        y=[parameters for _, parameters in found.curve],
        mode="lines",
        line={"color": BLUE, "width": 3},
        name="V·E + E·H",
        hovertemplate="E = %{x:,}: %{y:,}<extra>V·E + E·H</extra>",
    )
    drawn.add_scatter(
        x=[0, widest],
        y=[found.full, found.full],
        mode="lines",
        line={"color": ORANGE, "width": 3, "dash": "dash"},
        name="V·H",
        hovertemplate="%{y:,}<extra>V·H</extra>",
    )
    drawn.add_scatter(
        x=[found.embedding_size],
        y=[found.factorised],
        mode="markers",
        marker={"color": BLUE, "size": 14, "symbol": "diamond"},
        name=say("pg_alb_yours", language, width=f"{found.embedding_size:,}"),
        hovertemplate="E = %{x:,}: %{y:,}<extra></extra>",
    )
    drawn.add_vline(x=found.break_even, line={"color": GREY, "dash": "dot"})
    drawn.add_annotation(
        x=found.break_even,
        y=0,
        yanchor="bottom",
        xanchor="right",
        showarrow=False,
        text=say("pg_alb_break_even", language, width=f"{found.break_even:,.1f}"),
    )
    drawn.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
    return drawn
