"""Marks reach 3:1 and text 4.5:1 against the page, in light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import pytest

from playground.plots import style
from playground.ui.theme import theme

PAGES = {"light": "#f8fafc", "dark": "#0a0f1e"}


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colour", ["BLUE", "ORANGE", "GREEN", "PURPLE", "GREY"])
def test_marks_stand_out(page: str, colour: str) -> None:
    assert _contrast(getattr(style, colour), PAGES[page]) >= 3


@pytest.mark.parametrize(("mode", "suffix"), [("light", ""), ("dark", "_dark")])
@pytest.mark.parametrize("name", ["body_text_color", "body_text_color_subdued"])
def test_text_is_legible(mode: str, suffix: str, name: str) -> None:
    made = theme()
    assert _contrast(_resolve(made, name + suffix), PAGES[mode]) >= 4.5
    assert _resolve(made, "body_background_fill" + suffix) == PAGES[mode]


def _resolve(made: object, name: str) -> str:
    value = str(getattr(made, name))
    return value if value.startswith("#") else _resolve(made, value.removeprefix("*"))
