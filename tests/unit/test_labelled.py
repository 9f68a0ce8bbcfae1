"""The project's own sentences are what they are said to be, and a person's file is read or answered with a sentence."""

import random
import re
from pathlib import Path

import pytest

from playground.core import grammar
from playground.core.labelled import MAX_BYTES, MAX_CLASSES, MAX_ROWS, balance, lines, parse, read, sentiment
from playground.messages import Complaint


def _words(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z']+", sentence.lower()))


def test_both_parts_are_large_balanced_and_without_repetition() -> None:
    for part, least in (("train", 600), ("test", 300)):
        data = sentiment(part)  # type: ignore[arg-type]
        assert data.names == ("negative", "positive")
        assert len(data) >= least and len(set(balance(data))) == 1
        assert len({sentence.lower() for sentence in data.sentences}) == len(data)
        assert all(4 <= len(sentence.split()) <= 25 for sentence in data.sentences)


def test_no_sentence_of_the_test_part_is_in_the_training_part_nor_nearly() -> None:
    train = [_words(sentence) for sentence in sentiment("train").sentences]
    for sentence in sentiment("test").sentences:
        words = _words(sentence)
        assert max(len(words & other) / len(words | other) for other in train) < 0.5, sentence


def test_the_order_says_nothing_about_the_label() -> None:
    """A batch that is cut from the file in order has both labels."""
    for part in ("train", "test"):
        labels = sentiment(part).labels  # type: ignore[arg-type]
        assert all(4 <= sum(labels[start : start + 32]) <= 28 for start in range(0, len(labels) - 31, 32))


def test_the_transfer_sentences_come_again_to_the_byte() -> None:
    assert (grammar.SENTENCES / "transfer.txt").read_text(encoding="utf-8") == grammar.transfer_text()


def test_the_transfer_sentences_are_many_different_and_in_no_labelled_part() -> None:
    found = grammar.transfer()
    assert len(found) == len(set(found)) == grammar.COUNT >= 4_000
    assert not any(mark in sentence for sentence in found for mark in "<>|")
    assert not set(found) & {*sentiment("train").sentences, *sentiment("test").sentences}
    words = {word for sentence in found for word in _words(sentence)}
    assert len(words) > 700


def test_a_grammar_draws_every_alternative_evenly_and_none_twice_in_a_sentence() -> None:
    rules = grammar.parse("topic: a\nsentence: <.x> <.x>.\na.x: one | two | three")
    draws = random.Random(1)
    found = [grammar.expand(rules, draws) for _ in range(3_000)]
    counts = {sentence: found.count(sentence) for sentence in set(found)}
    assert counts.keys() == {
        f"{first.capitalize()} {second}."
        for first in ("one", "two", "three")
        for second in ("one", "two", "three")
        if first != second
    }
    assert all(abs(count - 500) < 100 for count in counts.values())


def test_a_broken_grammar_says_where() -> None:
    with pytest.raises(ValueError, match="No rule: 'nonsense'"):
        grammar.parse("nonsense")
    with pytest.raises(ValueError, match=r"<b\.x> in the rule of 'sentence'"):
        grammar.parse("topic: a | b\nsentence: <.x>\na.x: one")
    with pytest.raises(ValueError, match=r"100 different sentences were asked for; the grammar gave 2\."):
        list(grammar.distinct(grammar.parse("topic: a\nsentence: <.x>.\na.x: one | two"), 100, 1))


@pytest.mark.parametrize(
    "text",
    [
        "label,sentence\ngood,I liked it\nbad,I did not",
        "sentence,label\nI liked it,good\nI did not,bad\n",
        "text,Label\r\nI liked it,good\r\n\r\nI did not,bad\r\n\r\n",
        "good\tI liked it\nbad\tI did not\n",
        'good,"I liked it"\nbad,I did not',
    ],
)
def test_csv_and_tsv_with_and_without_names(text: str) -> None:
    data = parse(text)
    assert data.names == ("bad", "good")
    assert data.sentences == ("I liked it", "I did not") and data.labels == (1, 0)


def test_quotes_mean_something_in_csv_alone() -> None:
    assert parse('a,"one, two"\nb,three').sentences[0] == "one, two"
    assert parse('a\t"Fine", he said\nb\tthree').sentences[0] == '"Fine", he said'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no sentence"),
        ("\n\n \n", "There is no sentence"),
        ("label,sentence\n", "There is no sentence"),
        ("just a sentence\nand another", "Line 1 has 1 columns"),
        ("a,b\na,b,c", "Line 2 has 3 columns"),
        ("a,fine\nb,\n", "Line 2 lacks"),
        ("a,fine\n,also fine\n", "Line 2 lacks"),
        ("a,fine\na,also fine", "All 2 sentences have the label “a”"),
        ("\n".join(f"{number},fine {number}" for number in range(MAX_CLASSES + 1)), "There are 21 different labels"),
        (
            "\n".join(f"{number % 2},fine {number}" for number in range(MAX_ROWS + 1)),
            "10,001 sentences; at most 10,000",
        ),
        ("a,fine\nb," + "x" * 5_001, "line 2 has 5,001 characters"),
        ("a,fine\nb,a bell \x07", r"U\+0007"),
        ('a,fine\nb,"' + "x" * 200_000, "Line 2 cannot be read as CSV"),
        ("x" * (MAX_BYTES + 1), "The file has 5.0 MB; at most 5 MB"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(text: str, said: str) -> None:
    with pytest.raises(Complaint, match=said) as caught:
        parse(text)
    assert str(caught.value).count("\n") == 0


def test_as_many_rows_as_are_allowed_are_read() -> None:
    assert len(parse("\n".join(f"{number % 2},fine {number}" for number in range(MAX_ROWS)))) == MAX_ROWS


def test_unlabelled_lines(tmp_path: Path) -> None:
    assert lines("One.\n\n  Two, three.  \n") == ("One.", "Two, three.")
    for text, said in (("", "no sentence"), ("x\n" * (MAX_ROWS + 1), "10,001"), ("a\n" + "x" * 5_001, "line 2")):
        with pytest.raises(Complaint, match=said):
            lines(text)


def test_a_file_is_looked_at_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(Complaint, match=r"200\.0 MB; at most 5 MB"):
        read(huge)
    (tmp_path / "latin.csv").write_bytes("a,café".encode("latin-1"))
    with pytest.raises(Complaint, match="UTF-8"):
        read(tmp_path / "latin.csv")
    (tmp_path / "excel.csv").write_bytes(b"\xef\xbb\xbflabel,text\r\na,x\r\nb,y\r\n")
    assert parse(read(tmp_path / "excel.csv")).labels == (0, 1)
