"""Where sentences come from: the project, a file that a person brings, or a set of the Hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from playground.core.labelled import read
from playground.messages import Complaint
from playground.models.hub_sets import SETS
from playground.ui.errors import notice
from playground.ui.language import LANG_JS, t
from playground.ui.shell import Shell

_HIDDEN: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True)
class SentencesChoice:
    """source: the name of a file or a set, empty for the project's own sentences; text: what the file holds."""

    source: gr.Textbox
    text: gr.State
    upload: gr.UploadButton
    own: gr.Button
    sets: Sequence[tuple[str, gr.Button]]

    def wire(self, shell: Shell, box: gr.HTML) -> None:
        """Make the buttons work, given the notice line."""
        filled = [self.source, self.text, box]

        def uploaded(path: str, lang: str) -> list[Any]:
            try:
                return [Path(path).name[:200], read(Path(path)), ""]
            except Complaint as error:
                return [gr.skip(), gr.skip(), notice(error, language=lang)]

        self.upload.upload(uploaded, [self.upload, shell.lang], filled, js=LANG_JS, **_HIDDEN)
        for name, button in (("", self.own), *self.sets):
            button.click(lambda name=name: [name, "", ""], None, filled, **_HIDDEN)


def sentences_choice(source: str, label: I18nData, prefix: str, labelled: bool = True) -> SentencesChoice:
    """The name of what was chosen and the buttons to choose by; only labelled sentences come from the Hub."""
    shown = gr.Textbox(source, label=label, interactive=False, elem_id=f"{prefix}-source")
    with gr.Row(elem_classes="pg-chips"):
        upload = gr.UploadButton(
            t("pg_sen_upload" if labelled else "pg_sen_upload_lines"),
            size="sm",
            type="filepath",
            file_types=[".csv", ".tsv", ".txt"] if labelled else [".txt"],
            elem_id=f"{prefix}-upload",
        )
        own = gr.Button(t("pg_sen_own"), size="sm", elem_id=f"{prefix}-bundled")
        sets = [
            (name, gr.Button(f"{name} · Hub", size="sm", elem_id=f"{prefix}-{name.lower()}"))
            for name in (SETS if labelled else ())
        ]
    return SentencesChoice(shown, gr.State(""), upload, own, sets)
