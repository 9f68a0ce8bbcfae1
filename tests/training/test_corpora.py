import lzma
from pathlib import Path

import pytest

from playground.training.corpora import CorpusError, articles, lines, reviews, sentences
from tests.training.conftest import write


def _refused(path: Path, match: str) -> None:
    """Reading it fails with one sentence that names the file."""
    with pytest.raises(CorpusError, match=match) as caught:
        list(lines(path))
    said = str(caught.value)
    assert str(path) in said and "\n" not in said and said.endswith(".")
    assert "Traceback" not in said and len(said) < len(str(path)) + 250


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    written = ["first", "", "  spaces kept  ", "한국어 👋", "tab\there"]
    write(tmp_path / "a.txt.xz", written)
    assert list(lines(tmp_path / "a.txt.xz")) == written


@pytest.mark.parametrize("make_folder", [False, True])
def test_a_missing_file_is_one_sentence_that_says_what_to_do(tmp_path: Path, make_folder: bool) -> None:
    path = tmp_path / "none.txt.xz"
    if make_folder:
        path.mkdir()
    _refused(path, "PLAYGROUND_CORPORA")


def test_a_truncated_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cut.txt.xz"
    write(path, [f"line {n}" for n in range(5000)])
    whole = path.read_bytes()
    for keep in (len(whole) // 2, len(whole) - 1, 20):
        path.write_bytes(whole[:keep])
        _refused(path, "damaged")


@pytest.mark.parametrize("content", [b"plain text, not xz\n", b"\0" * 64, b"\xfd7zXZ\x00garbage"])
def test_what_is_no_xz_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.txt.xz"
    path.write_bytes(content)
    _refused(path, "damaged")


def test_flipped_bytes_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "flipped.txt.xz"
    write(path, [f"line {n}" for n in range(5000)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    _refused(path, "damaged")


def test_text_that_is_not_utf8_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt.xz"
    path.write_bytes(lzma.compress(b"caf\xe9\n"))
    _refused(path, "damaged")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It cost 3.50 dollars. Fine.", ["It cost 3.50 dollars.", "Fine."]),
        ("He asked e.g. why so.", ["He asked e.g. why so."]),
        ("In 1969. 12 men. (A few) came.", ["In 1969.", "12 men.", "(A few) came."]),
        ('It ended. "Good," she said.', ["It ended.", '"Good," she said.']),
        ("  ", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [piece.strip() for piece in sentences(text)] == expected


def test_articles_are_cut_at_titles_and_short_lines_left_out(tmp_path: Path) -> None:
    long = "This paragraph is long enough to be kept. It has two sentences."
    path = tmp_path / "wiki.txt.xz"
    write(path, ["= First =", long, "", "Short line.", long, "= Empty =", "", "= Second =", long])
    cut = ["This paragraph is long enough to be kept.", "It has two sentences."]
    assert list(articles(path)) == [cut + cut, cut]


def test_text_before_the_first_title_is_a_document_too(tmp_path: Path) -> None:
    path = tmp_path / "book.txt.xz"
    write(path, ["A book that begins without any title, as some do.", "= Later ="])
    assert list(articles(path)) == [["A book that begins without any title, as some do."]]


def test_each_review_is_a_document(tmp_path: Path) -> None:
    path = tmp_path / "unsup.txt.xz"
    write(path, ["Good film.<br /><br />I liked it.", "", "Bad."])
    documents = [[sentence.strip() for sentence in document] for document in reviews(path)]
    assert documents == [["Good film.", "I liked it."], ["Bad."]]
