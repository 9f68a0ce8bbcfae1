"""Every word on the screen, by key and language, and the error that carries such a key.

The texts lie in assets/locales/{en,ko}.json. This is the lowest floor: anything may raise a `Complaint`,
and only ui/ decides in which language it is read.
"""

import json
from functools import cache
from typing import Any

from pydantic import BaseModel, Field

from playground.paths import LOCALES

LANGUAGES = ("en", "ko")
_SAID = ("pg_kind_", "pg_sub_", "pg_tab_")


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of one language, `pg_` keys to format strings. Raises KeyError for an unknown language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    loaded: dict[str, str] = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    return loaded


def language_of(tag: str | None) -> str:
    """The screen's language for a tag such as `ko-KR`; English for anything else."""
    short = (tag or "").split("-")[0].lower()
    return short if short in LANGUAGES else "en"


def say(key: str, language: str = "en", **values: Any) -> str:
    """The text of `key`, its {places} filled with `values`. Raises KeyError for an unknown key.

    A value that is itself the key of a kind or of an experiment's name is said in the same language.
    """
    words = texts(language_of(language))
    filled = {
        name: words.get(value, value) if isinstance(value, str) and value.startswith(_SAID) else value
        for name, value in values.items()
    }
    return words[key].format(**filled)


def experiment(name: str) -> str:
    """The key of an experiment's name on the screen; the name itself where there is none."""
    return next((key for key in (f"pg_sub_{name}", f"pg_tab_{name}") if key in texts("en")), name)


class Notice(BaseModel):
    """Something worth knowing about a result that is right all the same."""

    key: str
    values: dict[str, str | int | float] = Field(default_factory=dict)

    def sentence(self, language: str) -> str:
        return say(self.key, language, **self.values)


class Complaint(ValueError):
    """What a person did that cannot be done: one sentence, with numbers, that says what to do.

    It carries a key and values, not a text, so that the screen can say it in the visitor's language.
    """

    def __init__(self, key: str, **values: Any) -> None:
        self.key, self.values = key, values
        super().__init__(say(key, **values))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (self.key, self.values))  # survives a forked worker

    def sentence(self, language: str) -> str:
        return say(self.key, language, **self.values)


def _rebuild(key: str, values: dict[str, Any]) -> Complaint:
    return Complaint(key, **values)
