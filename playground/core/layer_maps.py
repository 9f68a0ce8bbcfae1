"""Which layer of a teacher each layer of a student begins as, or imitates; 1 is the lowest."""


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
