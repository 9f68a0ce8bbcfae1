import math

import gradio as gr
import pytest

from playground.ui.inputs import Range, Whole


@pytest.mark.parametrize(
    ("typed", "given"), [(None, 1), (math.nan, 1), (-5, 1), (1, 1), (7, 7), (25, 25), (99, 25), (1e300, 25), (6.6, 7)]
)
def test_whatever_stands_in_the_box_is_moved_into_the_range(typed: float | None, given: int) -> None:
    assert Range(1, 25, value=8, step=1).preprocess(typed) == given


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        (None, 0),
        (math.nan, 0),
        (-5, 0),
        (0, 0),
        (7, 7),
        (6.4, 6),
        (6.6, 7),
        (99_999, 99_999),
        (1e300, 99_999),
        (math.inf, 99_999),
    ],
)
def test_a_box_for_whole_numbers_gives_the_nearest_that_is_offered(typed: float | None, given: int) -> None:
    number = Whole(1, precision=0, minimum=0, maximum=99_999).preprocess(typed)
    assert number == given and type(number) is int


def test_a_whole_number_may_begin_above_0() -> None:
    box = Whole(5, minimum=3, maximum=9)
    assert [box.preprocess(typed) for typed in (None, -1, 2.9, 3, 9, 9.1)] == [3, 3, 3, 3, 9, 9]


def test_both_are_drawn_as_gradios_own() -> None:
    assert Whole(1, minimum=0, maximum=2).get_block_name() == gr.Number(1).get_block_name() == "number"
    assert Range(0, 2).get_block_name() == gr.Slider(0, 2).get_block_name() == "slider"
