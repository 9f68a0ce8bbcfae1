"""How examples and a query become one prompt (Brown et al. 2020, arXiv:2005.14165, figure 2.1).

Input: cat          the pattern "input_output", one example and the query
Output: dog

Input: man
Output:             here the model goes on, with a space and a label
"""

from collections.abc import Sequence
from typing import NamedTuple


class Pattern(NamedTuple):
    """before: up to where the label goes, with {input}; after: what ends an example."""

    before: str
    after: str


class Example(NamedTuple):
    input: str
    label: str


PATTERNS = {
    "input_output": Pattern("Input: {input}\nOutput:", "\n\n"),
    "question": Pattern("Q: {input}\nA:", "\n\n"),
    "arrow": Pattern("{input} =>", "\n"),
    "colon": Pattern("{input}:", "\n"),
}


def shot(example: Example, pattern: Pattern) -> str:
    """One solved example, from its input to the gap before the next."""
    return f"{pattern.before.replace('{input}', example.input)} {example.label}{pattern.after}"


def answer(label: str, pattern: Pattern) -> str:
    """A label as it follows a prompt, to the end of its line: so "in" is no part of "inside"."""
    return f" {label}{pattern.after[:1]}"


def prompt(examples: Sequence[Example], query: str, pattern: Pattern, instruction: str = "") -> str:
    """Instruction, solved examples and the query; a label follows with one space before it."""
    begin = f"{instruction}{pattern.after}" if instruction else ""
    return begin + "".join(shot(one, pattern) for one in examples) + pattern.before.replace("{input}", query)
