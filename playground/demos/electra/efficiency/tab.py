"""A text whose positions are counted, a text to learn from, Start and Cancel, and curves that grow."""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from playground.demos.electra.efficiency import DEMO, figures
from playground.demos.electra.efficiency.schema import MAX_FILE, Objective, Result
from playground.messages import Complaint, say
from playground.plots.style import percent
from playground.published import published
from playground.runs import Run
from playground.ui.errors import notice
from playground.ui.experiment import help_fold
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.language import LANG_JS, t
from playground.ui.long import long_bar, wire_long
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import small, table

# The paper's rows -> our objectives.
_PAPER: dict[str, Objective] = {"BERT": "mlm", "ELECTRA 15%": "rtd_masked", "ELECTRA": "rtd"}


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_elf_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_elf_text"), lines=2, max_lines=8, elem_id="elf-text")
            with gr.Row():
                steps = Range(
                    20, 2000, value=asked["steps"], step=10, label=t("pg_elf_steps"), elem_id="elf-steps", min_width=210
                )
                seeds = Range(
                    1, 5, value=asked["seeds"], step=1, label=t("pg_elf_seeds"), elem_id="elf-seeds", min_width=150
                )
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=99_999,
                    elem_id="elf-seed",
                    min_width=100,
                )
            source = gr.Textbox(asked["source"], label=t("pg_elf_source"), interactive=False, elem_id="elf-source")
            with gr.Row():
                upload = gr.UploadButton(
                    t("pg_elf_upload"), size="sm", type="filepath", file_types=[".txt", ".md"], elem_id="elf-upload"
                )
                own = gr.Button(t("pg_elf_manual"), size="sm", elem_id="elf-manual")
            bar = long_bar(DEMO)
            box = gr.HTML("", elem_id="elf-notice", elem_classes="pg-notice-box")
            corpus = gr.State("")
        with gr.Column(min_width=340, scale=6):
            counts = gr.HTML("", elem_id="elf-counts", elem_classes="pg-result")
            figure = Figure(None, label=t("pg_elf_figure"), elem_id="elf-figure", elem_classes="pg-result")
            verdict = gr.HTML("", elem_id="elf-verdict", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "text": text,
                    "steps": steps,
                    "seeds": seeds,
                    "seed": seed,
                    "source": source,
                    "corpus": corpus,
                },
                outputs=[counts, figure, verdict],
                draw=draw,
                run=gr.State(""),
                notice=box,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    def uploaded(path: str, lang: str) -> list[Any]:
        file = Path(path)
        if (size := file.stat().st_size) > MAX_FILE:
            too_large = Complaint("pg_err_elf_large", size=round(size / 1e6, 1), limit=MAX_FILE // 1_000_000)
            return [gr.skip(), gr.skip(), notice(too_large, language=lang)]
        try:
            return [file.name[:200], file.read_text(encoding="utf-8"), ""]
        except UnicodeDecodeError:
            return [gr.skip(), gr.skip(), notice(Complaint("pg_err_elf_text"), language=lang)]

    shared: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
    upload.upload(uploaded, [upload, shell.lang], [source, corpus, box], js=LANG_JS, **shared)
    own.click(lambda: ["", "", ""], None, [source, corpus, box], **shared)
    wire_long(parts, shell, bar)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the counted positions, the curves, and the comparison."""
    result = Result.model_validate(run.result)
    return [_counts(result, language), figures.curves(result, language), _verdict(result, language)]


def _counts(result: Result, language: str) -> str:
    """The positions of the text that carry a loss, as two bars."""
    found: tuple[tuple[Objective, int], ...] = (("mlm", result.masked), ("rtd", result.tokens))
    bars = "".join(
        f"<div class='pg-share' style='--share:{100 * count / result.tokens:.1f}%;--key:{figures.COLOURS[name]}'>"
        f"{html.escape(say(f'pg_elf_loss_{name}', language, count=count, tokens=result.tokens))}</div>"
        for name, count in found
    )
    learned = say(
        "pg_elf_learned", language, words=result.words, blocks=result.blocks, parameters=f"{result.parameters:,}"
    )
    return bars + small(learned if result.blocks else "")


def _verdict(result: Result, language: str) -> str:
    """What a step costs; at the end, what the same compute has brought, and the paper's scores beside it."""
    paper = published("electra_efficiency")
    printed = {_PAPER[row.model]: row.scores[0] for row in paper.rows}
    found = {one.objective: one for one in result.equal}
    heads = [say(f"pg_elf_col_{head}", language) for head in ("objective", "loss", "cost", "auc", "accuracy", "paper")]
    seeds = len({point.seed for point in result.points})
    spread = seeds > 1
    rows = []
    for cost in result.costs:
        one = found.get(cost.objective)
        area = "–" if one is None else f"{one.auc:.3f}" + (f" ± {one.auc_spread:.3f}" if spread else "")
        share = "–"
        if one is not None and one.accuracy is not None and one.accuracy_spread is not None:
            share = percent(one.accuracy) + (f" ± {percent(one.accuracy_spread)}" if spread else "")
        rows.append(
            (
                say(f"pg_elf_{cost.objective}", language),
                f"{cost.with_loss:,} / {cost.positions:,}",
                f"{cost.gflops:.2f}",
                area,
                share,
                printed[cost.objective],
            )
        )
    gains = [
        say(
            "pg_elf_gain" if spread else "pg_elf_gain_one",
            language,
            over=say(f"pg_elf_{gain.over}", language),
            gain=f"{gain.auc:+.3f}",
            spread=f"{gain.auc_spread:.3f}",
            ahead=gain.ahead,
            seeds=seeds,
        )
        for gain in result.gains
    ]
    at = (
        ""
        if result.gflops is None
        else say("pg_elf_at" if spread else "pg_elf_at_one", language, gflops=f"{result.gflops:,.0f}")
    )
    source = say("pg_pub_source", language, source=paper.source)
    return small(at) + table(heads, rows, numbers=(1, 2, 3, 4, 5)) + small(*gains, source)
