import pytest

from playground.core.windows import cut, pad
from tests.unit import tiny

PASSAGE = "the dog  went to Paris, and then\nthe cat came from France; it was good for 3 people in the old river bank."


def test_a_short_passage_is_one_window() -> None:
    tokenizer = tiny.tokenizer(400)
    windows = cut(tokenizer, ["who went?"], [PASSAGE], max_length=200, stride=32)
    expected = tokenizer("who went?", PASSAGE)
    assert windows.ids == [expected["input_ids"]] and windows.types == [expected["token_type_ids"]]
    for (start, end), token in zip(windows.offsets[0], windows.ids[0][windows.first[0] : windows.last[0]], strict=True):
        word = tokenizer.convert_ids_to_tokens(token)
        assert word == "[UNK]" or PASSAGE[start:end].lower() == word.removeprefix("##")


@pytest.mark.parametrize("stride", [1, 5, 16, 24])
def test_every_token_is_in_a_window_and_windows_are_a_stride_apart(stride: int) -> None:
    tokenizer, passage = tiny.tokenizer(4000), " ".join([PASSAGE] * 5)
    whole = tokenizer(passage, add_special_tokens=False, return_offsets_mapping=True)
    windows = cut(tokenizer, ["who went?", "was it good?"], [passage, PASSAGE], max_length=32, stride=stride)
    mine = [window for window in range(len(windows)) if windows.question[window] == 0]
    assert len(mine) + sum(question == 1 for question in windows.question) == len(windows)
    place = {offset: number for number, offset in enumerate(whole["offset_mapping"])}
    firsts = [place[windows.offsets[window][0]] for window in mine]
    assert firsts == [number * stride for number in range(len(mine))]
    covered = set()
    for window in mine:
        assert len(windows.ids[window]) <= 32
        covered |= {place[offset] for offset in windows.offsets[window]}
        assert len(windows.offsets[window]) == windows.last[window] - windows.first[window]
    assert covered == set(range(len(whole["input_ids"])))


def test_padding_marks_the_passage_as_legal() -> None:
    tokenizer = tiny.tokenizer(400)
    windows = cut(tokenizer, ["who?", "what then?"], ["the dog.", ""], max_length=64, stride=8)
    batch = pad(windows, [1, 0], tokenizer.pad_token_id)
    assert batch["attention_mask"].sum(1).tolist() == [len(windows.ids[1]), len(windows.ids[0])]
    assert batch["legal"][0].sum() == 0  # an empty passage has no place for an answer
    assert tokenizer.decode(batch["input_ids"][1][batch["legal"][1]]) == "the dog."
    assert batch["token_type_ids"][1][batch["legal"][1]].unique().tolist() == [1]
    padding = batch["input_ids"][batch["attention_mask"] == 0]
    assert len(padding) > 0 and set(padding.tolist()) == {tokenizer.pad_token_id}


def test_a_question_that_leaves_no_room_is_refused_with_the_numbers() -> None:
    with pytest.raises(ValueError, match="has 60 tokens; with 8 of the passage and 3 special"):
        cut(tiny.tokenizer(400), ["the " * 60], [PASSAGE], max_length=64, stride=8)
