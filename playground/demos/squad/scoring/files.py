"""Questions with gold answers, in SQuAD's JSON or about the project's own passages."""

import json
from dataclasses import dataclass
from typing import Any

from playground.core.passages import passages
from playground.messages import Complaint


@dataclass(frozen=True)
class Question:
    """golds: the answers as annotated, none for a question that has no answer; passage_number: of its passage."""

    text: str
    passage: str
    golds: tuple[str, ...]
    passage_number: int


def bundled(language: str = "en") -> list[Question]:
    """The questions about the project's own passages."""
    return [
        Question(asked, passage.text, golds, number)
        for number, passage in enumerate(passages(language))
        for asked, golds in passage.questions
    ]


def parse(text: str) -> list[Question]:
    """The questions of a file in the format of SQuAD 1.1 or 2.0. Raises Complaint that says where it is broken."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Complaint("pg_err_sqs_json", line=getattr(error, "lineno", 1)) from error
    found: list[Question] = []
    try:
        passages = [part for article in data["data"] for part in article["paragraphs"]]
        for number, part in enumerate(passages):
            passage = _text(part["context"])
            for asked in part["qas"]:
                answers = asked.get("answers", [])
                golds = () if asked.get("is_impossible") else tuple(_text(answer["text"]) for answer in answers)
                found.append(Question(_text(asked["question"]), passage, golds, number))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Complaint("pg_err_sqs_format", number=len(found) + 1) from error
    if not found:
        raise Complaint("pg_err_sqs_empty")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value
