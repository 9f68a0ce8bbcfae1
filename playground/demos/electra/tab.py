"""The ELECTRA tab: three rows token by token, the discriminator's verdicts, and where a token looks."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.demos.electra import DEMO, figures
from playground.demos.electra.choosing import follow_pair, pair_choice
from playground.demos.electra.schema import MAX_HEADS, MAX_LAYERS, MAX_SEED, MAX_TEMPERATURE, Result, Sizes, Token
from playground.messages import say
from playground.plots.style import GREEN, ORANGE, percent
from playground.runs import Run
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, wire_chips
from playground.ui.fetching import give_up
from playground.ui.figure import Figure
from playground.ui.inputs import Range, Whole
from playground.ui.lanes import QUICK
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tables import small, table
from playground.ui.tokens import Token as Button
from playground.ui.tokens import TokenStrip

_HIDDEN: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
_CLASSES = {figures.HIT: "hit", figures.MISS: "miss", figures.FALSE_ALARM: "false"}


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_ele_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=3, max_lines=10, elem_id="ele-text")
            with gr.Row():
                rate = Range(
                    0,
                    1,
                    value=asked["rate"],
                    step=0.05,
                    label=t("pg_cor_rate"),
                    info=t("pg_ele_rate_info"),
                    elem_id="ele-rate",
                    min_width=200,
                )
                temperature = Range(
                    0,
                    MAX_TEMPERATURE,
                    value=asked["temperature"],
                    step=0.1,
                    label=t("pg_ele_temperature"),
                    info=t("pg_ele_temperature_info"),
                    elem_id="ele-temperature",
                    min_width=200,
                )
            with gr.Row(elem_classes="pg-seed"):
                seed = Whole(
                    asked["seed"],
                    label=t("pg_seed"),
                    precision=0,
                    minimum=0,
                    maximum=MAX_SEED,
                    elem_id="ele-seed",
                    min_width=100,
                )
                again = gr.Button(t("pg_cor_again"), elem_id="ele-again", min_width=140, size="sm")
            notice = gr.HTML("", elem_id="ele-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "ele")
            model, generator_model = pair_choice(asked, "ele")
        with gr.Column(min_width=340, scale=6):
            rows = gr.HTML("", elem_id="ele-rows", elem_classes="pg-result")
            threshold = Range(
                0, 1, value=asked["threshold"], step=0.01, label=t("pg_ele_threshold"), elem_id="ele-threshold"
            )
            strip = TokenStrip([], label=t("pg_ele_strip"), elem_id="ele-strip", elem_classes="pg-strip-box pg-result")
            counts = gr.HTML("", elem_id="ele-counts", elem_classes="pg-result")
            figure = Figure(None, label=t("pg_ele_figure"), elem_id="ele-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_ele_attention"), open=False, elem_id="ele-looks", elem_classes="pg-result") as fold:
                gr.Markdown(t("pg_ele_attention_how"), elem_classes="pg-small")
                with gr.Row():
                    layer = Range(1, MAX_LAYERS, value=6, step=1, label=t("pg_layer"), elem_id="ele-layer")
                    head = Range(
                        0, MAX_HEADS, value=0, step=1, label=t("pg_head"), info=t("pg_head_info"), elem_id="ele-head"
                    )
                looks = Figure(None, label=t("pg_ele_attention"), elem_id="ele-attention")
            with gr.Accordion(t("pg_ele_gan"), open=False, elem_id="ele-gan"):
                gr.Markdown(t("pg_ele_gan_text"))
                sizes = gr.HTML("", elem_id="ele-sizes", elem_classes="pg-result")
            looking, place = gr.State(False), gr.State(1)
            parts = TabParts(
                demo=DEMO,
                fields={
                    "text": text,
                    "model": model,
                    "generator_model": generator_model,
                    "rate": rate,
                    "temperature": temperature,
                    "seed": seed,
                    "threshold": threshold,
                },
                outputs=[rows, strip, counts, figure, sizes, looks, fold, looking, place, layer, head],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    more = [looking, layer, head, place]

    def look(event: gr.SelectData, *inputs: Any) -> list[Any]:
        """The chosen token's attention; the fold opens."""
        *values, _, layer, head, _, waiting, lang = inputs
        give_up(waiting)
        wanted = dict(zip(parts.fields, values, strict=True))
        return ask(parts, shell, wanted | {"layer": layer, "head": head, "place": int(event.index)}, lang, kind="stale")

    also = live(
        parts,
        shell,
        [text.change, seed.change],
        [
            text.submit,
            seed.submit,
            *(field.input for field in (rate, temperature, threshold, generator_model, layer, head)),
        ],
        more,
        complete,
    )
    follow_pair(model, generator_model, also)
    also(fold.expand(lambda: True, None, looking, **_HIDDEN).then)
    fold.collapse(lambda: False, None, looking, **_HIDDEN)
    strip.select(
        look,
        [*parts.fields.values(), *more, parts.waiting, shell.lang],
        parts.result_outputs(shell),
        **PRIVATE,
        **QUICK,
    )
    again.click(lambda seed: (seed + 1) % (MAX_SEED + 1), seed, seed, queue=False, api_visibility="private")
    wire_chips(parts, shell, chips, examples)
    return parts


