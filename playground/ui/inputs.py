"""Inputs that keep what a visitor types within what they offer."""

import re
from math import isnan
from typing import Any

import gradio as gr
from gradio.components.dataframe import DataframeData


class Range(gr.Slider):
    """A slider whose number box may hold anything: what is not one of its steps is moved to the nearest one.

    Gradio's own answers with an English pop-up over the page, whatever the language.
    """

    def preprocess(self, payload: float | None) -> float:
        low, high = float(self.minimum), float(self.maximum)
        value = low if payload is None or isnan(payload) else min(max(float(payload), low), high)
        step = float(self.step)
        return round(min(low + round((value - low) / step) * step, high), 9)

    def get_block_name(self) -> str:
        return "slider"


class Whole(gr.Number):
    """A box for a whole number; what is none, or too small or large, is moved to the nearest that is."""

    def preprocess(self, payload: float | None) -> int:
        low, high = int(self.minimum or 0), int(self.maximum or 0)
        return low if payload is None or isnan(payload) else round(min(max(float(payload), low), high))

    def get_block_name(self) -> str:
        return "number"


class Wholes(gr.Textbox):
    """A line of whole numbers with commas between them. What cannot be read goes on as it is, for the request to say
    what is wrong with it."""

    def preprocess(self, payload: str | None) -> Any:
        parts = [part for part in (payload or "").replace(",", " ").split() if part]
        return [int(part) for part in parts] if all(part.isdecimal() for part in parts) else payload

    def postprocess(self, value: Any) -> str | None:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def get_block_name(self) -> str:
        return "textbox"


class Lines(gr.Textbox):
    """A text box whose value is its lines; empty ones are left out."""

    def preprocess(self, payload: str | None) -> list[str]:
        return [line.strip() for line in (payload or "").splitlines() if line.strip()]

    def postprocess(self, value: list[str] | str | None) -> str | None:
        return "\n".join(value) if isinstance(value, list) else value

    def get_block_name(self) -> str:
        return "textbox"


class Stops(gr.Textbox):
    """Strings of any characters, one a line, with all their white space: what a text stops at. An end of line is
    written \\n, a tab \\t, a backslash \\\\."""

    def preprocess(self, payload: str | None) -> list[str]:
        lines = (payload or "").replace("\r\n", "\n").split("\n")
        return [re.sub(r"\\([nt\\])", lambda found: _ESCAPED[found[1]], line) for line in lines if line]

    def postprocess(self, value: list[str] | str | None) -> str | None:
        if not isinstance(value, list):
            return value
        written = {character: "\\" + letter for letter, character in _ESCAPED.items()}
        return "\n".join(re.sub(r"[\n\t\\]", lambda found: written[found[0]], one) for one in value)

    def get_block_name(self) -> str:
        return "textbox"


_ESCAPED = {"n": "\n", "t": "\t", "\\": "\\"}


class Pairs(gr.Dataframe):
    """A table of two columns whose value is a list of {"input": ..., "label": ...}; empty rows are left out."""

    def preprocess(self, payload: DataframeData) -> list[dict[str, str]]:
        rows = [["" if cell is None else str(cell).strip() for cell in row] for row in payload.data]
        return [{"input": row[0], "label": row[1]} for row in rows if len(row) == 2 and any(row)]

    def postprocess(self, value: list[dict[str, str]] | None) -> Any:
        rows = [[row["input"], row["label"]] for row in value or []]
        return super().postprocess({"headers": self.headers, "data": rows or [["", ""]]})

    def get_block_name(self) -> str:
        return "dataframe"
