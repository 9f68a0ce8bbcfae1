"""The papers' tables beside our counts."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.albert.published import DEMO, figures
from playground.demos.albert.published.schema import RULES, Result, Row
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import help_fold, live
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table

_FIXED = "\u00a0"  # a space that no line breaks at
_TABLES = ("sharing", "sizes", "embedding")


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    gr.Markdown(t("pg_pub_question"), elem_classes="pg-question")
    table = gr.Radio(
        [(t(f"pg_pub_table_{name}"), name) for name in _TABLES],
        value=examples[0].request["table"],
        label=t("pg_pub_table"),
        elem_id="pub-table",
    )
    notice = gr.HTML("", elem_id="pub-notice", elem_classes="pg-notice-box")
    figure = Figure(None, label=t("pg_pub_figure"), elem_id="pub-figure", elem_classes="pg-result")
    rows = gr.HTML("", elem_id="pub-rows", elem_classes="pg-result")
    parts = TabParts(
        demo=DEMO, fields={"table": table}, outputs=[figure, rows], draw=draw, run=gr.State(""), notice=notice
    )
    run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [], [table.input])
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and the table."""
    result = Result.model_validate(run.result)
    return [figures.differences(result, language), _table(result, language)]


def _table(result: Result, language: str) -> str:
    heads = [
        say("pg_pub_col_model", language),
        say("pg_pub_col_printed", language),
        *(say(f"pg_pub_rule_{rule}", language) for rule in RULES),
        say("pg_pub_col_fits", language),
        *result.columns,
    ]
    return (
        small(_verdict(result, language))
        + table(heads, [_row(row, language) for row in result.rows])
        + small(say("pg_pub_source", language, source=result.source))
    )


def _row(row: Row, language: str) -> list[str]:
    fits = ", ".join(say(f"pg_pub_rule_{rule}", language).replace(" ", _FIXED) for rule in row.fits)
    badge = f"✓{_FIXED}{fits}" if fits else f"✗{_FIXED}" + say("pg_pub_no_rule", language)
    counts = (f"{row.counts[rule] / 1e6:.2f}M" if rule in row.counts else "–" for rule in RULES)
    name = row.name.replace(" ", _FIXED).replace("-", "\u2011")  # on one line
    return [name, f"{row.printed}M", *counts, badge, *row.scores]


def _verdict(result: Result, language: str) -> str:
    none = [row.name for row in result.rows if not row.fits]
    if result.fits_all:
        rules = ", ".join(say(f"pg_pub_rule_{rule}", language) for rule in result.fits_all)
        return say("pg_pub_one_rule", language, rules=rules)
    said = say("pg_pub_several_rules", language)
    return said + " " + say("pg_pub_unexplained", language, names=", ".join(none)) if none else said
