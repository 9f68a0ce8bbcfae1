"""Which layer of the student begins as which of the teacher, which imitates which, and what that means."""

from collections.abc import Sequence

from playground.core.layer_maps import check_layers, every_other, top_map, uniform_map
from playground.demos.distillation.choosing import Sizes
from playground.messages import Complaint, say
from playground.ui.tables import small, table


def pairs(
    layers: int,
    width: int,
    teacher: Sizes,
    start: Sequence[int] | str,
    layer_map: Sequence[int] | str,
    used: bool,
    language: str,
) -> str:
    """A table with a column for each of the teacher's layers, and a sentence on each kind of choice, or on why there
    are no pairs. width: the student's; used: a term compares layers."""
    of = teacher.layers
    try:
        for given, empty in ((start, True), (layer_map, False)):
            if isinstance(given, str):
                raise Complaint("pg_err_dis_layers", given=given[:40])
            check_layers(given, layers, of, empty=empty)
    except Complaint as problem:
        return small(problem.sentence(language))
    assert not isinstance(start, str) and not isinstance(layer_map, str)
    heads = [say("pg_dis_pairs_layer", language), *map(str, range(1, of + 1))]
    fits = width == teacher.width
    rows = [[say("pg_dis_pairs_start", language), *_cells(start, of)]] if start and fits else []
    rows.append([say("pg_dis_pairs_map", language), *_cells(layer_map, of)])
    narrow = say("pg_dis_pairs_narrow", language, width=width, teacher=teacher.width)
    said = [_begins(layers, of, start, language) if fits or not start else narrow]
    said.append(_imitates(layers, of, layer_map, language) if used else say("pg_dis_pairs_unused", language))
    return table(heads, rows, numbers=range(1, of + 1)) + small(*said)


def _cells(layers: Sequence[int], of: int) -> list[str]:
    """Of each layer of the teacher the student's that go with it."""
    return [
        ", ".join(str(own) for own, layer in enumerate(layers, 1) if layer == teachers) or "·"
        for teachers in range(1, of + 1)
    ]


def _begins(layers: int, of: int, start: Sequence[int], language: str) -> str:
    if not start:
        return say("pg_dis_pairs_random", language)
    kind = "own_start"
    if layers == of and tuple(start) == tuple(range(1, of + 1)):
        kind = "all"
    elif 2 * layers == of and tuple(start) == every_other(layers, of):
        kind = "other"
    return say(f"pg_dis_pairs_{kind}", language)


def _imitates(layers: int, of: int, layer_map: Sequence[int], language: str) -> str:
    if layers == of and tuple(layer_map) == uniform_map(layers, of):
        return say("pg_dis_pairs_each", language)
    if layers > of:
        return say("pg_dis_pairs_deeper", language, layers=layers, of=of)
    if tuple(layer_map) == uniform_map(layers, of):
        return say("pg_dis_pairs_uniform", language, share=f"{of / layers:.2g}")
    if tuple(layer_map) == top_map(layers, of):
        return say("pg_dis_pairs_top", language, below=layer_map[0])
    steps = [above - below for below, above in zip([0, *layer_map], layer_map, strict=False)]
    return say("pg_dis_pairs_custom", language, own=1 + steps.index(max(steps)), most=max(steps))
