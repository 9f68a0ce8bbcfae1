"""Which layer of the student begins as which of the teacher, which imitates which, and what that means."""

from collections.abc import Sequence

from playground.core.layer_maps import every_other, top_map, uniform_map
from playground.core.student import check_layers
from playground.messages import Complaint, say
from playground.ui.tables import small, table


def pairs(
    layers: int, of: int, start: Sequence[int] | str, layer_map: Sequence[int] | str, used: bool, language: str
) -> str:
    """A table with a column for each of the teacher's `of` layers, and a sentence on each kind of choice, or on why
    there are no pairs. used: a term compares layers."""
    try:
        for given, empty in ((start, True), (layer_map, False)):
            if isinstance(given, str):
                raise Complaint("pg_err_dis_layers", given=given[:40])
            check_layers(given, layers, of, empty=empty)
    except Complaint as problem:
        return small(problem.sentence(language))
    assert not isinstance(start, str) and not isinstance(layer_map, str)
    heads = [say("pg_dis_pairs_layer", language), *map(str, range(1, of + 1))]
    rows = [[say("pg_dis_pairs_start", language), *_cells(start, of)]] if start else []
    rows.append([say("pg_dis_pairs_map", language), *_cells(layer_map, of)])
    said = [_begins(layers, of, start, language)]
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
    kind = "other" if tuple(start) == every_other(layers, of) else "own_start"
    return say(f"pg_dis_pairs_{kind}", language)


def _imitates(layers: int, of: int, layer_map: Sequence[int], language: str) -> str:
    if layers == of and tuple(layer_map) == uniform_map(layers, of):
        return say("pg_dis_pairs_each", language)
    if tuple(layer_map) == uniform_map(layers, of):
        return say("pg_dis_pairs_uniform", language, share=f"{of / layers:.2g}")
    if layers <= of and tuple(layer_map) == top_map(layers, of):
        return say("pg_dis_pairs_top", language, below=layer_map[0])
    steps = [above - below for below, above in zip([0, *layer_map], layer_map, strict=False)]
    return say("pg_dis_pairs_custom", language, own=1 + steps.index(max(steps)), most=max(steps))
