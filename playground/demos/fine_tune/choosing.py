"""What several sub-tabs ask for: the labelled sentences, the numbers of labels, and the encoder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from playground.core.labelled import read
from playground.demos.fine_tune.schema import MAX_SEED, SIZES
from playground.messages import Complaint
from playground.models import encoders
from playground.ui.errors import notice
from playground.ui.inputs import Whole
from playground.ui.language import LANG_JS, t
from playground.ui.shell import Shell

_HIDDEN: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


def encoder_choice(value: str, name: str) -> gr.Dropdown:
    return gr.Dropdown(
        encoders.options(),
        value=value,
        label=t("pg_ft_encoder"),
        info=t("pg_model_info"),
        elem_id=f"{name}-model",
        elem_classes="pg-model",
    )


def sizes_choice(value: list[int], name: str) -> gr.CheckboxGroup:
    return gr.CheckboxGroup(
        [(str(size), size) for size in SIZES], value=value, label=t("pg_ft_labels"), elem_id=f"{name}-labels"
    )


def seed_choice(value: int, name: str) -> Whole:
    return Whole(
        value, label=t("pg_seed"), precision=0, minimum=0, maximum=MAX_SEED, elem_id=f"{name}-seed", min_width=100
    )


def sentences_choice(source: str, name: str) -> tuple[gr.Textbox, gr.State, Callable[[Shell, gr.HTML], None]]:
    """The name of the sentences' file and its text, and what makes the two buttons work, given the notice line."""
    shown = gr.Textbox(source, label=t("pg_ft_source"), interactive=False, elem_id=f"{name}-source")
    with gr.Row():
        upload = gr.UploadButton(
            t("pg_ft_upload"), size="sm", type="filepath", file_types=[".csv", ".tsv", ".txt"], elem_id=f"{name}-upload"
        )
        own = gr.Button(t("pg_ft_bundled"), size="sm", elem_id=f"{name}-bundled")
    text = gr.State("")

    def wire(shell: Shell, box: gr.HTML) -> None:
        def uploaded(path: str, lang: str) -> list[Any]:
            try:
                return [Path(path).name[:200], read(Path(path)), ""]
            except Complaint as error:
                return [gr.skip(), gr.skip(), notice(error, language=lang)]

        upload.upload(uploaded, [upload, shell.lang], [shown, text, box], js=LANG_JS, **_HIDDEN)
        own.click(lambda: ["", "", ""], None, [shown, text, box], **_HIDDEN)

    return shown, text, wire
