"""The project's own passages with their questions, a third of which they do not answer."""

from dataclasses import dataclass
from functools import cache

from playground.paths import ASSETS

LANGUAGES = {"en": "english", "ko": "korean"}


@dataclass(frozen=True)
class Passage:
    """questions: with their gold answers, none for a question that has no answer. language: "en" or "ko"."""

    title: str
    text: str
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    language: str


@cache
def passages(language: str) -> tuple[Passage, ...]:
    """Those of one language. A file holds, for each: "# title", the passage in one line, then "? question" and
    "= answer | another" or "!" for none, in turn."""
    text = (ASSETS / "passages" / f"{LANGUAGES[language]}.txt").read_text(encoding="utf-8")
    found = []
    for article in ("\n" + text).split("\n# ")[1:]:
        title, passage, *lines = article.strip().split("\n")
        questions = tuple(
            (asked.removeprefix("? "), () if answer == "!" else tuple(answer.removeprefix("= ").split(" | ")))
            for asked, answer in zip(lines[::2], lines[1::2], strict=True)
        )
        found.append(Passage(title, passage, questions, language))
    return tuple(found)


def all_passages() -> dict[str, Passage]:
    """Those of every language by title."""
    return {passage.title: passage for language in LANGUAGES for passage in passages(language)}


def same_text(text: str) -> Passage | None:
    """The passage that has just this text."""
    return next((passage for passage in all_passages().values() if passage.text == text), None)