def complete(
    asked: dict[str, Any], shown: Run | None, looking: bool, layer: int, head: int, place: int
) -> dict[str, Any]:
    """With the attention that is looked at; another text or model has other places."""
    if not looking:
        return asked | {"layer": None, "head": 0, "place": 1}
    same = shown is not None and all(shown.request[name] == asked[name] for name in ("text", "model"))
    return asked | {"layer": layer, "head": head, "place": place if same else 1}


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result, threshold = Result.model_validate(run.result), run.request["threshold"]
    found = result.attention
    looking = run.request.get("layer") is not None
    return [
        rows_of(result, language),
        strip_of(result, threshold, language),
        _counts(result, threshold, language),
        figures.heatmap(result, threshold, language),
        _sizes(result, language),
        figures.attention(result, language),
        gr.update(open=looking),
        looking,
        *(
            [
                found.place,
                gr.update(maximum=found.layers, value=found.layer),
                gr.update(maximum=found.heads, value=found.head),
            ]
            if found is not None
            else [gr.skip(), gr.skip(), gr.skip()]
        ),
    ]


def rows_of(result: Result, language: str) -> str:
    """A column a token: what stood there, what was masked, what the discriminator reads."""
    yours = result.generator is None
    lines = ("original", "yours") if yours else ("original", "masked", "sampled")
    heads = "".join(f"<span>{html.escape(say(f'pg_ele_row_{line}', language))}</span>" for line in lines)
    columns = "".join(_column(token, yours, language) for token in result.tokens)
    counted = [("replaced", ORANGE, result.replaced), *([] if yours else [("guessed", GREEN, result.guessed)])]
    keys = " ".join(
        f"<span class='pg-key' style='--key:{colour}'>"
        f"{html.escape(say(f'pg_ele_state_{state}', language))} {count}</span>"
        for state, colour, count in counted
    )
    key = "pg_ele_legend_yours" if yours else "pg_ele_legend"
    said = html.escape(say(key, language, masked=result.masked, tokens=sum(not one.special for one in result.tokens)))
    aligned = f"<div class='pg-aligned'><div class='pg-heads'>{heads}</div>{columns}</div>"
    return f"<p class='pg-legend'>{said} {keys}</p>{aligned}"


def _column(token: Token, yours: bool, language: str) -> str:
    chosen = token.state != "original"
    words = [token.original or "–", token.text]
    if not yours:
        words.insert(1, "[MASK]" if chosen else token.original)
    cells = "".join(f"<span>{html.escape(word)}</span>" for word in words)
    title = html.escape(say(f"pg_ele_state_{token.state}", language)) if chosen else ""
    return f"<div class='pg-{token.state}' title='{title}'>{cells}</div>"


def strip_of(result: Result, threshold: float, language: str) -> list[Button]:
    """What the discriminator reads, the darker the more it suspects; a click asks where a token looks."""
    buttons: list[Button] = []
    for place, token in enumerate(result.tokens):
        mark = figures.verdict(token, threshold)
        shown = percent(token.replaced_probability)
        title = say(
            "pg_ele_token",
            language,
            place=place,
            token=token.text,
            probability=shown,
            state=say(f"pg_ele_state_{token.state}", language),
            verdict=say(f"pg_ele_verdict_{_CLASSES.get(mark, 'none')}", language),
        )
        buttons.append(
            {
                "text": token.text,
                "below": f"{mark} {shown}".strip(),
                "shade": round(0.75 * token.replaced_probability, 3),
                "state": _CLASSES.get(mark, "calm"),
                "title": title,
            }
        )
    return buttons


def _counts(result: Result, threshold: float, language: str) -> str:
    """Hits, misses and false alarms at the threshold; and the positions with a loss."""
    counted = sum(not token.special for token in result.tokens)
    return small(
        say(
            "pg_ele_counts",
            language,
            threshold=f"{threshold:.2f}",
            hits=result.hits,
            misses=result.misses,
            false_alarms=result.false_alarms,
            replaced=result.replaced,
            others=counted - result.replaced,
        ),
        say("pg_ele_losses", language, mlm=result.with_loss_mlm, rtd=result.with_loss_rtd),
    )


def _sizes(result: Result, language: str) -> str:
    if result.generator is None:
        return ""
    heads = [say(f"pg_ele_col_{head}", language) for head in ("model", "layers", "hidden", "parameters")]
    ratio = result.generator.hidden_size / result.discriminator.hidden_size
    rows = [
        _size(say("pg_ele_generator", language), result.generator),
        _size(say("pg_ele_discriminator", language), result.discriminator),
    ]
    return table(heads, rows, numbers=(1, 2, 3)) + small(say("pg_ele_ratio", language, ratio=f"{ratio:.2f}"))


def _size(name: str, sizes: Sizes) -> tuple[str, str, str, str]:
    return name, str(sizes.layers), str(sizes.hidden_size), f"{sizes.parameters / 1e6:.1f}M"
