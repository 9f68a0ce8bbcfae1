"""Which layer of a teacher each layer of a student begins as, or imitates; 1 is the lowest."""

from collections.abc import Sequence

from playground.messages import Complaint


def uniform_map(student_layers: int, teacher_layers: int) -> tuple[int, ...]:
    """g(m) = m N / M, TinyBERT's choice: the layers are spread over the teacher, and the last imitates the last."""
    return tuple(max(1, round(m * teacher_layers / student_layers)) for m in range(1, student_layers + 1))


def top_map(student_layers: int, teacher_layers: int) -> tuple[int, ...]:
    """g(m) = m + N - M: the teacher's top layers. Raises ValueError where the student has more layers."""
    if student_layers > teacher_layers:
        raise ValueError(f"{student_layers} layers cannot imitate the top ones of {teacher_layers}.")
    return tuple(range(teacher_layers - student_layers + 1, teacher_layers + 1))


def every_other(student_layers: int, teacher_layers: int) -> tuple[int, ...]:
    """The layers that a student begins with, DistilBERT's choice: one of two, from the first on (1, 3, 5 of 6)."""
    step = max(1, teacher_layers // student_layers)
    return tuple(min(teacher_layers, 1 + place * step) for place in range(student_layers))


def check_layers(layers: Sequence[int], wanted: int, of: int, *, empty: bool = False) -> None:
    """Raises Complaint unless there is one of the teacher's `of` layers for each of the student's `wanted` ones."""
    if empty and not layers:
        return
    if len(layers) != wanted:
        raise Complaint("pg_err_dis_map_length", given=len(layers), wanted=wanted)
    for layer in layers:
        if not 1 <= layer <= of:
            raise Complaint("pg_err_dis_map_layer", layer=layer, layers=of)
    if list(layers) != sorted(layers):
        raise Complaint("pg_err_dis_map_order", layers=", ".join(map(str, layers)))
