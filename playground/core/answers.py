"""How SQuAD judges an answer: exact match and F1 over normalised words.

The definition of the official evaluation script (Rajpurkar et al. 2016, arXiv:1606.05250; for no answer
Rajpurkar et al. 2018, arXiv:1806.03822): lower case, no punctuation, no articles, one space between words;
the best of several gold answers counts; no answer is the empty text, and only the empty text is right then.
"""

import re
import string
from collections import Counter
from collections.abc import Iterable

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact(answer: str, gold: str) -> float:
    """1.0 where the two are the same after normalising, else 0.0."""
    return float(normalise(answer) == normalise(gold))


def f1(answer: str, gold: str) -> float:
    """Harmonic mean of the words' precision and recall, each word counted as often as it occurs."""
    ours, theirs = normalise(answer).split(), normalise(gold).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


def golds(texts: Iterable[str]) -> list[str]:
    """The gold answers to compare with: those of which something is left after normalising, else no answer."""
    return [text for text in texts if normalise(text)] or [""]


def best_exact(answer: str, texts: Iterable[str]) -> float:
    """texts: the gold answers as annotated, none for an unanswerable question."""
    return max(exact(answer, gold) for gold in golds(texts))


def best_f1(answer: str, texts: Iterable[str]) -> float:
    return max(f1(answer, gold) for gold in golds(texts))
