"""Where the sentences of a text end."""

import re

# A full stop, question or exclamation mark, perhaps a closing quote, and a gap.
_END = re.compile(r"([.!?。？！][\"'”’)]*)\s+")


def sentences(text: str) -> list[str]:
    """The sentences of a text, roughly: cut behind their closing marks and at line breaks."""
    return [part.strip() for part in _END.sub(r"\1\n", text).splitlines() if part.strip()]
