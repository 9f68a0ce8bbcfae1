"""A text whose tokens can be changed by a click, the generator's words for a place, and the score."""

import html
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from playground.demos.electra.by_hand import DEMO, figures
from playground.demos.electra.by_hand.schema import Result
from playground.demos.electra.choosing import follow_pair, pair_choice
from playground.messages import Complaint, say
from playground.models import catalogue
from playground.plots.style import percent
from playground.runs import Run
from playground.ui.experiment import PRIVATE, chip_row, help_fold, live, wire_chips
from playground.ui.fetching import give_up
from playground.ui.figure import Figure
from playground.ui.inputs import Range
from playground.ui.lanes import QUICK
from playground.ui.language import t
from playground.ui.shell import Shell, TabParts, ask, run_bar
from playground.ui.tables import small
from playground.ui.tokens import Token, TokenStrip

# (what is asked, the run on the screen, a clicked place, a typed word) -> what is asked then.
Step = Callable[[dict[str, Any], Run | None, int, str], dict[str, Any]]


def create(shell: Shell, examples: Sequence[Run]) -> TabParts:
    """Build the sub-tab inside the current gr.Tab; it is drawn when it is first looked at."""
    asked = examples[0].request
    with gr.Row(elem_classes="pg-pane"):
        with gr.Column(min_width=340, scale=5):
            gr.Markdown(t("pg_elh_question"), elem_classes="pg-question")
            text = gr.Textbox(asked["text"], label=t("pg_mlm_text"), lines=2, max_lines=8, elem_id="elh-text")
            notice = gr.HTML("", elem_id="elh-notice", elem_classes="pg-notice-box")
            chips = chip_row(examples, "elh")
            model, generator_model = pair_choice(asked, "elh")
            threshold = Range(
                0, 1, value=asked["threshold"], step=0.01, label=t("pg_ele_threshold"), elem_id="elh-threshold"
            )
        with gr.Column(min_width=340, scale=6):
            strip = TokenStrip([], label=t("pg_elh_strip"), elem_id="elh-strip", elem_classes="pg-strip-box pg-result")
            score = gr.HTML("", elem_id="elh-score", elem_classes="pg-result")
            hint = gr.HTML("", elem_id="elh-hint", elem_classes="pg-result")
            words = TokenStrip([], label=t("pg_elh_words"), elem_id="elh-words", elem_classes="pg-strip-box pg-result")
            own = gr.Textbox(
                "", label=t("pg_elh_own"), placeholder=t("pg_elh_own_how"), lines=1, max_lines=1, elem_id="elh-own"
            )
            with gr.Row(elem_classes="pg-chips"):
                back = gr.Button(t("pg_elh_back"), size="sm", elem_id="elh-back")
                anew = gr.Button(t("pg_elh_anew"), size="sm", elem_id="elh-anew")
            figure = Figure(None, label=t("pg_elh_figure"), elem_id="elh-figure", elem_classes="pg-result")
            parts = TabParts(
                demo=DEMO,
                fields={
                    "text": text,
                    "model": model,
                    "generator_model": generator_model,
                    "threshold": threshold,
                },
                outputs=[strip, score, hint, words, figure, own],
                draw=draw,
                run=gr.State(""),
                notice=notice,
            )
            run_bar(parts, shell)
    help_fold(DEMO)

    def answer(inputs: Sequence[Any], step: Step, index: int = -1, word: str = "") -> list[Any]:
        """Ask for what a step makes of the run on the screen; it alone knows the changes."""
        *values, stored, waiting, lang = inputs
        give_up(waiting)
        shown = Run.model_validate_json(stored) if stored else None
        asked = complete(dict(zip(parts.fields, values, strict=True)), shown)
        try:
            return ask(parts, shell, step(asked, shown, index, word), lang, kind="stale")
        except Complaint as problem:
            return parts.complain(shell, problem, lang)

    def pick(event: gr.SelectData, *inputs: Any) -> list[Any]:
        return answer(inputs, picked, int(event.index))

    def take(event: gr.SelectData, *inputs: Any) -> list[Any]:
        return answer(inputs, taken, int(event.index))

    def type_in(word: str, *inputs: Any) -> list[Any]:
        return answer(inputs, typed, word=word)

    also = live(parts, shell, [text.change], [text.submit, threshold.input, generator_model.input], (), complete)
    follow_pair(model, generator_model, also)
    inputs = [*parts.fields.values(), parts.run, parts.waiting, shell.lang]
    outputs = parts.result_outputs(shell)
    strip.select(pick, inputs, outputs, **PRIVATE, **QUICK)
    words.select(take, inputs, outputs, **PRIVATE, **QUICK)
    own.submit(type_in, [own, *inputs], outputs, **PRIVATE, **QUICK)
    back.click(lambda *inputs: answer(inputs, put_back), inputs, outputs, **PRIVATE, **QUICK)
    anew.click(lambda *inputs: answer(inputs, emptied), inputs, outputs, **PRIVATE, **QUICK)
    wire_chips(parts, shell, chips, examples)
    return parts


