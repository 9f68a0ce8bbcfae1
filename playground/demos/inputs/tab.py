"""The first tab of inputs: tokens below the characters that they came from, and counts side by side."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.demos.inputs import DEMO, figures
from playground.demos.inputs.schema import Cut, Result
from playground.messages import say
from playground.models.catalogue import ANY_HEAD
from playground.runs import Run
from playground.ui.experiment import chip_row, help_fold, live, model_choice, wire_chips
from playground.ui.figure import Figure
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, run_bar
from playground.ui.tables import table

_SHOWN = 512  # tokens that are shown in columns: 2,048 would be more than 300 KB


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_tok_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_tok_text_a"), lines=2, max_lines=8, elem_id="tok-text")
            second = gr.Textbox(
                asked["second_text"], label=t("pg_tok_second"), lines=2, max_lines=8, elem_id="tok-second"
            )
            notice = gr.HTML("", elem_id="tok-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "tok")
            model = model_choice(ANY_HEAD, asked["model"], "tok")
        with gr.Column(min_width=340, scale=6):
            rows = gr.HTML("", elem_id="tok-rows", elem_classes="pg-result")
            figure = Figure(None, label=t("pg_tok_figure"), elem_id="tok-figure", elem_classes="pg-result")
            with gr.Accordion(t("pg_as_table"), open=False, elem_classes="pg-result"):
                numbers = gr.HTML("", elem_id="tok-table")
            parts = TabParts(
                demo=DEMO,
                fields={"text": text, "second_text": second, "model": model},
                outputs=[rows, figure, numbers],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)
    live(parts, shell, [text.change, second.change], [text.submit, second.submit, model.input])
    wire_chips(parts, shell, chips, examples)
    return parts


def draw(run: Run, language: str) -> list[Any]:
    """Values of the outputs."""
    result = Result.model_validate(run.result)
    texts = (run.request["text"], run.request["second_text"])
    return [
        _aligned(result, texts, language) + _other(result, texts, language),
        figures.counts(result, language),
        _table(result, language),
    ]


@dataclass(frozen=True)
class Group:
    """A stretch of characters and the tokens that came from it; special tokens have no characters."""

    surface: str
    places: list[int]


def groups(result: Result | Cut, texts: tuple[str, str]) -> Iterator[Group]:
    """Tokens in their order, those that share characters together; what no token took stands with what is before it.

    Joined, the surfaces are both texts but for white space between tokens.
    """
    places: list[int] = []
    reach, start, segment = 0, 0, 0
    special = result.special if isinstance(result, Result) else []

    def close() -> Group:
        return Group(texts[segment][start:reach], places)

    for place, (begin, end) in enumerate(result.offsets):
        if place in special:
            if places:
                yield close()
                places = []
            yield Group("", [place])
            continue
        if result.segments[place] != segment:
            if places:
                yield close()
                places = []
            reach = 0
        if places and (begin >= reach or end == begin):
            yield close()
            places = []
        if not places:
            segment, start = result.segments[place], max(begin, reach if begin < reach else begin)
        places = [*places, place]
        reach = max(reach, end)
    if places:
        yield close()


def _aligned(result: Result, texts: tuple[str, str], language: str) -> str:
    """A column a stretch of text: the characters, below them the tokens, and each one's number in the vocabulary."""
    counted = len(result.tokens) - len(result.special)
    said = say("pg_tok_legend", language, tokens=counted, special=len(result.special))
    return _rows(result, texts, said, len(result.tokens), language)


def _other(result: Result, texts: tuple[str, str], language: str) -> str:
    """The same by the second tokenizer, where there is one."""
    cut = result.other
    if cut is None:
        return ""
    [count] = [sum(count.pieces) for count in result.counts if count.name == cut.name]
    return _rows(cut, texts, say("pg_tok_other", language, model=cut.name, tokens=count), count, language)


def _rows(cut: Result | Cut, texts: tuple[str, str], said: str, count: int, language: str) -> str:
    """The columns under a line that says what they are; of a long text the first ones. count: of all its tokens."""
    heads = "".join(
        f"<span>{html.escape(say(f'pg_tok_row_{row}', language))}</span>" for row in ("text", "token", "id")
    )
    columns, shown = [], 0
    for group in groups(cut, texts):
        if shown < _SHOWN:
            columns.append(_column(group, cut, language))
            shown += len(group.places)
    if shown < count:
        said += " · " + say("pg_tok_first", language, shown=shown, tokens=count)
    return (
        f"<p class='pg-legend'>{html.escape(said)}</p>"
        f"<div class='pg-aligned pg-pieces'><div class='pg-heads'>{heads}</div>{''.join(columns)}</div>"
    )


def _column(group: Group, result: Result | Cut, language: str) -> str:
    title = html.escape(
        say(
            "pg_tok_hover",
            language,
            places="–".join(str(place) for place in dict.fromkeys((group.places[0], group.places[-1]))),
            segment="AB"[result.segments[group.places[0]]],
        )
    )
    pieces = "".join(
        f"<span class='pg-piece'>{html.escape(result.tokens[place])}<small>{result.ids[place]}</small></span>"
        for place in group.places
    )
    kind = "pg-own" if not group.surface else "pg-cut" if len(group.places) > 1 else "pg-one"
    surface = html.escape(group.surface) or "·"
    return f"<div class='{kind}' title='{title}'><span>{surface}</span><span class='pg-row'>{pieces}</span></div>"


def _table(result: Result, language: str) -> str:
    both = len(result.counts[0].pieces) == 2
    heads = [say("pg_tok_col_name", language), say("pg_tok_text_a", language)]
    heads += [say("pg_tok_text_b", language)] if both else []
    words = result.counts[0].pieces
    heads += [say("pg_tok_col_word_a", language)] + ([say("pg_tok_col_word_b", language)] if both else [])
    heads.append("[UNK]")
    rows = [
        [
            figures.name_of(count, language),
            *(f"{pieces:,}" for pieces in count.pieces),
            *(f"{pieces / max(1, whole):.2f}" for pieces, whole in zip(count.pieces, words, strict=True)),
            " + ".join(str(unknown) for unknown in count.unknown),
        ]
        for count in result.counts
    ]
    return table(heads, rows, numbers=range(1, len(heads)))
