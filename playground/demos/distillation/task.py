"""What a teacher does, which is what its students learn: to name a text's class, or a hidden word."""

from typing import Literal

from playground.messages import Complaint
from playground.models import catalogue

Task = Literal["sequence_classification", "masked_lm"]
HEADS: tuple[Task, ...] = ("sequence_classification", "masked_lm")


def task_of(model: str) -> Task:
    """By the head that the model carries; of two, the class. Raises Complaint for a model that is not offered, and for
    a masked language model that is built otherwise than BERT."""
    entry = catalogue.find(model)
    if "masked_lm" not in entry.heads or "sequence_classification" in entry.heads:
        return "sequence_classification"
    if entry.family not in ("", "bert"):
        raise Complaint("pg_err_dis_family", model=model)
    return "masked_lm"


def teachers() -> list[tuple[str, str]]:
    """(label, id) of the models that a dropdown offers."""
    words = [option for option in catalogue.options("masked_lm") if catalogue.find(option[1]).family in ("", "bert")]
    return list(dict.fromkeys([*catalogue.options("sequence_classification"), *words]))
