"""Which script a text is written in, as far as choosing a model needs it."""

import re

_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")


def mostly_korean(text: str) -> bool:
    """Whether Hangul makes up at least a third of the letters."""
    letters = sum(character.isalpha() for character in text)
    return letters > 0 and 3 * len(_HANGUL.findall(text)) >= letters
