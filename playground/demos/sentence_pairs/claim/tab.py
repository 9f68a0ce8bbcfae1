"""Start, a picture that fills, and the paper's table beside our numbers."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.sentence_pairs.claim import DEMO, figures
from playground.demos.sentence_pairs.claim.schema import HEADS, MAX_SEED, Result, Share
from playground.messages import say
from playground.models import catalogue
from playground.plots.style import percent
from playground.published import published
from playground.runs import Run
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Whole
from playground.ui.language import t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_clm_question"), elem_classes="pg-question")
            text = gr.Textbox(
                asked["text"],
                label=t("pg_clm_text"),
                placeholder=t("pg_clm_placeholder"),
                lines=4,
                max_lines=12,
                elem_id="clm-text",
            )
            seed = Whole(
                asked["seed"],
                label=t("pg_seed"),
                precision=0,
                minimum=0,
                maximum=MAX_SEED,
                elem_id="clm-seed",
                min_width=100,
            )
            bar = long_bar(DEMO)
            notice = gr.HTML("", elem_id="clm-notice", elem_classes="pg-notice-box")
            with gr.Row():
                models = {
                    name: gr.Dropdown(
                        catalogue.options(head),
                        value=asked[name],
                        label=t(f"pg_pairs_{name}"),
                        elem_id=f"clm-{name.replace('_', '-')}",
                        elem_classes="pg-model",
                        min_width=200,
                    )
                    for name, head in (("nsp_model", "next_sentence"), ("sop_model", "sentence_order"))
                }
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_clm_figure"), elem_id="clm-figure", elem_classes="pg-result")
    table = gr.HTML("", elem_id="clm-table", elem_classes="pg-result")  # the paper's ten columns need the whole width
    parts = TabParts(
        demo=DEMO,
        fields={"text": text, **models, "seed": seed},
        outputs=[figure, table],
        draw=draw,
        run=gr.State(""),
        notice=notice,
    )
    run_bar(parts, shell)
    help_fold(DEMO)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and the table."""
    result = Result.model_validate(run.result)
    return [figures.shares(result, language), _table(result, language)]


def _table(result: Result, language: str) -> str:
    """Ours and the paper's, both by the task that they are judged on."""
    paper = published("albert_sentence")
    heads = [say("pg_clm_trained", language), *(say(f"pg_clm_task_{task}", language) for task in HEADS)]
    ours = [
        [say(f"pg_clm_head_{judged.head}", language, model=judged.model), *(_spread(judged.tasks[t]) for t in HEADS)]
        for judged in result.judged
    ]
    theirs = [[row.model, *row.scores] for row in paper.rows]
    return (
        small(say("pg_clm_ours", language))
        + table(heads, ours)
        + small(say("pg_clm_theirs", language))
        + table([heads[0], *paper.columns], theirs)
        + small(say("pg_pub_source", language, source=paper.source))
    )


def _spread(share: Share) -> str:
    return f"{percent(share.right)} ({percent(share.low)}–{percent(share.high)})"
