"""Sets of terms to tick, Start and Cancel, and a ranking that grows."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.distillation.ablation import DEMO, figures
from playground.demos.distillation.ablation.schema import SETS, Result
from playground.demos.distillation.choosing import teacher_choice
from playground.messages import say
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request

    def slider(name: str, low: float, high: float, step: float) -> Range:
        label = t("pg_dia_seeds" if name == "seeds" else f"pg_dis_{name}")
        return Range(low, high, value=asked[name], step=step, label=label, elem_id=f"dia-{name}", min_width=150)

    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_dia_question"), elem_classes="pg-question")
            sets = gr.CheckboxGroup(
                [(t(f"pg_dia_set_{name}"), name) for name in SETS],
                value=asked["sets"],
                label=t("pg_dia_sets"),
                elem_id="dia-sets",
            )
            fields: dict[str, Any] = {"sets": sets}
            with gr.Row():
                fields |= {
                    name: slider(name, *limits)
                    for name, limits in {
                        "layers": (1, 12, 1),
                        "steps": (5, 500, 5),
                        "seeds": (1, 5, 1),
                        "batch": (4, 64, 4),
                        "temperature": (0.5, 20, 0.5),
                    }.items()
                }
            fields["seed"] = Whole(
                asked["seed"],
                label=t("pg_seed"),
                precision=0,
                minimum=0,
                maximum=99_999,
                elem_id="dia-seed",
                min_width=100,
            )
            fields["model"] = teacher_choice(asked["model"], "dia")
            bar = long_bar(DEMO, pause=True)
            box = gr.HTML("", elem_id="dia-notice", elem_classes="pg-notice-box")
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_dia_figure"), elem_id="dia-figure", elem_classes="pg-result")
            said = gr.HTML("", elem_id="dia-said", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields=fields,
                outputs=[figure, said],
                draw=draw,
                run=gr.State(""),
                notice=box,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the ranking as a figure and as a table."""
    result = Result.model_validate(run.result)
    return [figures.ranking(result, language), _table(result, language)]


def _table(result: Result, language: str) -> str:
    heads = [say(f"pg_dia_col_{head}", language) for head in ("terms", "accuracy", "agreement", "gain")]
    seeds = len({one.seed for one in result.outcomes})
    rows = [
        (
            say(f"pg_dia_set_{rank.terms}", language),
            f"{percent(rank.accuracy)}{_spread(rank.accuracy_spread, seeds)}",
            f"{percent(rank.agreement)}{_spread(rank.agreement_spread, seeds)}",
            "–"
            if rank.gain is None or rank.gain_spread is None
            else f"{100 * rank.gain:+.1f}{_spread(rank.gain_spread, seeds)}",
        )
        for rank in result.ranks
    ]
    if result.teacher is None or not seeds:
        return ""
    said = say("pg_dia_said", language, teacher=percent(result.teacher), seeds=seeds, test=result.test)
    return table(heads, rows, numbers=(1, 2, 3)) + small(said)


def _spread(value: float, seeds: int) -> str:
    """Nothing for one seed, which has none."""
    return f" ± {100 * value:.1f}" if seeds > 1 else ""