def complete(asked: dict[str, Any], shown: Run | None) -> dict[str, Any]:
    """With the changes of the run on the screen, as long as they belong to the same tokens."""
    if shown is None or shown.request["text"] != asked["text"] or not _same_words(shown, asked):
        return asked | {"changes": [], "place": None}
    return asked | {name: shown.request[name] for name in ("changes", "place")}


def _same_words(shown: Run, asked: dict[str, Any]) -> bool:
    """Whether both models cut a text into the same tokens: all that read English alone have BERT's vocabulary."""
    models = {shown.request["model"], asked["model"]}
    return len(models) == 1 or all(catalogue.find(model).languages == ("en",) for model in models)


def picked(asked: dict[str, Any], shown: Run | None, index: int, word: str) -> dict[str, Any]:
    """The generator is asked for the place of the clicked token."""
    tokens = _result(shown).tokens
    place = tokens[index].place if index < len(tokens) else asked["place"]
    return asked | {"place": place}


def taken(asked: dict[str, Any], shown: Run | None, index: int, word: str) -> dict[str, Any]:
    """One of the generator's words."""
    candidates = _result(shown).candidates
    return typed(asked, shown, index, candidates[index].token if index < len(candidates) else word)


def typed(asked: dict[str, Any], shown: Run | None, index: int, word: str) -> dict[str, Any]:
    """A word of one's own. Raises Complaint where no token was clicked."""
    if asked["place"] is None:
        raise Complaint("pg_err_elh_place")
    return asked | {"changes": [*_others(asked), {"place": asked["place"], "word": word}]}


def put_back(asked: dict[str, Any], shown: Run | None, index: int, word: str) -> dict[str, Any]:
    """What stood at the clicked place."""
    if asked["place"] is None:
        raise Complaint("pg_err_elh_place")
    return asked | {"changes": _others(asked)}


def emptied(asked: dict[str, Any], shown: Run | None, index: int, word: str) -> dict[str, Any]:
    return asked | {"changes": [], "place": None}


def _others(asked: dict[str, Any]) -> list[dict[str, Any]]:
    return [change for change in asked["changes"] if change["place"] != asked["place"]]


def _result(shown: Run | None) -> Result:
    if shown is None:  # tokens are there to be clicked only once a run is drawn
        raise Complaint("pg_err_no_run")
    return Result.model_validate(shown.result)


def draw(run: Run, language: str) -> list[Any]:
    """Values of the strip, the score, the generator's words with their hint, the figure, and the emptied box."""
    result = Result.model_validate(run.result)
    threshold, place = run.request["threshold"], run.request["place"]
    hint = (
        say("pg_elh_hint", language)
        if result.chosen is None
        else say("pg_elh_hint_place", language, place=place, token=result.chosen)
    )
    return [
        strip_of(result, threshold, place, language),
        _score(result, language),
        small(hint),
        words_of(result, language),
        figures.changes(result, threshold, language),
        "",
    ]


def strip_of(result: Result, threshold: float, place: int | None, language: str) -> list[Token]:
    """The text as it is now, the darker the more suspicious; the clicked place stands out."""
    tokens: list[Token] = []
    for token in result.tokens:
        shown = percent(token.replaced_probability)
        if token.special:
            tokens.append({"text": token.text, "fixed": True, "title": say("pg_elh_special", language)})
            continue
        alarm = token.replaced_probability >= threshold
        kind = ("hit" if alarm else "miss") if token.replaced else ("false" if alarm else "calm")
        mark = {"hit": "✓", "miss": "✗", "false": "!", "calm": ""}[kind]  # as in the first sub-tab
        tokens.append(
            {
                "text": token.text,
                "below": f"{mark} {shown}".strip(),
                "shade": round(0.75 * token.replaced_probability, 3),
                "state": kind + (" pg-picked" if token.place == place else ""),
                "title": say(f"pg_elh_token_{kind}", language, token=token.text, probability=shown),
            }
        )
    return tokens


def words_of(result: Result, language: str) -> list[Token]:
    """The generator's words, best first; the one that stood there is marked."""
    return [
        {
            "text": one.token,
            "below": percent(one.probability),
            "state": "kept" if one.original else "",
            "title": say("pg_elh_stood" if one.original else "pg_elh_put", language, token=one.token),
        }
        for one in result.candidates
    ]


def _score(result: Result, language: str) -> str:
    said = say("pg_elh_score", language, slipped=result.slipped, changes=len(result.changes))
    alarms = say("pg_elh_alarms", language, alarms=result.false_alarms, untouched=result.untouched)
    return f"<p class='pg-legend'><strong>{html.escape(said)}</strong></p>{small(alarms)}"
