"""The audit sub-tab: a recipe, 10,000 draws, and whether they are what was promised."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.masked_lm.audit import DEMO, figures
from playground.demos.masked_lm.audit.schema import MAX_SEED, Result, Share
from playground.messages import say
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, wire_chips
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import table

# Names of their own in both languages.
RECIPE_NAMES = {"google": "Google", "huggingface": "Hugging Face", "electra": "ELECTRA"}


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_aud_question"), elem_classes="pg-question")
            recipe = gr.Radio(
                [(t(f"pg_cor_recipe_{name}"), name) for name in RECIPE_NAMES],
                value=asked["recipe"],
                label=t("pg_cor_recipe"),
                elem_id="aud-recipe",
            )
            rate = Range(
                0.05,
                0.9,
                value=asked["rate"],
                step=0.05,
                label=t("pg_cor_rate"),
                info=t("pg_cor_rate_info"),
                elem_id="aud-rate",
            )
            tokens = Range(2, 512, value=asked["tokens"], step=1, label=t("pg_aud_tokens"), elem_id="aud-tokens")
            with gr.Row(elem_classes="pg-seed"):
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="aud-seed",
                    min_width=100,
                )
                again = gr.Button(t("pg_cor_again"), elem_id="aud-again", min_width=140, size="sm")
            notice = gr.HTML("", elem_id="aud-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "aud", _label)
        with gr.Column(min_width=340, scale=6):
            figure = Figure(None, label=t("pg_aud_figure"), elem_id="aud-figure", elem_classes="pg-result")
            table = gr.HTML("", elem_id="aud-table", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={"recipe": recipe, "rate": rate, "tokens": tokens, "seed": seed},
                outputs=[figure, table],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [seed.change], [recipe.input, rate.input, tokens.input, seed.submit])
    again.click(lambda seed: (seed + 1) % (MAX_SEED + 1), seed, seed, queue=False, api_visibility="private")
    wire_chips(parts, shell, chips, examples)
    return parts


def _label(run: Run) -> str:
    request = run.request
    return f"{RECIPE_NAMES[request['recipe']]}, {request['rate']:.0%}"


def draw(run: Run, language: str) -> list[Any]:
    """Values of the figure and the table."""
    result = Result.model_validate(run.result)
    return [figures.audit(result, language), _table(result.shares, language)]


def _table(shares: Sequence[Share], language: str) -> str:
    heads = [say(f"pg_aud_col_{head}", language) for head in ("kind", "expected", "counted", "within")]
    rows = []
    for share in shares:
        within = abs(share.distance) <= 3 if share.deviation else share.counted == share.expected
        rows.append(
            (
                say(f"pg_aud_{share.kind}", language),
                f"{share.expected:.3%} ± {3 * share.deviation:.3%}",
                f"{share.counted:.3%}",
                "✓" if within else "✗",
            )
        )
    return table(heads, rows, numbers=(1, 2, 3))
