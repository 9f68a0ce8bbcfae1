"""The models that can be fine-tuned. Reads no model and imports no torch."""

from playground.models import catalogue

# Heads with which an encoder may come, those that bring its pooler first.
HEADS = ("sentence_order", "next_sentence", "encoder", "replaced_token", "masked_lm")


def options() -> list[tuple[str, str]]:
    """(label, id) for a dropdown, bundled ones first."""
    found = [option for head in HEADS for option in catalogue.options(head)]
    return sorted(dict.fromkeys(found), key=lambda option: not catalogue.find(option[1]).bundled)


def head_of(model: str) -> str:
    """The head to load a model with for the sake of its encoder. Raises Complaint for a model that is not offered."""
    heads = catalogue.find(model).heads
    return next((head for head in HEADS if head in heads), "encoder")
