import pytest

from playground.ui.inputs import Range


@pytest.mark.parametrize(
    ("typed", "given"), [(None, 1), (-5, 1), (1, 1), (7, 7), (25, 25), (99, 25), (1e300, 25), (6.6, 7)]
)
def test_whatever_stands_in_the_box_is_moved_into_the_range(typed: float | None, given: int) -> None:
    assert Range(1, 25, value=8, step=1).preprocess(typed) == given
